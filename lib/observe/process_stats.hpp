// What the kernel knows of this process, for the process_* metrics (proc(5)). Any thread.
#pragma once

#include <cstdint>

namespace partmark {

struct process_stats {
  double cpu_seconds = 0;
  double start_time_seconds = 0;  // since 1970
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t open_fds = 0;
  std::uint64_t max_fds = 0;
};

// Zeros for what cannot be read.
[[nodiscard]] process_stats read_process_stats();

// The size of a SQLite file with its WAL; 0: there is none.
[[nodiscard]] std::uint64_t database_bytes(const char* path);

}  // namespace partmark
