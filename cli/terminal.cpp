#include "cli/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>

namespace partmark {
namespace {

constexpr std::size_t columns_default = 80;
constexpr std::size_t columns_least = 20;

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

std::size_t columns_of(int descriptor) {
  std::size_t columns = 0;
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0) columns = size.ws_col;
  if (columns == 0) {
    const std::string_view said = environment("COLUMNS");
    std::from_chars(said.data(), said.data() + said.size(), columns);
  }
  if (columns == 0) return columns_default;
  return columns < columns_least ? columns_least : columns;
}

// The first of these that is set decides, as setlocale() would have it; setlocale() itself would load locale data for every `record`.
bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string_view value = environment(name);
    if (value.empty()) continue;
    return value.find("UTF-8") != std::string_view::npos || value.find("utf8") != std::string_view::npos ||
           value.find("UTF8") != std::string_view::npos || value.find("utf-8") != std::string_view::npos;
  }
  return false;
}

std::string_view escape_of(tone t) {
  switch (t) {
    case tone::plain:
      return "";
    case tone::strong:
      return "\x1b[1m";
    case tone::dim:
      return "\x1b[2m";
    case tone::good:
      return "\x1b[32m";
    case tone::bad:
      return "\x1b[31m";
    case tone::warning:
      return "\x1b[33m";
  }
  return "";
}

}  // namespace

style style_of(int descriptor) {
  style s;
  s.is_terminal = ::isatty(descriptor) == 1;
  s.colour = s.is_terminal && environment("NO_COLOR").empty() && environment("TERM") != "dumb";
  s.unicode = locale_is_utf8();
  s.columns = columns_of(descriptor);
  return s;
}

std::string painted(std::string_view text, tone t, const style& s) {
  const std::string_view escape = s.colour ? escape_of(t) : std::string_view();
  if (escape.empty() || text.empty()) return std::string(text);
  std::string out(escape);
  out += text;
  out += "\x1b[0m";
  return out;
}

std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  for (const char c : text)
    if ((static_cast<unsigned char>(c) & 0xc0U) != 0x80U) ++width;
  return width;
}

}  // namespace partmark
