#include "state/state_lock.hpp"

#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string_view>
#include <utility>

namespace partmark {
namespace {

// Two names of one state.db must meet at one lock.
std::string real_path(const std::string& path) {
  std::array<char, PATH_MAX> buffer{};
  return ::realpath(path.c_str(), buffer.data()) == nullptr ? path : std::string(buffer.data());
}

// What the holder wrote: digits. It may be in the middle of writing them.
std::string holder_of(int descriptor) {
  std::array<char, 16> buffer{};
  const auto length = ::pread(descriptor, buffer.data(), buffer.size(), 0);
  const std::string_view text(buffer.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
  const std::string_view digits = text.substr(0, text.find_first_not_of("0123456789"));
  return digits.empty() ? "another process" : "process " + std::string(digits);
}

// For the message only: a full disk must not keep the daemon from starting.
void write_holder(int descriptor) {
  const std::string text = std::to_string(::getpid()) + '\n';
  if (::ftruncate(descriptor, 0) == 0) static_cast<void>(::pwrite(descriptor, text.data(), text.size(), 0) == 0);
}

}  // namespace

result<state_lock> state_lock::acquire(const std::string& state_path) {
  const std::string path = real_path(state_path) + ".lock";
  auto file = open_or_make(path, 0600);
  if (!file) return file.error();
  if (::flock(file->descriptor(), LOCK_EX | LOCK_NB) != 0) {
    const int code = errno;
    if (code != EWOULDBLOCK) return file_error(path, "lock it", code);
    return error{errc::busy, state_path + ": in use by " + holder_of(file->descriptor()) +
                                 "; one partmarkd at a time works on a state.db: stop that one, or give this one a state.path of its own"};
  }
  write_holder(file->descriptor());
  return state_lock(std::move(*file));
}

result<std::optional<int>> state_lock::holder(const std::string& state_path) {
  const std::string path = real_path(state_path) + ".lock";
  struct stat file{};
  if (::stat(path.c_str(), &file) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<int>();
    return file_error(path, "look at it", errno);
  }
  std::ifstream locks("/proc/locks");
  if (!locks) return error{errc::io, "/proc/locks: cannot be read, so nobody knows who holds " + path};
  bool alike = false;
  for (std::string line; std::getline(locks, line);) {
    // "1: FLOCK  ADVISORY  WRITE 20393 fe:00:10954236 0 EOF": process, device, inode. Who waits is told as "1: -> FLOCK …".
    int process = 0;
    unsigned major = 0;
    unsigned minor = 0;
    unsigned long inode = 0;
    if (std::sscanf(line.c_str(), "%*s FLOCK %*s %*s %d %x:%x:%lu", &process, &major, &minor, &inode) != 4 || inode != file.st_ino)
      continue;
    if (major == gnu_dev_major(file.st_dev) && minor == gnu_dev_minor(file.st_dev)) return std::optional(process);
    alike = true;
  }
  if (alike) return error{errc::io, path + ": /proc/locks names another device, so nobody knows who holds it"};
  return std::optional<int>();
}

}  // namespace partmark
