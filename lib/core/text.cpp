#include "core/text.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace partmark {

namespace {

constexpr std::string_view ellipsis = "…";

// A position in the text and what stands there.
struct character {
  std::size_t bytes = 0;  // 0: no well-formed character
  bool control = false;
};

unsigned byte_at(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }

// The Unicode Standard's table 3-7: the lead byte fixes the length and narrows what the second byte may be; the others are plain
// continuations.
character character_at(std::string_view text, std::size_t at) {
  const unsigned lead = byte_at(text, at);
  if (lead < 0x80) return {1, lead < 0x20 || lead == 0x7f};
  if (lead < 0xc2 || lead > 0xf4) return {};
  const std::size_t bytes = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (text.size() - at < bytes) return {};
  const unsigned second = byte_at(text, at + 1);
  const unsigned lowest = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const unsigned highest = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (second < lowest || second > highest) return {};
  for (std::size_t i = 2; i < bytes; ++i)
    if ((byte_at(text, at + i) & 0xc0) != 0x80) return {};
  return {bytes, lead == 0xc2 && second < 0xa0};
}

constexpr std::uint64_t every_byte(std::uint64_t value) { return value * 0x0101010101010101U; }

// Has a byte's top bit set where eight bytes are not ASCII from ' ' to '~' alone: by what is above, below ' ', and '\x7f'. A byte that is
// such itself may spill into its neighbour.
std::uint64_t odd_bits(std::uint64_t eight) { return eight | (eight - every_byte(0x20)) | (eight + every_byte(0x01)); }

bool are_plain(std::uint64_t odd) { return (odd & every_byte(0x80)) == 0; }

std::uint64_t eight_bytes_at(std::string_view text, std::size_t at) {
  std::uint64_t eight = 0;
  std::memcpy(&eight, text.data() + at, sizeof eight);
  return eight;
}

// What names nearly always are. They are checked for every record, so this must cost next to nothing; the last step overlaps the one
// before.
bool is_plain_ascii(std::string_view text) {
  constexpr std::size_t step = sizeof(std::uint64_t);
  if (text.size() < step) return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
  std::uint64_t odd = odd_bits(eight_bytes_at(text, text.size() - step));
  for (std::size_t at = 0; at + step < text.size(); at += step) odd |= odd_bits(eight_bytes_at(text, at));
  return are_plain(odd);
}

}  // namespace

bool is_utf8(std::string_view text) {
  if (is_plain_ascii(text)) return true;
  for (std::size_t at = 0; at < text.size();) {
    const character c = character_at(text, at);
    if (c.bytes == 0) return false;
    at += c.bytes;
  }
  return true;
}

bool is_plain_text(std::string_view text) {
  if (is_plain_ascii(text)) return true;
  for (std::size_t at = 0; at < text.size();) {
    const character c = character_at(text, at);
    if (c.bytes == 0 || c.control) return false;
    at += c.bytes;
  }
  return true;
}

void append_printable(std::string& to, std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max && is_plain_ascii(text)) {
    to += text;
    return;
  }
  const std::size_t before = to.size();
  std::size_t cut = 0;  // the last end of a character after which the ellipsis still fits
  for (std::size_t at = 0; at < text.size();) {
    const character c = character_at(text, at);
    const bool as_it_is = c.bytes != 0 && !c.control;
    const std::size_t shown_bytes = as_it_is ? c.bytes : 1;
    if (to.size() - before + shown_bytes > bytes_max) {
      if (bytes_max < ellipsis.size()) return;
      to.resize(before + cut);
      to += ellipsis;
      return;
    }
    if (as_it_is)
      to += text.substr(at, c.bytes);
    else
      to += '?';
    if (to.size() - before + ellipsis.size() <= bytes_max) cut = to.size() - before;
    at += c.bytes == 0 ? 1 : c.bytes;
  }
}

std::string printable(std::string_view text, std::size_t bytes_max) {
  std::string shown;
  append_printable(shown, text, bytes_max);
  return shown;
}

}  // namespace partmark
