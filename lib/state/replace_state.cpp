#include "state/replace_state.hpp"

#include "state/state_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <filesystem>

namespace partmark {
namespace {

std::string rebuilt_path(const std::string& path) { return real_state_path(path) + ".rebuilt"; }

bool is_there(const std::string& path) {
  struct stat found{};
  return ::lstat(path.c_str(), &found) == 0;
}

result<void> sync_path(const std::string& path, int flags) {
  const open_file file(::open(path.c_str(), flags | O_CLOEXEC));
  if (file.descriptor() < 0 || ::fsync(file.descriptor()) != 0) return file_error(path, "make it durable", errno);
  return {};
}

result<void> sync_folder_of(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path().string();
  return sync_path(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY);
}

result<void> remove_if_there(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return file_error(path, "remove it", errno);
  return {};
}

result<void> move(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return file_error(from, "rename it", errno);
  return {};
}

// By when the new file was finished: the same name whenever the exchange is taken up again.
result<std::string> backup_path(const std::string& path) {
  struct stat found{};
  if (::stat(rebuilt_path(path).c_str(), &found) != 0) return file_error(rebuilt_path(path), "look at it", errno);
  std::tm utc{};
  ::gmtime_r(&found.st_mtime, &utc);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%S", &utc);
  std::string microseconds = std::to_string(1'000'000 + found.st_mtim.tv_nsec / 1'000);
  microseconds.front() = '.';
  return real_state_path(path) + "." + text.data() + microseconds + "Z.bak";
}

// Away with the old log before the new file comes: SQLite would take it for the new file's.
result<void> set_log_aside(const std::string& real, const std::string& backup) {
  const std::string log = real + "-wal";
  if (is_there(log)) {
    // A reader that came in the middle of an earlier try has made an empty one; the first is the old file's.
    const auto done = is_there(backup + "-wal") ? remove_if_there(log) : move(log, backup + "-wal");
    if (!done) return done;
  }
  for (const char* suffix : {"-shm", "-journal"})
    if (auto done = remove_if_there(real + suffix); !done) return done;
  return sync_folder_of(real);
}

// By a second name where the file system has hard links, so that there is a state.db at every moment.
result<void> keep_old(const std::string& real, const std::string& backup) {
  if (!is_there(real) || is_there(backup) || ::link(real.c_str(), backup.c_str()) == 0) return {};
  return move(real, backup);
}

result<std::string> exchange_files(const std::string& path) {
  const std::string real = real_state_path(path);
  auto backup = backup_path(path);
  if (!backup) return backup.error();
  if (auto done = set_log_aside(real, *backup); !done) return done.error();
  if (auto done = keep_old(real, *backup); !done) return done.error();
  if (auto done = move(rebuilt_path(path), real); !done) return done.error();
  if (auto done = sync_folder_of(real); !done) return done.error();
  return *backup;
}

}  // namespace

std::string real_state_path(const std::string& path) {
  std::error_code failed;
  auto real = std::filesystem::weakly_canonical(path, failed);
  return failed ? path : real.string();
}

std::string building_path(const std::string& path) { return real_state_path(path) + ".building"; }

result<void> discard_building(const std::string& path) {
  for (const char* suffix : {"", "-wal", "-shm", "-journal"})
    if (auto done = remove_if_there(building_path(path) + suffix); !done) return done;
  return {};
}

result<std::string> replace_state(const std::string& path) {
  if (auto done = sync_path(building_path(path), O_RDWR); !done) return done.error();
  if (auto done = move(building_path(path), rebuilt_path(path)); !done) return done.error();
  if (auto done = sync_folder_of(real_state_path(path)); !done) return done.error();
  return exchange_files(path);
}

result<void> finish_replacing(const std::string& path) {
  if (!is_there(rebuilt_path(path))) return {};
  auto done = exchange_files(path);
  if (!done) return done.error();
  return {};
}

}  // namespace partmark
