// What a disk has of the files that SQLite and lib/state work with: of each what was synced, and the writes since; of each directory the
// names that were synced, and what happened to them since. A power cut keeps any part of the writes, torn at sectors, and any of the
// changed names or only the first of them. The files themselves always show what a running machine sees; cut_power() makes them what the
// next boot finds. Also the place where a test makes single I/O calls fail. One for the process; one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace partmark::testing {

enum class io_kind : std::uint8_t { open, read, write, truncate, sync, size, remove, rename, link, lock, shared_map, shared_lock };
[[nodiscard]] std::string_view to_text(io_kind k);

struct io_call {
  io_kind kind;
  const std::string& path;
};

// How a call fails: with SQLite's code, what the system said, and how much of it happened all the same.
struct io_failure {
  int code = 0;
  int system_errno = 0;
  bool half_done = false;  // a write that was cut short, a read that delivered a part
};

class disk {
 public:
  explicit disk(std::uint64_t seed) : chance_(seed) {}

  // Asked before every call, while listening.
  std::function<std::optional<io_failure>(const io_call&)> before;
  bool listening = true;  // false: the test's own look at the files; nothing fails

  // The machine is off: every call fails, nothing changes, until cut_power() or kill() has made up the books.
  void die() { dead_ = true; }
  [[nodiscard]] bool dead() const { return dead_; }
  // All connections must be closed. The files are then what a machine finds when it is on again.
  void cut_power();
  // The process died and the machine did not.
  void kill() { dead_ = false; }
  // Time enough has passed for everything to be on the disk.
  void settle();

  struct lost_power {
    std::size_t writes = 0;  // unsynced at a cut
    std::size_t dropped = 0;
    std::size_t torn = 0;
    std::size_t files = 0;  // that vanished
  };
  [[nodiscard]] const lost_power& lost() const { return lost_; }

  // For storage_vfs.cpp and storage_calls.cpp.
  [[nodiscard]] std::optional<io_failure> ask(io_kind kind, const std::string& path);
  void opened(const std::string& path);
  void wrote(const std::string& path, std::int64_t at, std::string bytes);
  void truncated(const std::string& path, std::int64_t size);
  void synced(const std::string& path);
  void synced_folder(const std::string& folder);
  void removed(const std::string& path);
  void renamed(const std::string& from, const std::string& to);
  void linked(const std::string& from, const std::string& to);

 private:
  struct operation {
    std::int64_t at = 0;
    std::string bytes;
    bool is_truncation = false;  // to `at`
  };
  struct file {
    std::string durable;
    std::vector<operation> since;
  };
  using file_ptr = std::shared_ptr<file>;
  using names = std::map<std::string, file_ptr>;
  // What happens to a directory at once, or not at all; nullptr: there is no such name any more.
  using change = std::vector<std::pair<std::string, file_ptr>>;

  file_ptr known(const std::string& path) { return known(path, path); }
  file_ptr known(const std::string& path, const std::string& now_at);
  void change_names(change step);
  static void carry_out(names& on, const change& step);
  names names_left();
  std::string survived(const file& f, int keep_percent);
  void apply(std::string& content, const operation& o, int keep_percent);
  int draw(int least, int most) { return least + static_cast<int>(chance_() % static_cast<std::uint64_t>(most - least + 1)); }

  names names_;                   // as a running machine sees them
  names durable_names_;           // as they are on the disk
  std::vector<change> unsynced_;  // between these two, each of one directory
  std::mt19937_64 chance_;
  bool dead_ = false;
  std::int64_t sector_ = 512;  // of the present cut
  lost_power lost_;
};

// Makes SQLite use `d` for every file that is opened from here on, in place of the system's own VFS, on which it stands, and lets the disk
// see what this program itself renames, links, removes and syncs. nullptr: no more.
void use_disk(disk* d);
[[nodiscard]] disk* disk_in_use();

}  // namespace partmark::testing
