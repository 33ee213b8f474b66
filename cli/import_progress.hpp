// The line that a long import draws on a terminal, and when to draw it again. Pure; time comes in. Owned by the import.
#pragma once

#include "cli/terminal.hpp"
#include "core/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace partmark {

struct import_counts {
  std::int64_t recorded = 0;
  std::int64_t already = 0;
  std::int64_t bad = 0;

  [[nodiscard]] std::int64_t lines() const { return recorded + already + bad; }
};

class import_progress {
 public:
  // `bytes_total`: of the input; nullopt where it is not known. `looks`: of standard error; where that is no terminal nothing is drawn.
  import_progress(std::optional<std::uint64_t> bytes_total, const style& looks, steady_time begin)
      : bytes_total_(bytes_total), looks_(looks), begin_(begin), next_(begin + first_after) {}

  // What to write to standard error at `t`: mostly nothing.
  [[nodiscard]] std::string draw(const import_counts& counts, std::uint64_t bytes, steady_time t);
  // Takes the line away again, before anything else is written there.
  [[nodiscard]] std::string wipe();

 private:
  static constexpr milliseconds first_after{300};  // what takes less needs no bar
  static constexpr milliseconds every{100};

  std::optional<std::uint64_t> bytes_total_;
  const style& looks_;
  steady_time begin_;
  steady_time next_;
  bool drawn_ = false;
};

}  // namespace partmark
