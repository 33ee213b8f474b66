#include "status/words.hpp"

#include "core/calendar.hpp"
#include "status/web_exchange.hpp"

namespace partmark {
namespace {

std::string iso_utc(system_time t) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(t);
  const auto local = std::chrono::local_seconds(seconds.time_since_epoch());
  const ordinal minute = partition_containing(granularity::minute, local);
  std::string text = partition_start(granularity::minute, minute);
  const auto within = (local - partition_start_time(granularity::minute, minute)).count();
  text.resize(text.size() - 2);
  return text + (within < 10 ? "0" : "") + std::to_string(within) + "Z";
}

std::string moment_words(system_time t) {
  std::string text = iso_utc(t);
  text[10] = ' ';
  text.pop_back();
  return text + " UTC";
}

}  // namespace

std::string span_text(milliseconds d) {
  const auto ms = std::max<milliseconds::rep>(0, d.count());
  if (ms < 1000) return std::to_string(ms) + " ms";
  const auto s = ms / 1000;
  if (s < 60) return std::to_string(s) + " s";
  if (s < 3600) return std::to_string(s / 60) + " min";
  const auto two = [](auto large, const char* unit, auto small, const char* part) {
    return std::to_string(large) + unit + (small > 0 ? " " + std::to_string(small) + part : "");
  };
  if (s < 86'400) return two(s / 3600, " h", s % 3600 / 60, " min");
  return two(s / 86'400, " d", s % 86'400 / 3600, " h");
}

html relative_time(std::optional<system_time> at, system_time now) {
  html out;
  if (!at) return out << "<span class=none>–</span>", out;
  const bool past = *at <= now;
  const milliseconds away = past ? now - *at : *at - now;
  out << "<time datetime=\"" << iso_utc(*at) << "\" title=\"" << moment_words(*at) << "\">";
  if (away < milliseconds(1000))
    out << "now";
  else if (past)
    out << span_text(away) << " ago";
  else
    out << "in " << span_text(away);
  out << "</time>";
  return out;
}

html clock_time(system_time at) {
  const std::string words = moment_words(at);
  html out;
  out << "<time datetime=\"" << iso_utc(at) << "\" title=\"" << words << "\">" << words.substr(11, 8) << "</time>";
  return out;
}

std::string shape_words(const plan_shape& shape) {
  return shape.kind == plan_kind::full_refresh ? "full refresh" : std::string(to_text(shape.unit));
}

std::string plan_link(std::string_view uuid) { return "/plan?id=" + percent_encoded(uuid); }

html counted_words(std::int64_t count, std::string_view one, std::string_view many) {
  html out;
  out << count << " " << (count == 1 ? one : many);
  return out;
}

}  // namespace partmark
