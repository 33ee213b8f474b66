// A file of the status page, built into the program. Values; any thread.
#pragma once

#include <string_view>

namespace partmark {

struct asset {
  std::string_view path;
  std::string_view type;
  std::string_view etag;
  std::string_view text;
};

// nullptr: there is none at this path.
[[nodiscard]] const asset* find_asset(std::string_view path);

}  // namespace partmark
