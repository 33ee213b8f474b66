// The hash that names an import's content in derived dedupe_keys: FNV-1a, 128 bits. The keys are stored in journals, so it must never
// change. It tells inputs apart by accident, not by malice. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace partmark {

class input_hash {
 public:
  void add(std::string_view bytes) {
    for (const char c : bytes) value_ = (value_ ^ static_cast<unsigned char>(c)) * prime;
  }

  // 32 hexadecimal digits.
  [[nodiscard]] std::string text() const {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (int shift = 124; shift >= 0; shift -= 4) out += digits[static_cast<std::size_t>(value_ >> shift) & 0xf];
    return out;
  }

 private:
  using number = unsigned __int128;

  static constexpr number prime = (number{1} << 88) + 0x13b;

  number value_ = (number{0x6c62272e07bb0142} << 64) + 0x62b821756295c58d;
};

}  // namespace partmark
