// What this program, and not SQLite, does to names and files: with `--wrap` the linker leads these calls here first. They are told to the
// disk in use; syncs are not carried out, as in storage_vfs.cpp.
#include "disk.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace partmark::testing {
namespace {

// Whether the call goes on.
bool goes_on(io_kind kind, const std::string& path) {
  if (disk_in_use() == nullptr) return true;
  const auto failure = disk_in_use()->ask(kind, path);
  if (failure) errno = failure->system_errno;
  return !failure;
}

}  // namespace
}  // namespace partmark::testing

extern "C" {

int __real_rename(const char* from, const char* to);
int __real_link(const char* from, const char* to);
int __real_unlink(const char* path);
int __real_fsync(int descriptor);

int __wrap_rename(const char* from, const char* to) {
  using namespace partmark::testing;
  if (!goes_on(io_kind::rename, from) || __real_rename(from, to) != 0) return -1;
  if (disk_in_use() != nullptr) disk_in_use()->renamed(from, to);
  return 0;
}

int __wrap_link(const char* from, const char* to) {
  using namespace partmark::testing;
  if (!goes_on(io_kind::link, from) || __real_link(from, to) != 0) return -1;
  if (disk_in_use() != nullptr) disk_in_use()->linked(from, to);
  return 0;
}

int __wrap_unlink(const char* path) {
  using namespace partmark::testing;
  if (!goes_on(io_kind::remove, path) || __real_unlink(path) != 0) return -1;
  if (disk_in_use() != nullptr) disk_in_use()->removed(path);
  return 0;
}

int __wrap_fsync(int descriptor) {
  using namespace partmark::testing;
  if (disk_in_use() == nullptr) return __real_fsync(descriptor);
  const std::filesystem::path path = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(descriptor));
  if (!goes_on(io_kind::sync, path)) return -1;
  if (std::filesystem::is_directory(path))
    disk_in_use()->synced_folder(path);
  else
    disk_in_use()->synced(path);
  return 0;
}

}  // extern "C"
