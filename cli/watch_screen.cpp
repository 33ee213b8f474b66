#include "cli/watch_screen.hpp"

#include "daemon/system_clock.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace partmark {
namespace {

constexpr std::array caught{SIGINT, SIGTERM, SIGHUP, SIGWINCH};

// Set by the handler, which runs in ppoll only.
volatile std::sig_atomic_t told_to_end = 0;

void on_signal(int number) {
  if (number != SIGWINCH) told_to_end = 1;
}

struct extent {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

extent extent_of(int descriptor) {
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {};
  return {size.ws_col, size.ws_row};
}

}  // namespace

std::string clipped(std::string_view line, std::size_t columns) {
  std::string out;
  std::size_t width = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\x1b') {
      const std::size_t end = std::min(line.find('m', i), line.size() - 1);
      out += line.substr(i, end - i + 1);
      i = end;
      continue;
    }
    const bool begins = (static_cast<unsigned char>(line[i]) & 0xc0U) != 0x80U;
    if (begins) ++width;
    if (width <= columns) out += line[i];
  }
  return out;
}

std::string redrawn(std::string_view page, std::size_t columns, std::size_t rows) {
  std::string out = "\x1b[H";
  for (std::size_t row = 0; row < rows && !page.empty(); ++row) {
    const std::size_t end = std::min(page.find('\n'), page.size());
    if (row > 0) out += "\r\n";
    out += clipped(page.substr(0, end), columns) + "\x1b[K";
    page.remove_prefix(std::min(end + 1, page.size()));
  }
  return out + "\x1b[J";
}

watch_screen::watch_screen(output& out, int keys) : out_(out), keys_(keys), is_terminal_(out.looks().is_terminal) {
  told_to_end = 0;
  sigset_t blocked;
  sigemptyset(&blocked);
  struct sigaction action{};
  action.sa_handler = on_signal;
  for (const int number : caught) {
    sigaddset(&blocked, number);
    ::sigaction(number, &action, nullptr);
  }
  ::sigprocmask(SIG_BLOCK, &blocked, &mask_before_);
  if (!is_terminal_) return;
  termios now{};
  if (::isatty(keys_) == 1 && ::tcgetpgrp(keys_) == ::getpgrp() && ::tcgetattr(keys_, &now) == 0) {
    before_ = now;
    now.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    static_cast<void>(::tcsetattr(keys_, TCSANOW, &now));
  }
  out_.write("\x1b[?1049h\x1b[?25l");
}

watch_screen::~watch_screen() {
  if (is_terminal_) {
    out_.write("\x1b[?25h\x1b[?1049l");
    static_cast<void>(out_.flush());
  }
  if (before_) static_cast<void>(::tcsetattr(keys_, TCSANOW, &*before_));
  struct sigaction action{};
  action.sa_handler = SIG_DFL;
  for (const int number : caught) ::sigaction(number, &action, nullptr);
  ::sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
}

void watch_screen::draw(std::string_view page) {
  if (is_terminal_) {
    const extent now = extent_of(out_.descriptor());
    out_.write(redrawn(page, now.columns, now.rows));
  } else {
    out_.write(page);
  }
}

bool watch_screen::wait(milliseconds for_at_most) {
  if (!out_.flush() || out_.closed()) return false;
  const auto until = clock_now().steady + for_at_most;
  for (;;) {
    const auto left = std::max(std::chrono::nanoseconds(0), std::chrono::nanoseconds(until - clock_now().steady));
    const timespec timeout{static_cast<time_t>(left / std::chrono::seconds(1)),
                           static_cast<long>((left % std::chrono::seconds(1)).count())};
    pollfd key{keys_, POLLIN, 0};
    const int ready = ::ppoll(&key, before_ ? 1 : 0, &timeout, &mask_before_);
    if (told_to_end != 0) return false;
    if (ready == 0 || (ready < 0 && errno == EINTR)) return true;  // time is up, or the terminal has another size
    if (ready < 0) return false;
    char pressed = 0;
    if (::read(keys_, &pressed, 1) <= 0 || pressed == 'q' || pressed == 'Q') return false;
  }
}

}  // namespace partmark
