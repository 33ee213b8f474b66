#include "cli/import_input.hpp"

#include "cli/input_window.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace partmark {
namespace {

error failure(const std::string& name, int code) {
  const errc kind = code == ENOENT || code == ENOTDIR ? errc::not_found : code == EACCES || code == EPERM ? errc::permission : errc::io;
  return error{kind, name + ": cannot read it: " + std::generic_category().message(code)};
}

}  // namespace

result<import_input> import_input::open(const std::string& file) {
  const bool standard = file == "-";
  import_input in(standard ? "<stdin>" : file, standard ? STDIN_FILENO : ::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (in.descriptor_ < 0) return failure(in.name_, errno);
  struct stat found{};
  if (::fstat(in.descriptor_, &found) != 0) return failure(in.name_, errno);
  if (S_ISDIR(found.st_mode)) return error{errc::invalid, in.name_ + ": this is a directory; name a file"};
  if (S_ISREG(found.st_mode) && ::lseek(in.descriptor_, 0, SEEK_CUR) == 0) in.size_ = static_cast<std::uint64_t>(found.st_size);
  return in;
}

import_input::import_input(import_input&& other) noexcept
    : name_(std::move(other.name_)), descriptor_(std::exchange(other.descriptor_, -1)), size_(other.size_) {}

import_input::~import_input() {
  if (descriptor_ > STDERR_FILENO) ::close(descriptor_);
}

result<std::optional<import_input::content>> import_input::whole() const {
  if (!size_) return std::optional<content>();
  input_window all(descriptor_);
  all.hash_what_is_taken();
  for (;;) {
    const result<bool> more = all.more();
    if (!more) return error{more.error().code, name_ + ": " + more.error().message};
    if (!*more) break;
    all.take(all.rest().size());
  }
  struct stat found{};
  if (::fstat(descriptor_, &found) != 0 || ::lseek(descriptor_, 0, SEEK_SET) != 0) return failure(name_, errno);
  return std::optional<content>({all.hash().text(), all.bytes_taken(), found.st_mtim});
}

result<void> import_input::check_unchanged_since(const content& then) const {
  struct stat found{};
  if (::fstat(descriptor_, &found) != 0) return failure(name_, errno);
  const timespec& now = found.st_mtim;
  const bool same_time = now.tv_sec == then.modified.tv_sec && now.tv_nsec == then.modified.tv_nsec;
  if (same_time && static_cast<std::uint64_t>(found.st_size) == then.bytes) return {};
  return error{errc::io, name_ +
                             ": it was written to while it was read, and what was added meanwhile is not recorded. Import that as a file of"
                             " its own, or give each record a dedupe_key: the keys that import makes are of the whole file"};
}

}  // namespace partmark
