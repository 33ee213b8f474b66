// Hears, through inotify, that something was written to the journal, so that a commit is seen in microseconds instead of at the next poll.
// It watches directories, never the files: the write-ahead log comes and goes. Watched are the directory that the path names and, where the
// path is a symbolic link, the one of the file it leads to; while neither exists, the nearest parent that does. The event can come before
// the commit is visible, and an event can be lost: look again shortly after each, and poll. Owned by the loop, on its thread; the loop
// waits for descriptor() in its own way.
#pragma once

#include "core/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace partmark {

class journal_watch {
 public:
  // no_space: the user's inotify limits are reached (the message names the sysctl); io. Without a watch the journal is still found by
  // polling.
  [[nodiscard]] static result<journal_watch> open(std::string path);

  journal_watch(journal_watch&& other) noexcept;
  journal_watch& operator=(journal_watch&&) = delete;
  ~journal_watch();

  // Becomes readable when something happened; for poll() or its like, never to be read or closed by others.
  [[nodiscard]] int descriptor() const { return descriptor_; }

  // False while the journal's own directory is not watched: it doesn't exist, may not be read, or the limits are reached.
  [[nodiscard]] bool watching() const { return watching_; }

  // Takes the events that are there, without blocking and at most some thousands at a time (the descriptor then stays readable). True: one
  // concerned the journal or its -wal, -shm or -journal, or the directories themselves, or events were lost. An error (io, permission,
  // no_space) is about watching on; look anyway.
  [[nodiscard]] result<bool> drain();

  // Watches what the path leads to now; on every poll, for what no event tells (a link further up was turned). Cheap when nothing changed.
  // Errors as drain().
  result<void> refresh();

 private:
  struct watched {
    int descriptor;      // inotify's
    std::string folder;  // as it was named when it was added
    bool whole;          // false: a parent, where only the coming of `awaited` matters
    std::string awaited;
  };

  journal_watch(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

  [[nodiscard]] std::vector<watched> wanted() const;
  [[nodiscard]] bool concerns(int watch, std::string_view name) const;

  std::string path_;
  int descriptor_;
  bool watching_ = false;
  std::vector<std::string> names_;  // file names of the journal: the path's own and, for a link, the target's
  std::vector<watched> watches_;
};

}  // namespace partmark
