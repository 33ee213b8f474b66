// The line that a long command draws on a terminal, and when to draw it again. Pure; time comes in. Owned by the command.
#pragma once

#include "cli/terminal.hpp"
#include "core/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace partmark {

// How far a command is.
struct progress_point {
  std::optional<double> part = std::nullopt;  // of the whole, 0 to 1; nullopt where that is not known
  std::int64_t count = 0;
  std::string_view note = {};  // more to say, painted already
};

class progress_line {
 public:
  // `looks`: of standard error; where that is no terminal nothing is drawn. `one`, `many`: what is counted.
  progress_line(const char* one, const char* many, const style& looks, steady_time begin)
      : one_(one), many_(many), looks_(looks), begin_(begin), next_(begin + first_after) {}

  // Whether a drawing would be shown at `t`: mostly not.
  [[nodiscard]] bool is_due(steady_time t) const { return looks_.is_terminal && t >= next_; }
  // What to write to standard error at `t`; empty when it is not due. Never wider than the terminal.
  [[nodiscard]] std::string draw(const progress_point& at, steady_time t);
  // Takes the line away again, before anything else is written there.
  [[nodiscard]] std::string wipe();

 private:
  static constexpr milliseconds first_after{300};  // what takes less needs no bar
  static constexpr milliseconds every{100};

  const char* one_;
  const char* many_;
  const style& looks_;
  steady_time begin_;
  steady_time next_;
  bool drawn_ = false;
};

}  // namespace partmark
