// CAN's reply envelope, read without trust: one pass over the body that builds no tree, keeps a few top-level fields with their types, and
// cuts long strings. What the fields mean is decided by can/replies.hpp. Pure; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace partmark::can {

enum class envelope_field : std::uint8_t {
  success,
  succeed,  // the trigger call's name for it
  code,
  error_message,
  detail,
  trace_id,
  data,
  page,   // any key that marks a bare listing: isPartition, partition, hasNext
  other,  // `message` and `error`, with which frameworks answer in place of an envelope
};

inline constexpr std::size_t envelope_field_count = 9;
inline constexpr std::size_t envelope_text_bytes_max = 4096;  // kept of one string
inline constexpr std::size_t envelope_depth_max = 32;

enum class json_kind : std::uint8_t { absent, null, boolean, number, text, container };

// One top-level field. When the key came more than once, kind and text are the last one's.
struct field_value {
  json_kind kind = json_kind::absent;
  unsigned times = 0;
  bool said_true = false;   // some occurrence was `true`
  bool said_false = false;  // some occurrence was `false`
  bool is_200 = false;      // the number 200, however written
  std::string text;         // a string's or number's characters, at most envelope_text_bytes_max; may hold bad UTF-8
  bool cut = false;
};

struct envelope {
  std::array<field_value, envelope_field_count> fields;

  [[nodiscard]] const field_value& at(envelope_field f) const { return fields[static_cast<std::size_t>(f)]; }
  [[nodiscard]] field_value& at(envelope_field f) { return fields[static_cast<std::size_t>(f)]; }
};

// The top-level fields of `body`; nothing unless it is exactly one JSON object (a UTF-8 byte-order mark before it is skipped), no deeper
// than envelope_depth_max. Bytes that are not UTF-8 are let through inside strings: a server's refusal in a local encoding is still a
// refusal.
[[nodiscard]] std::optional<envelope> read_envelope(std::string_view body);

// `body` without a byte-order mark and leading blanks.
[[nodiscard]] std::string_view without_mark(std::string_view body);

}  // namespace partmark::can
