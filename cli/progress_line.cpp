#include "cli/progress_line.hpp"

#include "cli/time_text.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace partmark {
namespace {

constexpr std::size_t bar_columns = 20;
// Before that a guess jumps about more than it tells.
constexpr double part_least = 0.01;
constexpr std::chrono::seconds elapsed_least{1};

std::string bar(double part, const style& looks) {
  const auto filled = static_cast<std::size_t>(part * static_cast<double>(bar_columns));
  std::string text = "[";
  for (std::size_t i = 0; i < bar_columns; ++i) text += i < filled ? (looks.unicode ? "█" : "#") : (looks.unicode ? "░" : ".");
  return text + "] " + std::to_string(static_cast<int>(part * 100)) + " %";
}

// As fast as so far.
std::string time_left(double part, steady_time::duration elapsed) {
  const double left = std::chrono::duration<double>(elapsed).count() * (1 - part) / part;
  return duration_text(std::chrono::duration_cast<milliseconds>(std::chrono::duration<double>(std::max(1.0, left)))) + " left";
}

}  // namespace

std::string progress_line::draw(const progress_point& at, steady_time t) {
  if (!is_due(t)) return {};
  next_ = t + every;
  drawn_ = true;
  std::vector<std::string> pieces;
  const bool has_part = at.part.has_value();
  const double part = std::clamp(at.part.value_or(0), 0.0, 1.0);
  if (has_part) pieces.push_back(bar(part, looks_));
  pieces.push_back(counted(at.count, one_, many_));
  const double seconds = std::chrono::duration<double>(t - begin_).count();
  if (seconds > 0) pieces.push_back(grouped(static_cast<std::int64_t>(static_cast<double>(at.count) / seconds)) + "/s");
  if (has_part && part >= part_least && part < 1 && t - begin_ >= elapsed_least) pieces.push_back(time_left(part, t - begin_));
  std::string line;
  for (const std::string& piece : pieces) {
    const std::string more = (line.empty() ? "" : "  ") + piece;
    if (width_of(line) + width_of(more) >= looks_.columns) break;  // a line that wraps could not be wiped
    line += more;
  }
  // A note has colours, which take no room: it is the last, and only where there is plenty.
  if (!at.note.empty() && width_of(line) + width_of(at.note) + 2 < looks_.columns) line += "  " + std::string(at.note);
  return "\r\x1b[K" + line;
}

std::string progress_line::wipe() { return std::exchange(drawn_, false) ? "\r\x1b[K" : ""; }

}  // namespace partmark
