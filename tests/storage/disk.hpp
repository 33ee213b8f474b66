// What a disk has of SQLite's files: for each what was synced, and the writes since. A power cut keeps any part of those, torn at sectors,
// and files whose directory was not synced may be gone. The files themselves always show what a running machine sees; cut_power() makes
// them what the next boot finds. Also the place where a test makes single I/O calls fail. One for the process; one thread.
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
#include <vector>

namespace partmark::testing {

enum class io_kind : std::uint8_t { open, read, write, truncate, sync, size, remove, lock, shared_map, shared_lock };
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

  // Asked before every call that SQLite makes, while listening.
  std::function<std::optional<io_failure>(const io_call&)> before;
  bool listening = true;  // false: the test's own look at the files; nothing fails

  // The machine is off: every call fails, nothing changes, until cut_power() or kill() has made up the books.
  void die() { dead_ = true; }
  [[nodiscard]] bool dead() const { return dead_; }
  // All connections must be closed. The files are then what a machine finds when it is on again.
  void cut_power();
  // The process died and the machine did not.
  void kill() { dead_ = false; }

  struct lost_power {
    std::size_t writes = 0;  // unsynced at a cut
    std::size_t dropped = 0;
    std::size_t torn = 0;
    std::size_t files = 0;  // that vanished
  };
  [[nodiscard]] const lost_power& lost() const { return lost_; }

  // For the VFS (storage_vfs.cpp).
  [[nodiscard]] std::optional<io_failure> ask(io_kind kind, const std::string& path);
  void opened(const std::string& path);
  void wrote(const std::string& path, std::int64_t at, std::string bytes);
  void truncated(const std::string& path, std::int64_t size);
  void synced(const std::string& path, bool with_folder);
  void removed(const std::string& path, bool folder_synced);

 private:
  struct operation {
    std::int64_t at = 0;
    std::string bytes;
    bool is_truncation = false;  // to `at`
  };
  struct file {
    std::string durable;
    std::vector<operation> since;
    bool named = false;    // its directory entry is durable
    bool removed = false;  // and the removal is not durable
  };

  std::string survived(const file& f, int keep_percent);
  void apply(std::string& content, const operation& o, int keep_percent);
  int draw(int least, int most) { return least + static_cast<int>(chance_() % static_cast<std::uint64_t>(most - least + 1)); }

  std::map<std::string, file> files_;
  std::mt19937_64 chance_;
  bool dead_ = false;
  std::int64_t sector_ = 512;  // of the present cut
  lost_power lost_;
};

// Makes SQLite use `d` for every file that is opened from here on, in place of the system's own VFS, on which it stands. nullptr: no more.
void use_disk(disk* d);

}  // namespace partmark::testing
