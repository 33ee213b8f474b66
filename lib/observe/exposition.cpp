// metrics::text(): every metric there is, with its help. docs/status.md lists the same; a test holds the two together.
#include "observe/metrics.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>
#include <sstream>
#include <utility>

namespace partmark {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

// Collects families in order; one text.
class exposition {
 public:
  using labels = std::vector<ClientMetric::Label>;

  void family(MetricType type, std::string name, std::string help) { all_.push_back({std::move(name), std::move(help), type, {}}); }

  void value(double v, labels with = {}) {
    ClientMetric& m = add(std::move(with));
    (all_.back().type == MetricType::Counter ? m.counter.value : m.gauge.value) = v;
  }
  void counter(std::string name, std::string help, double v) {
    family(MetricType::Counter, std::move(name), std::move(help));
    value(v);
  }
  void gauge(std::string name, std::string help, double v) {
    family(MetricType::Gauge, std::move(name), std::move(help));
    value(v);
  }
  void buckets(const histogram& h, labels with = {}) {
    ClientMetric::Histogram& out = add(std::move(with)).histogram;
    out.sample_count = h.count();
    out.sample_sum = h.sum();
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < histogram::buckets; ++i) out.bucket.push_back({below += h.counts()[i], h.upper()[i]});
    out.bucket.push_back({h.count(), std::numeric_limits<double>::infinity()});
  }

  void work(const metrics& m, const metric_gauges& now);
  void endpoints(const metrics& m, const metric_gauges& now);
  void state(const metric_gauges& now);
  void process(const process_stats& p);

  [[nodiscard]] std::string text() const {
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, all_);
    return out.str();
  }

 private:
  ClientMetric& add(labels with) {
    ClientMetric& m = all_.back().metric.emplace_back();
    m.label = std::move(with);
    return m;
  }

  std::vector<MetricFamily> all_;
};

namespace {

template <class T>
double number(T v) {
  return static_cast<double>(v);
}

double seconds_between(system_time earlier, system_time later) {
  return later > earlier ? std::chrono::duration<double>(later - earlier).count() : 0.0;
}

}  // namespace

void exposition::work(const metrics& m, const metric_gauges& now) {
  counter("partmark_records_folded_total", "Completion records of plans that were folded, since the start.", number(now.records_folded));
  counter("partmark_records_rejected_total", "Records that passed the journal's checks and could not be folded, since the start.",
          number(now.records_rejected));
  counter("partmark_partitions_accepted_total", "Partitions whose marks the platform accepted, repetitions included.",
          number(m.accepted_partitions_));
  family(MetricType::Histogram, "partmark_push_lag_seconds", "From reading the first completion of a push to its acceptance.");
  buckets(m.lag_);
  counter("partmark_drift_found_total", "Plans that a comparison with the platform's own list found to differ.", number(m.drift_found_));
  family(MetricType::Counter, "partmark_events_total", "Events by name, also those below the log's level (docs/events.md).");
  for (const auto& [name, count] : std::map(m.events_.begin(), m.events_.end())) value(number(count), {{"event", std::string(name)}});
}

