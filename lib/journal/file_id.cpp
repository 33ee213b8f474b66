#include "journal/file_id.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <system_error>

namespace partmark {

result<std::optional<file_id>> identify(const std::string& path) {
  struct stat found{};
  if (::stat(path.c_str(), &found) != 0) {
    const int code = errno;
    if (code == ENOENT || code == ENOTDIR) return std::optional<file_id>();
    return error{code == EACCES ? errc::permission : errc::io, path + ": cannot look at it: " + std::generic_category().message(code)};
  }
  if (!S_ISREG(found.st_mode)) return error{errc::invalid, path + ": a database file was expected, this is a directory or a device"};
  return std::optional<file_id>(file_id{found.st_dev, found.st_ino});
}

}  // namespace partmark
