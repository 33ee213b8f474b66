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

result<std::optional<std::string>> import_input::content_hash() const {
  if (!size_) return std::optional<std::string>();
  input_window all(descriptor_);
  all.hash_what_is_taken();
  for (;;) {
    const result<bool> more = all.more();
    if (!more) return error{more.error().code, name_ + ": " + more.error().message};
    if (!*more) break;
    all.take(all.rest().size());
  }
  if (::lseek(descriptor_, 0, SEEK_SET) != 0) return failure(name_, errno);
  return std::optional<std::string>(all.hash().text());
}

}  // namespace partmark
