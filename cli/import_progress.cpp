#include "cli/import_progress.hpp"

#include "cli/time_text.hpp"

#include <algorithm>
#include <utility>

namespace partmark {
namespace {

constexpr std::size_t bar_columns = 20;

std::string bar(double part, const style& looks) {
  const auto filled = static_cast<std::size_t>(part * static_cast<double>(bar_columns));
  std::string text = "[";
  for (std::size_t i = 0; i < bar_columns; ++i) text += i < filled ? (looks.unicode ? "█" : "#") : (looks.unicode ? "░" : ".");
  return text + "] " + std::to_string(static_cast<int>(part * 100)) + " %  ";
}

}  // namespace

std::string import_progress::draw(const import_counts& counts, std::uint64_t bytes, steady_time t) {
  if (!looks_.is_terminal || t < next_) return {};
  next_ = t + every;
  drawn_ = true;
  std::string line;
  if (bytes_total_ && *bytes_total_ > 0)
    line += bar(std::min(1.0, static_cast<double>(bytes) / static_cast<double>(*bytes_total_)), looks_);
  const double seconds = std::chrono::duration<double>(t - begin_).count();
  line += counted(counts.lines(), "record", "records");
  if (seconds > 0) line += "  " + grouped(static_cast<std::int64_t>(static_cast<double>(counts.lines()) / seconds)) + "/s";
  if (counts.bad > 0) line += "  " + painted(counted(counts.bad, "bad line", "bad lines"), tone::bad, looks_);
  return "\r\x1b[K" + line;
}

std::string import_progress::wipe() { return std::exchange(drawn_, false) ? "\r\x1b[K" : ""; }

}  // namespace partmark
