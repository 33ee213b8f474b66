// Text from outside: whether it is fit to be a name, and how to show it when it is not. Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace partmark {

// Well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF). A NUL is a character like any other.
[[nodiscard]] bool is_utf8(std::string_view text);

// Well-formed UTF-8 without control characters (U+0000 to U+001F, U+007F to U+009F): what may be a name. The empty text is plain.
[[nodiscard]] bool is_plain_text(std::string_view text);

// `text` made safe to show: each control character and each byte of bad UTF-8 replaced by '?', at most `bytes_max` bytes, cut at a
// character with "…" (below 3 bytes: without). The result is always plain text.
[[nodiscard]] std::string printable(std::string_view text, std::size_t bytes_max = 80);
// The same behind what `to` holds.
void append_printable(std::string& to, std::string_view text, std::size_t bytes_max);

}  // namespace partmark