void exposition::endpoints(const metrics& m, const metric_gauges& now) {
  static const metrics::endpoint_counts none;
  const auto counts = [&](const std::string& name) -> const metrics::endpoint_counts& {
    const auto found = m.endpoints_.find(name);
    return found == m.endpoints_.end() ? none : found->second;
  };
  const auto each = [&](MetricType type, std::string name, std::string help, auto f) {
    family(type, std::move(name), std::move(help));
    for (const auto& e : now.endpoints) f(e);
  };
  each(MetricType::Counter, "partmark_calls_total", "Calls that ended, by what they were for and what their end means.",
       [&](const auto& e) {
         for (std::size_t a = 0; a < metrics::apis.size(); ++a)
           for (std::size_t v = 0; v < metrics::verdicts.size(); ++v)
             value(number(counts(e.name).calls[a][v]),
                   {{"endpoint", e.name}, {"api", std::string(metrics::apis[a])}, {"verdict", std::string(metrics::verdicts[v])}});
       });
  each(MetricType::Histogram, "partmark_call_duration_seconds", "From sending a call to its end.", [&](const auto& e) {
    for (std::size_t a = 0; a < metrics::apis.size(); ++a)
      buckets(counts(e.name).duration[a], {{"endpoint", e.name}, {"api", std::string(metrics::apis[a])}});
  });
  const auto gauges = [&](std::string name, std::string help, auto get) {
    each(MetricType::Gauge, std::move(name), std::move(help), [&](const auto& e) { value(number(get(e)), {{"endpoint", e.name}}); });
  };
  gauges("partmark_endpoint_circuit_open", "1 while the endpoint gets single probes only.", [](const auto& e) { return e.circuit_open; });
  gauges("partmark_endpoint_unauthorized", "1 while the endpoint refuses the credential.", [](const auto& e) { return e.unauthorized; });
  gauges("partmark_endpoint_paused", "1 while a person has paused the endpoint.", [](const auto& e) { return e.paused; });
  gauges("partmark_endpoint_in_flight", "Calls under way.", [](const auto& e) { return e.in_flight; });
  gauges("partmark_endpoint_max_in_flight", "Calls that may be under way at once.", [](const auto& e) { return e.in_flight_max; });
  each(MetricType::Gauge, "partmark_endpoint_token_age_seconds", "Age of the token in use; only where the daemon fetches one.",
       [&](const auto& e) {
         if (const auto at = counts(e.name).token_at) value(seconds_between(*at, now.at), {{"endpoint", e.name}});
       });
}

void exposition::state(const metric_gauges& now) {
  gauge("partmark_plans", "Plans that a record has named.", number(now.plans));
  gauge("partmark_pending_plans", "Plans that owe the platform something.", number(now.pending_plans));
  gauge("partmark_held_plans", "Plans with partitions that the platform refuses.", number(now.held_plans));
  gauge("partmark_pending_partitions", "Partitions that the platform has still to accept, without held ones.",
        number(now.pending_partitions));
  gauge("partmark_held_partitions", "Partitions that the platform refuses.", number(now.held_partitions));
  gauge("partmark_oldest_pending_seconds", "How long the oldest completion that some plan owes has waited; 0: none is owed.",
        now.oldest_pending ? seconds_between(*now.oldest_pending, now.at) : 0.0);
  gauge("partmark_pending_trigger_tables", "Source tables of whose changes the platform has still to be told.", number(now.pending_tables));
  gauge("partmark_held_triggers", "Triggers that the platform refuses, or that wait for a person.", number(now.held_triggers));
  gauge("partmark_journal_readable", "0 while the journal is missing or cannot be read.", number(now.journal_readable));
  gauge("partmark_journal_behind", "1 until the journal is read to its end.", number(now.behind));
  family(MetricType::Gauge, "partmark_journal_folded_seq", "The last record of the journal that was folded.");
  value(number(now.folded_seq), {{"table", "plan_completion"}});
  value(number(now.table_folded_seq), {{"table", "table_completion"}});
  gauge("partmark_journal_bytes", "Size of journal.db with its WAL.", number(now.journal_bytes));
  gauge("partmark_state_bytes", "Size of state.db with its WAL.", number(now.state_bytes));
  gauge("partmark_state_writable", "0 while state.db cannot be written.", number(now.state_writable));
}

void exposition::process(const process_stats& p) {
  counter("process_cpu_seconds_total", "Processor time of the daemon.", p.cpu_seconds);
  gauge("process_resident_memory_bytes", "Memory in use.", number(p.resident_bytes));
  gauge("process_virtual_memory_bytes", "Address space in use.", number(p.virtual_bytes));
  gauge("process_open_fds", "Open file descriptors.", number(p.open_fds));
  gauge("process_max_fds", "File descriptors that may be open.", number(p.max_fds));
  gauge("process_start_time_seconds", "When the daemon was started, in seconds since 1970.", p.start_time_seconds);
}

std::string metrics::text(const metric_gauges& now) const {
  exposition out;
  out.family(MetricType::Gauge, "partmark_build_info", "1; its labels say what runs.");
  out.value(1, {{"version", now.version}});
  out.work(*this, now);
  out.endpoints(*this, now);
  out.state(now);
  out.process(now.process);
  return out.text();
}

}  // namespace partmark
