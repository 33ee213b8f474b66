#include "journal/content_hash.hpp"

namespace partmark {

void content_hash::add(std::int64_t value) {
  auto bits = static_cast<std::uint64_t>(value);
  for (int i = 0; i < 8; ++i, bits >>= 8) add_byte(static_cast<unsigned char>(bits & 0xff));
}

void content_hash::add(std::optional<std::string_view> text) {
  add_byte(text ? 1 : 0);
  if (!text) return;
  add(static_cast<std::int64_t>(text->size()));
  for (const char c : *text) add_byte(static_cast<unsigned char>(c));
}

}  // namespace partmark
