// The terminal while a command redraws a page in place, like top: the alternate screen without a cursor, keys read at once. What was there
// before comes back at the end, however the command ends short of kill -9. Where standard output is no terminal, pages just follow one
// another. One at a time; owned by the command; one thread.
#pragma once

#include "cli/output.hpp"
#include "core/clock.hpp"

#include <termios.h>

#include <csignal>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace partmark {

class watch_screen {
 public:
  // Catches SIGINT, SIGTERM, SIGHUP and SIGWINCH until it is gone. `keys`: the descriptor that keys come from; used when it is a terminal.
  watch_screen(output& out, int keys);
  ~watch_screen();
  watch_screen(const watch_screen&) = delete;
  watch_screen& operator=(const watch_screen&) = delete;

  // Shows `page`, cut to what fits the terminal now.
  void draw(std::string_view page);

  // Waits for as long, or until the terminal has another size. False: `q`, Ctrl-C or a signal said to end, or the reader went away.
  [[nodiscard]] bool wait(milliseconds for_at_most);

 private:
  output& out_;
  int keys_;
  bool is_terminal_;
  std::optional<termios> before_;  // of the keys' terminal
  sigset_t mask_before_{};
};

// The first `columns` of a line, its escapes untouched.
[[nodiscard]] std::string clipped(std::string_view line, std::size_t columns);

// `page` as one redraw: from the top left corner, each line clipped and its rest cleared, at most `rows` lines, the rest of the screen
// cleared.
[[nodiscard]] std::string redrawn(std::string_view page, std::size_t columns, std::size_t rows);

}  // namespace partmark
