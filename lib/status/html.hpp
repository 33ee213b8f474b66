// Writes HTML so that nothing from outside can become markup: only string literals go in as they are, all other text is escaped. Plan names
// and what a server says are hostile. One writer a page.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace partmark {

class html {
 public:
  // Markup: a literal.
  template <std::size_t N>
  html& operator<<(const char (&markup)[N]) {
    text_.append(markup, N - 1);
    return *this;
  }
  // Text, fit for elements and quoted attributes.
  html& operator<<(std::string_view text);
  html& operator<<(const std::string& text) { return *this << std::string_view(text); }
  // 12,345
  html& operator<<(std::int64_t number);
  html& operator<<(std::size_t number) { return *this << static_cast<std::int64_t>(number); }
  html& operator<<(unsigned number) { return *this << static_cast<std::int64_t>(number); }
  html& operator<<(int number) { return *this << static_cast<std::int64_t>(number); }
  // Markup or text? A pointer doesn't say.
  template <class T>
    requires std::same_as<T, const char*>
  html& operator<<(const T&) = delete;

  // Markup that another writer made.
  html& operator<<(const html& other) {
    text_ += other.text_;
    return *this;
  }

  [[nodiscard]] std::string take() && { return std::move(text_); }
  [[nodiscard]] const std::string& written() const { return text_; }

 private:
  std::string text_;
};

}  // namespace partmark
