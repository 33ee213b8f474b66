// Writes JSON by appending: request bodies are a few known keys and up to hundreds of equal range items, so no tree is worth building.
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace partmark::can {

// Appends `text` (UTF-8) as a JSON string with its quotes. Characters beyond ASCII stay as they are.
void append_json_string(std::string& out, std::string_view text);

}  // namespace partmark::can
