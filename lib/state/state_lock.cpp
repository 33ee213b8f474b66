#include "state/state_lock.hpp"

#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
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

}  // namespace partmark
