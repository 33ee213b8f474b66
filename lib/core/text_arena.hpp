// Texts that are never given back, one behind the other: names of plans. Views stay valid as long as the arena. One thread.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace partmark {

class text_arena {
 public:
  [[nodiscard]] std::string_view keep(std::string_view text) {
    if (text.empty()) return {};
    if (text.size() > left_) {
      left_ = text.size() > block_bytes ? text.size() : block_bytes;
      next_ = blocks_.emplace_back(std::make_unique_for_overwrite<char[]>(left_)).get();
    }
    char* const at = next_;
    std::memcpy(at, text.data(), text.size());
    next_ += text.size();
    left_ -= text.size();
    return {at, text.size()};
  }

 private:
  static constexpr std::size_t block_bytes = std::size_t{64} * 1024;

  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;
  std::size_t left_ = 0;
};

}  // namespace partmark
