// The hash that anchors a cursor to a journal row (DESIGN §4.1, identity). It is stored in state.db, so it must never change: FNV-1a, 64
// bits (offset 14695981039346656037, prime 1099511628211), over the row's seq as 8 bytes, little-endian, then each column of schema version
// 1 in the order of its table, seq left out: one byte 0 for NULL; else one byte 1, the length of the text in bytes as 8 bytes,
// little-endian, and the text. Columns that a later schema adds take no part. It guards against mistakes, not against malice. Pure; any
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace partmark {

class content_hash {
 public:
  void add(std::int64_t value);
  void add(std::optional<std::string_view> text);
  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  void add_byte(unsigned char byte) { value_ = (value_ ^ byte) * 1099511628211U; }

  std::uint64_t value_ = 14695981039346656037U;
};

}  // namespace partmark
