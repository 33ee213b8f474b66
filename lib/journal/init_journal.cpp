#include "journal/init_journal.hpp"

#include "journal/schema.hpp"
#include "sql/journal_migrations.hpp"
#include "sqlite/connection.hpp"
#include "sqlite/migrations.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <span>
#include <system_error>

namespace partmark {
namespace {

constexpr milliseconds patience{30000};
constexpr mode_t journal_mode = S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP;

error system_error(const std::string& path, const char* what, int code) {
  const std::string text = path + ": cannot " + what + ": " + std::generic_category().message(code);
  switch (code) {
    case ENOENT:
    case ENOTDIR:
      return error{errc::not_found, text + "; make the directory first (mode 2770, owned by the daemon's user and the jobs' group)"};
    case EACCES:
    case EPERM:
    case EROFS:
      return error{errc::permission, text};
    case ENOSPC:
    case EDQUOT:
      return error{errc::no_space, text};
    default:
      return error{errc::io, text};
  }
}

result<void> make_file(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, journal_mode);
  if (descriptor < 0) return system_error(path, "make it", errno);
  struct stat found{};
  int code = ::fstat(descriptor, &found) == 0 ? 0 : errno;
  // An empty file of ours is new, or was left by an init that was stopped before this very step. Any other's mode is its owner's decision.
  const bool ours_and_empty = found.st_size == 0 && found.st_uid == ::geteuid() && (found.st_mode & 07777) != journal_mode;
  if (code == 0 && ours_and_empty && ::fchmod(descriptor, journal_mode) != 0) code = errno;
  ::close(descriptor);
  if (code != 0) return system_error(path, "set its mode", code);
  return {};
}

}  // namespace

result<init_outcome> init_journal(const std::string& path) {
  if (auto made = make_file(path); !made) return made.error();
  auto file = sqlite::connection::open(path, sqlite::open_mode::read_write, patience);
  if (!file) return file.error();
  const auto stage = examine_journal(*file);
  if (!stage) return stage.error();
  const auto before = sqlite::schema_version(*file);
  if (!before) return before.error();
  if (*stage == journal_stage::made && *before == 0)
    return error{errc::exists, path + ": this is a database already, but not a partmark journal; it was left alone. Choose another path"};

  // Only now, before there is a page: so that pruning can make the file smaller. No word to a file that has tables.
  if (auto set = file->execute("PRAGMA auto_vacuum = INCREMENTAL"); !set) return set.error();
  if (auto wal = file->use_wal(patience); !wal) return wal.error();
  if (auto schema = sqlite::migrate(*file, sql::journal_migrations); !schema) return schema.error();
  if (*before == 0) return init_outcome::made;
  return *before < std::ssize(sql::journal_migrations) ? init_outcome::brought_up : init_outcome::already_there;
}

}  // namespace partmark
