// Texts of which none is given back alone, one behind the other: names of plans. Views stay valid until clear(). One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace partmark {

// A text of an arena in the room of a pointer, where there may be a million: its length lies before it.
class kept_text {
 public:
  [[nodiscard]] std::string_view view() const {
    const auto size = static_cast<unsigned char>(*at_);
    if (size < is_long) return {at_ + 1, size};
    std::uint32_t long_size = 0;
    std::memcpy(&long_size, at_ + 1, sizeof long_size);
    return {at_ + 1 + sizeof long_size, long_size};
  }
  // Asks for its memory.
  void fetch() const { __builtin_prefetch(at_); }

 private:
  friend class text_arena;
  static constexpr unsigned char is_long = 255;
  explicit kept_text(const char* at) : at_(at) {}

  const char* at_;
};

class text_arena {
 public:
  [[nodiscard]] std::string_view keep(std::string_view text) {
    if (text.empty()) return {};
    char* const at = take(text.size());
    std::memcpy(at, text.data(), text.size());
    return {at, text.size()};
  }

  // Forgets all texts, and keeps the memory in one piece.
  void clear() {
    if (blocks_.size() > 1) {
      blocks_.clear();
      blocks_.push_back(std::make_unique_for_overwrite<char[]>(bytes_));
    }
    if (blocks_.empty()) return;
    next_ = blocks_.front().get();
    left_ = bytes_;
  }

  // Makes room for the next texts now: on the thread whose memory it should be.
  void make_room() {
    if (left_ == 0) add_block(block_bytes);
  }

  // Of less than 4 GiB.
  [[nodiscard]] kept_text keep_small(std::string_view text) {
    const bool is_long = text.size() >= kept_text::is_long;
    const auto long_size = static_cast<std::uint32_t>(text.size());
    const std::size_t before = is_long ? 1 + sizeof long_size : 1;
    char* const at = take(before + text.size());
    *at = static_cast<char>(is_long ? kept_text::is_long : text.size());
    if (is_long) std::memcpy(at + 1, &long_size, sizeof long_size);
    if (!text.empty()) std::memcpy(at + before, text.data(), text.size());
    return kept_text(at);
  }

 private:
  char* take(std::size_t size) {
    if (size > left_) add_block(size > block_bytes ? size : block_bytes);
    left_ -= size;
    return std::exchange(next_, next_ + size);
  }
  void add_block(std::size_t size) {
    next_ = blocks_.emplace_back(std::make_unique_for_overwrite<char[]>(size)).get();
    left_ = size;
    bytes_ += size;
  }

  static constexpr std::size_t block_bytes = std::size_t{64} * 1024;

  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;
  std::size_t left_ = 0;
  std::size_t bytes_ = 0;  // of all blocks
};

}  // namespace partmark
