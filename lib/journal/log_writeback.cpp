#include "journal/log_writeback.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace partmark {
namespace {

// Twice what SQLite's own checkpoints leave of a log. A longer one may have so much to be written that a slow disk's queue is full and the
// call waits for it: 200 MB took 31 ms on a fast disk.
constexpr off_t log_bytes_max = off_t{8} << 20U;

}  // namespace

// A process loses its locks on a file when it closes any descriptor of it; SQLite's lie on the database and its -shm file, none on the log.
log_writeback::log_writeback(const std::string& wal_path) : descriptor_(::open(wal_path.c_str(), O_RDONLY | O_CLOEXEC)) {}

log_writeback::~log_writeback() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void log_writeback::begin() const {
  struct stat log{};
  if (descriptor_ < 0 || ::fstat(descriptor_, &log) != 0 || log.st_size > log_bytes_max) return;
  static_cast<void>(::sync_file_range(descriptor_, 0, 0, SYNC_FILE_RANGE_WRITE));
}

}  // namespace partmark
