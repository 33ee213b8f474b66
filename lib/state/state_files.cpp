#include "state/state_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace partmark {
namespace {

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// 0, or errno.
int settle_new_file(int descriptor, const std::string& path, mode_t mode) {
  if (::fchmod(descriptor, mode) != 0) return errno;
  if (::geteuid() != 0) return 0;
  struct stat folder{};
  if (::stat(folder_of(path).c_str(), &folder) != 0) return errno;
  return ::fchown(descriptor, folder.st_uid, folder.st_gid) == 0 ? 0 : errno;
}

}  // namespace

open_file::~open_file() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

error file_error(const std::string& path, const char* doing, int system_errno) {
  const std::string text = path + ": cannot " + doing + ": " + std::generic_category().message(system_errno);
  switch (system_errno) {
    case ENOENT:
    case ENOTDIR:
      return {errc::not_found, text + "; make its directory first (mode 0750, owned by the user the daemon runs as)"};
    case EACCES:
    case EPERM:
    case EROFS:
      return {errc::permission, text + "; it and its directory must belong to the user the daemon runs as"};
    case ENOSPC:
    case EDQUOT:
      return {errc::no_space, text + "; make room on that file system"};
    default:
      return {errc::io, text};
  }
}

result<void> make_if_absent(const std::string& path, mode_t mode) {
  const open_file made(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (made.descriptor() < 0) {
    if (errno == EEXIST) return {};
    return file_error(path, "make it", errno);
  }
  if (const int code = settle_new_file(made.descriptor(), path, mode); code != 0) return file_error(path, "set its mode and owner", code);
  return {};
}

result<open_file> open_or_make(const std::string& path, mode_t mode) {
  if (auto made = make_if_absent(path, mode); !made) return made.error();
  open_file file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (file.descriptor() < 0) return file_error(path, "open it", errno);
  return file;
}

}  // namespace partmark
