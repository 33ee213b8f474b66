// The files that the state store makes for itself: state.db and its lock. For lib/state; any thread.
#pragma once

#include "core/result.hpp"

#include <sys/types.h>

#include <string>
#include <utility>

namespace partmark {

// A descriptor that is closed at its end.
class open_file {
 public:
  explicit open_file(int descriptor) : descriptor_(descriptor) {}
  open_file(open_file&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  open_file& operator=(open_file&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~open_file();

  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

// Makes `path` when it is not there, with exactly `mode` whatever the umask; an existing file is not touched, nor opened. Made by root, it
// belongs to the owner of its directory: a daemon that runs as that user must be able to open what a root's command made. The directory
// must exist. not_found, permission, no_space, io.
result<void> make_if_absent(const std::string& path, mode_t mode);

// The same, and opens it for reading and writing (O_CLOEXEC).
[[nodiscard]] result<open_file> open_or_make(const std::string& path, mode_t mode);

// `path`: cannot `doing`: the text of `system_errno`, and what to do.
[[nodiscard]] error file_error(const std::string& path, const char* doing, int system_errno);

}  // namespace partmark
