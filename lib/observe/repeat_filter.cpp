#include "observe/repeat_filter.hpp"

#include "core/calendar.hpp"
#include "reconcile/event_names.hpp"

#include <algorithm>
#include <array>

namespace partmark {
namespace {

// Those that the outside can cause without end. The rest is rare, or tells of progress.
constexpr std::array repeating{event_name::push_retrying,   event_name::push_ambiguous,   event_name::push_rejected,
                               event_name::plan_held,       event_name::trigger_retrying, event_name::trigger_held,
                               event_name::record_rejected, event_name::state_unwritable};

constexpr std::string_view other_reasons = "other reasons";
constexpr std::size_t reason_bytes_max = 300;

std::string reason_of(const event& e) {
  for (const auto& [key, value] : e.fields)
    if (key == "reason")
      if (const auto* text = std::get_if<std::string>(&value)) return text->substr(0, reason_bytes_max);
  return {};
}

std::string minute_text(system_time t) {
  return partition_start(granularity::minute, std::chrono::floor<std::chrono::minutes>(t.time_since_epoch()).count()) + "Z";
}

}  // namespace

bool repeat_filter::passes(const event& e, std::string_view endpoint, now t) {
  if (std::find(repeating.begin(), repeating.end(), e.name) == repeating.end()) return true;
  kind what{std::string(e.name), std::string(endpoint), reason_of(e)};
  if (kinds_.size() >= kinds_max && !kinds_.contains(what)) std::get<2>(what) = other_reasons;
  const auto [at, is_new] = kinds_.try_emplace(std::move(what));
  tally& of = at->second;
  of.level = e.level;
  of.quiet = false;
  if (is_new) of.due = t.steady + of.every;
  if (of.said < in_full) {
    ++of.said;
    return true;
  }
  if (of.counted++ == 0) of.since = t.system;
  return false;
}

event repeat_filter::summary_of(const kind& what, tally& of) {
  const auto& [name, endpoint, reason] = what;
  event e{of.level,
          event_name::log_repeated,
          name + (endpoint.empty() ? "" : " at endpoint " + endpoint) + ": repeated " + std::to_string(of.counted) + " times since " +
              minute_text(of.since) + (reason.empty() ? "" : ": " + reason),
          {{"of", name}, {"endpoint", endpoint}, {"reason", reason}, {"times", of.counted}}};
  of.counted = 0;
  return e;
}

std::vector<event> repeat_filter::summaries(now t) {
  std::vector<event> due;
  for (auto it = kinds_.begin(); it != kinds_.end();) {
    tally& of = it->second;
    if (t.steady < of.due) {
      ++it;
      continue;
    }
    if (of.counted > 0) due.push_back(summary_of(it->first, of));
    if (of.quiet) {
      it = kinds_.erase(it);
      continue;
    }
    of.quiet = true;
    of.every = std::min<steady_time::duration>(of.every * 2, summary_every_max);
    of.due = t.steady + of.every;
    ++it;
  }
  return due;
}

std::vector<event> repeat_filter::rest() {
  std::vector<event> left;
  for (auto& [what, of] : kinds_)
    if (of.counted > 0) left.push_back(summary_of(what, of));
  kinds_.clear();
  return left;
}

}  // namespace partmark
