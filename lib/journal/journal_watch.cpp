#include "journal/journal_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

namespace partmark {
namespace {

namespace fs = std::filesystem;

// A job that ends closes the log just after its commit, when the row has become visible.
constexpr std::uint32_t folder_events = IN_MODIFY | IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB |
                                        IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
constexpr std::uint32_t structure_events =
    IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT;
constexpr std::uint32_t self_events = IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT;

error watch_error(const std::string& what, int code) {
  const std::string text = what + ": cannot be watched: " + std::generic_category().message(code);
  switch (code) {
    case ENOSPC:
      return error{errc::no_space, text + "; raise fs.inotify.max_user_watches (until then the journal is polled)"};
    case EMFILE:
    case ENFILE:
      return error{errc::no_space,
                   text + "; raise fs.inotify.max_user_instances or the limit on open files (until then the journal is polled)"};
    case EACCES:
    case EPERM:
      return error{errc::permission, text + "; the directory must be readable (until then the journal is polled)"};
    default:
      return error{errc::io, text + " (the journal is polled)"};
  }
}

fs::path folder_of(const fs::path& file) {
  const fs::path parent = file.parent_path();
  return parent.empty() ? fs::path(".") : parent;
}

// What the path leads to, also where that is missing: fs::weakly_canonical alone takes a link to nothing for the thing itself.
fs::path target_of(const fs::path& path) {
  constexpr int links_max = 8;
  std::error_code failed;
  fs::path target = path;
  for (int i = 0; i < links_max && fs::is_symlink(target, failed); ++i) target = folder_of(target) / fs::read_symlink(target, failed);
  const fs::path canonical = fs::weakly_canonical(target, failed);
  return failed ? target : canonical;
}

}  // namespace

result<journal_watch> journal_watch::open(std::string path) {
  const int descriptor = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (descriptor < 0) return watch_error(path, errno);
  std::error_code failed;
  const fs::path absolute = fs::absolute(path, failed);
  journal_watch opened(failed ? std::move(path) : absolute.string(), descriptor);
  if (auto watching = opened.refresh(); !watching) return watching.error();
  return opened;
}

journal_watch::journal_watch(journal_watch&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      watching_(other.watching_),
      names_(std::move(other.names_)),
      watches_(std::move(other.watches_)) {}

journal_watch::~journal_watch() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

// Descriptors are not filled in.
std::vector<journal_watch::watched> journal_watch::wanted() const {
  std::vector<watched> folders;
  std::error_code failed;
  const auto add = [&](const fs::path& file) {
    const fs::path folder = folder_of(file);
    if (fs::is_directory(folder, failed)) folders.push_back({-1, folder.string(), true, {}});
  };
  add(path_);
  if (const fs::path target = target_of(path_); target != fs::path(path_)) add(target);
  if (!folders.empty()) return folders;

  fs::path awaited = folder_of(path_);
  while (awaited.has_relative_path()) {
    const fs::path parent = folder_of(awaited);
    if (fs::is_directory(parent, failed)) return {{-1, parent.string(), false, awaited.filename().string()}};
    awaited = parent;
  }
  return {};
}

result<void> journal_watch::refresh() {
  names_ = {fs::path(path_).filename().string()};
  if (const fs::path target = target_of(path_); target.filename() != names_.front()) names_.push_back(target.filename().string());

  std::vector<watched> added;
  result<void> outcome;
  watching_ = false;
  for (watched& next : wanted()) {
    // The same directory again gives the same descriptor; another one under the old name gives a new one.
    next.descriptor = ::inotify_add_watch(descriptor_, next.folder.c_str(), folder_events);
    if (next.descriptor < 0) {
      // Gone since it was looked at: the next event or poll comes back here.
      if (errno != ENOENT && errno != ENOTDIR) outcome = watch_error(next.folder, errno);
      continue;
    }
    watching_ = watching_ || next.whole;
    added.push_back(std::move(next));
  }
  for (const watched& old : watches_) {
    const bool kept = std::any_of(added.begin(), added.end(), [&](const watched& w) { return w.descriptor == old.descriptor; });
    if (!kept) ::inotify_rm_watch(descriptor_, old.descriptor);  // fails, harmlessly, where the directory is gone
  }
  watches_ = std::move(added);
  return outcome;
}

bool journal_watch::concerns(int watch, std::string_view name) const {
  for (const watched& w : watches_) {
    if (w.descriptor != watch) continue;
    if (!w.whole) return name == w.awaited;
    for (const std::string& file : names_) {
      if (!name.starts_with(file)) continue;
      const std::string_view rest = name.substr(file.size());
      if (rest.empty() || rest == "-wal" || rest == "-shm" || rest == "-journal") return true;
    }
  }
  return false;
}

result<bool> journal_watch::drain() {
  alignas(inotify_event) char buffer[64 * 1024];
  constexpr int reads_max = 8;
  bool concerned = false;
  bool structure_changed = false;
  for (int i = 0; i < reads_max; ++i) {
    const ssize_t length = ::read(descriptor_, buffer, sizeof buffer);
    if (length < 0 && errno == EINTR) continue;
    if (length < 0 && errno != EAGAIN) return watch_error(path_, errno);
    if (length <= 0) break;
    for (ssize_t at = 0; at < length;) {
      inotify_event event{};
      std::memcpy(&event, buffer + at, sizeof event);
      const std::string_view name = event.len > 0 ? std::string_view(buffer + at + sizeof event) : std::string_view();
      at += static_cast<ssize_t>(sizeof event + event.len);

      const int watch = event.wd;
      const bool known = std::any_of(watches_.begin(), watches_.end(), [watch](const watched& w) { return w.descriptor == watch; });
      const bool relevant = (event.mask & IN_Q_OVERFLOW) != 0 || (known && (event.mask & self_events) != 0) || concerns(watch, name);
      concerned = concerned || relevant;
      structure_changed = structure_changed || (relevant && (event.mask & (structure_events | IN_Q_OVERFLOW)) != 0);
    }
  }
  if (!structure_changed) return concerned;
  if (auto watching = refresh(); !watching) return watching.error();
  return true;
}

}  // namespace partmark
