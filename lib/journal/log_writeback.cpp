#include "journal/log_writeback.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

namespace partmark {

// A process loses its locks on a file when it closes any descriptor of it; SQLite's lie on the database and its -shm file, none on the log.
log_writeback::log_writeback(const std::string& wal_path) : descriptor_(::open(wal_path.c_str(), O_RDONLY | O_CLOEXEC)) {}

log_writeback::~log_writeback() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

log_writeback::log_writeback(log_writeback&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

void log_writeback::begin() const {
  if (descriptor_ >= 0) static_cast<void>(::sync_file_range(descriptor_, 0, 0, SYNC_FILE_RANGE_WRITE));
}

}  // namespace partmark
