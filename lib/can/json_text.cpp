#include "can/json_text.hpp"

namespace partmark::can {

void append_json_string(std::string& out, std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  out += '"';
  std::size_t plain = 0;  // from here on nothing was special
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const bool is_control = byte < 0x20 || byte == 0x7f;
    if (!is_control && byte != '"' && byte != '\\') continue;
    out += text.substr(plain, at - plain);
    plain = at + 1;
    if (is_control) {
      out += "\\u00";
      out += hex[byte >> 4];
      out += hex[byte & 0xf];
    } else {
      out += '\\';
      out += text[at];
    }
  }
  out += text.substr(plain);
  out += '"';
}

}  // namespace partmark::can
