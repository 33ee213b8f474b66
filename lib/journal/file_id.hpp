// Which file a path names right now: device and inode of what it leads to, and of its write-ahead log, so that a replaced file is noticed
// (DESIGN §4.1, identity). A value; any thread.
#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace partmark {

struct file_id {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;

  friend bool operator==(const file_id&, const file_id&) = default;
};

// Follows symbolic links. nullopt: nothing is there. permission, io, invalid (it is no regular file). Two microseconds.
[[nodiscard]] result<std::optional<file_id>> identify(const std::string& path);

}  // namespace partmark
