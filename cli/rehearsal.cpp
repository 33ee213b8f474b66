#include "cli/rehearsal.hpp"

#include "daemon/loop_settings.hpp"
#include "daemon/system_clock.hpp"
#include "journal/sqlite_journal.hpp"
#include "reconcile/event_names.hpp"
#include "reconcile/loop.hpp"

#include <limits>
#include <thread>
#include <utility>

namespace partmark {
namespace {

class forgetful_state final : public state {
 public:
  result<void> commit(const state_changes&) override { return {}; }
};

class catching_remote final : public remote {
 public:
  void send(std::uint64_t call_id, const std::string& endpoint, call_type /*type*/, http_request request) override {
    under_way.push_back(call_id);
    calls.push_back({endpoint, std::move(request)});
  }

  std::vector<std::uint64_t> under_way;
  std::vector<rehearsed_call> calls;
};

// The real journal up to a moment: what is recorded while the calls are rehearsed would be the next ones' business.
class journal_until_frozen final : public journal {
 public:
  explicit journal_until_frozen(std::string path) : real_(std::move(path)) {}
  void freeze() { frozen_ = true; }

  result<journal_look> look(const journal_position& folded) override {
    return frozen_ ? result<journal_look>(journal_look::unchanged) : real_.look(folded);
  }
  [[nodiscard]] const std::string& uuid() const override { return real_.uuid(); }
  [[nodiscard]] bool is_pruned() override { return real_.is_pruned(); }
  result<journal_slice> read_plans(const journal_cursor& from, std::size_t limit, plan_sink& sink) override {
    return real_.read_plans(from, limit, sink);
  }
  result<journal_slice> read_tables(const journal_cursor& from, std::size_t limit, table_sink& sink) override {
    return real_.read_tables(from, limit, sink);
  }
  result<journal_slice> read_again(std::int64_t after, std::int64_t until, std::size_t limit, const row_filter& wanted,
                                   plan_sink& sink) override {
    return real_.read_again(after, until, limit, wanted, sink);
  }
  result<void> sync() override { return {}; }  // nothing is stored that could outlive the rows

 private:
  sqlite_journal real_;
  bool frozen_ = false;
};

// What keeps the loop from going on is an event to it, not an error.
class watchful_events final : public events {
 public:
  void emit(const event& e) override {
    if (e.name == event_name::journal_waiting) absent = e.message;
    if (e.name == event_name::journal_unreadable) unreadable = e.message;
  }

  std::optional<std::string> absent;
  std::optional<std::string> unreadable;
};

// No waiting, for nothing takes time here: no linger, and as many calls at once as there are plans. And nothing but what has to be told.
loop_settings settings_for_rehearsal(const config::settings& settings) {
  loop_settings out = loop_settings_of(settings);
  out.linger = milliseconds(0);
  out.drift_every.reset();
  for (auto& endpoint : out.endpoints) {
    endpoint.max_in_flight = std::numeric_limits<std::size_t>::max();
    endpoint.verify_plans = false;
  }
  return out;
}

call_answer acceptance() {
  call_answer answer;
  answer.ended.kind = verdict_kind::accepted;
  answer.ended.http_status = 200;
  return answer;
}

constexpr milliseconds busy_step{10};
constexpr milliseconds busy_patience{5000};

}  // namespace

result<rehearsal> rehearse(const config::settings& settings, stored_state stored) {
  journal_until_frozen source(settings.journal.path);
  forgetful_state store;
  catching_remote out;
  watchful_events heard;
  loop rehearsed(source, store, out, heard, settings_for_rehearsal(settings), 0);
  // Whether the machine was restarted since decides only what is asserted once more later on.
  const std::string boot = stored.boot_id.empty() ? "unknown" : stored.boot_id;
  rehearsed.restore(std::move(stored), boot, clock_now());

  for (milliseconds waited{0};;) {
    const turn next = rehearsed.run(clock_now());
    if (next.fatal) return *next.fatal;
    if (heard.unreadable) return error{errc::io, *heard.unreadable};
    if (heard.absent) return rehearsal{{}, heard.absent};
    if (rehearsed.summary().behind) {
      if (next.again) continue;
      if (waited >= busy_patience) return error{errc::busy, settings.journal.path + ": another process holds the journal; try again"};
      std::this_thread::sleep_for(busy_step);
      waited += busy_step;
      continue;
    }
    source.freeze();
    if (out.under_way.empty() && !next.again) return rehearsal{std::move(out.calls), std::nullopt};
    for (const std::uint64_t call_id : std::exchange(out.under_way, {})) rehearsed.ended(call_id, acceptance());
  }
}

}  // namespace partmark
