#include "observe/metrics.hpp"

#include "reconcile/event_names.hpp"

namespace partmark {
namespace {

const std::string* text_of(const event& e, std::string_view key) {
  for (const auto& f : e.fields)
    if (f.key == key) return std::get_if<std::string>(&f.value);
  return nullptr;
}

std::int64_t number_of(const event& e, std::string_view key) {
  for (const auto& f : e.fields)
    if (f.key == key)
      if (const auto* n = std::get_if<std::int64_t>(&f.value)) return *n;
  return 0;
}

double seconds_of(const event& e, std::string_view key) { return static_cast<double>(number_of(e, key)) / 1000.0; }

template <std::size_t N>
std::size_t index_in(const std::array<std::string_view, N>& words, std::string_view word) {
  return static_cast<std::size_t>(std::find(words.begin(), words.end(), word) - words.begin());
}

}  // namespace

void metrics::emit(const event& e) {
  ++events_[e.name];
  if (e.name == event_name::call_ended) return call_ended(e);
  if (e.name == event_name::push_accepted) return push_accepted(e);
  if (e.name == event_name::token_renewed) {
    if (const auto* endpoint = text_of(e, "endpoint")) endpoints_[*endpoint].token_at = clock_();
  } else if (e.name == event_name::drift_found) {
    ++drift_found_;
  }
}

void metrics::call_ended(const event& e) {
  const auto* endpoint = text_of(e, "endpoint");
  const auto* api = text_of(e, "api");
  const auto* verdict = text_of(e, "verdict");
  if (!endpoint || !api || !verdict) return;
  const std::size_t a = index_in(apis, *api);
  const std::size_t v = index_in(verdicts, *verdict);
  if (a == apis.size() || v == verdicts.size()) return;
  endpoint_counts& counts = endpoints_[*endpoint];
  ++counts.calls[a][v];
  counts.duration[a].observe(seconds_of(e, "ms"));
}

void metrics::push_accepted(const event& e) {
  accepted_partitions_ += static_cast<std::uint64_t>(number_of(e, "partitions"));
  lag_.observe(seconds_of(e, "lag_ms"));
}

}  // namespace partmark
