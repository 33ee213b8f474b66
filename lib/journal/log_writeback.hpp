// Has the system begin to write a journal's log to the disk before anybody waits for that: the sync before a fold's commit (DESIGN §4.1)
// finds less to do then. A hint: what it cannot do is left out, and nothing depends on it. Owned beside the journal's connection; any
// thread.
#pragma once

#include <string>

namespace partmark {

class log_writeback {
 public:
  // Where there is no log to be opened, begin() does nothing.
  explicit log_writeback(const std::string& wal_path);
  ~log_writeback();
  log_writeback(const log_writeback&) = delete;
  log_writeback& operator=(const log_writeback&) = delete;

  // What the log has new; of a log as long as bulk loads leave it, nothing. Does not wait for the disk.
  void begin() const;

 private:
  int descriptor_;
};

}  // namespace partmark
