#include "reconcile/loop.hpp"

#include "reconcile/event_names.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>

namespace partmark {
namespace {

// After an event the row may not be visible yet: the writer's own sync (synchronous = FULL) lies between its write, which is the event, and
// what makes it visible, which is none. It takes a fraction of a millisecond, or a second on a busy disk: look again with gaps that grow,
// so that a row is seen within half again the time that its writer took.
constexpr std::chrono::microseconds first_look_gap{100};
constexpr std::chrono::microseconds look_gap_max{1'000'000};

// How long, and how much at most, a batch may gather while the loop is behind: a crash folds that much again, and memory stays
// bounded.
constexpr milliseconds gathering_time{10'000};
constexpr std::size_t gathered_bytes_max = std::size_t{32} << 20U;  // a million changes of runs
// As many as the store puts in order together.
constexpr std::size_t new_plans_max = 65'536;

constexpr retry_settings store_backoff{milliseconds(5), milliseconds(2000), 2.0};

}  // namespace

loop::loop(journal& source, state& store, remote& out, events& log, loop_settings settings, std::uint64_t seed)
    : source_(source),
      store_(store),
      log_(log),
      settings_(std::move(settings)),
      random_(seed),
      courier_(plans_, settings_, out, log, random_),
      fold_(plans_, settings_, log) {
  unsaved_.unstored = &newcomers_;
  fold_.place = [this](std::string_view uuid) { return placement_of(uuid); };
  courier_.second_api().place = [this](std::string_view table) { return endpoint_of_table(table); };
}

// At most half of what is under way: while these are decided and stored, and their successors wait for that, the others keep the remote
// busy. All at once, it and the loop would take turns (docs/performance.md). But of what went wrong all counts before more is sent.
void loop::end_calls(now t) {
  const auto accepted = [](const auto& answer) { return answer.second.ended.kind == verdict_kind::accepted; };
  const std::size_t most = (courier_.in_flight() + 1) / 2;
  if (answers_.size() <= most || draining_ || !std::ranges::all_of(answers_, accepted)) {
    answers_.swap(ending_);
  } else {
    const auto rest = answers_.begin() + static_cast<std::ptrdiff_t>(most);
    ending_.assign(std::make_move_iterator(answers_.begin()), std::make_move_iterator(rest));
    answers_.erase(answers_.begin(), rest);
  }
  for (const auto& [call_id, answer] : ending_) courier_.ended(call_id, answer, t, unsaved_);
  ending_.clear();
}

turn loop::run(now t) {
  if (std::exchange(hinted_, false)) {
    look_gap_ = first_look_gap;
    next_look_ = t.steady;
  }
  end_calls(t);
  courier_.expire(t, unsaved_);
  start_refolds(t);
  check_drift_regularly(t);

  turn out;
  stage s;
  if (!store_retry_ || t.steady >= *store_retry_) {
    s = read(t);
    if (may_gather(s, t)) {
      out.again = true;
      return out;
    }
    store_refolds(t);
    for (const plan_id id : fold_.take_touched()) courier_.touched(plans_.at(id), t, unsaved_);
    if (s.may_push && !draining_) courier_.prepare(t, unsaved_);
    if (store(t)) {
      courier_.send_prepared();
    } else {
      courier_.abandon_prepared(t, unsaved_);
      s.again = false;
    }
  }
  out.fatal = s.fatal;
  out.again = s.again || !answers_.empty();
  out.wake = next_wake(s, t);
  return out;
}

// While behind nothing is sent, so nothing waits for what is read: some slices are stored together, and a row that each of them changed is
// written once. Not when something else happened that should survive a crash, or that a person waits for.
bool loop::may_gather(const stage& s, now t) {
  if (!s.again || !behind_ || draining_ || store_failures_ > 0) return false;
  if (unsaved_.durable || !unsaved_.attempts.empty() || !unsaved_.triggers.empty() || std::exchange(commanded_, false)) return false;
  if (!gathering_until_) gathering_until_ = t.steady + gathering_time;
  if (t.steady >= *gathering_until_ || unsaved_.new_rows >= settings_.new_rows_max || unsaved_.new_plans.size() >= new_plans_max)
    return false;
  if (unsaved_.bytes() < gathered_bytes_max) return true;
  unsaved_.coalesce();
  return unsaved_.bytes() < gathered_bytes_max / 2;
}

void loop::caught_up(now t) {
  if (!std::exchange(after_reboot_, false)) return;
  unsaved_.boot_id = boot_id_;
  for (plan_state& plan : plans_) {
    ledger_changes changes;
    std::vector<range> suspect;
    plan.book.pending().visit_all([&](range at, mark) { suspect.push_back(at); });
    // What is held may have been tried once more, and what was in limbo asserted again.
    plan.book.held().visit_all([&](range at, hold_id) { suspect.push_back(at); });
    plan.book.limbo().visit_all([&](range at, const limbo_entry&) { suspect.push_back(at); });
    const auto settled_at = t.steady + courier_.endpoints()[plan.endpoint].settings.settle_time;
    for (const range at : suspect) plan.book.may_land(at, every_mark, settled_at, changes);
    append(unsaved_, plan, changes);
    courier_.touched(plan, t, unsaved_);
  }
}

void loop::check_drift_regularly(now t) {
  if (draining_) return;  // whoever comes next makes the check
  if (const auto round = drift_rounds_.finish(t); round && round->failed > 0)
    log_.emit({severity::warning,
               event_name::drift_incomplete,
               "the regular drift check could not compare " + std::to_string(round->failed) + " of " + std::to_string(round->plans) +
                   (round->plans == 1 ? " plan: " : " plans: ") + round->trouble,
               {{"plans", static_cast<std::int64_t>(round->plans)}, {"failed", static_cast<std::int64_t>(round->failed)}}});
  if (!drift_rounds_.begin(t)) return;
  for (plan_state& plan : plans_) {
    if (plan.book.shape().kind == plan_kind::full_refresh || courier_.checks_drift_of(plan.id)) continue;
    if (courier_.endpoints()[plan.endpoint].paused) {
      courier_.check_drift_when_it_may(plan, t, {});
      continue;
    }
    drift_rounds_.expect();
    courier_.check_drift_when_it_may(plan, t, [this, round = drift_rounds_.present()](const drift_outcome& outcome, granularity) {
      drift_rounds_.ended(round, outcome);
    });
  }
}

bool loop::store(now t) {
  gathering_until_.reset();
  if (const auto last = drift_rounds_.take_last()) unsaved_.drift_checked_at = last;
  if (!unsaved_.empty()) unsaved_.coalesce();
  result<void> done = unsynced_ ? source_.sync() : result<void>();
  // Empty also when all that could not be stored were intents, and these were taken back, or rows that came and went.
  if (done && !unsaved_.empty()) done = store_.commit(unsaved_);
  if (!done) {
    if (store_failures_ == 0 || done.error().code != errc::busy)
      log_.emit({severity::error,
                 event_name::state_unwritable,
                 "nothing is pushed until this can be stored: " + done.error().message,
                 {{"reason", done.error().message}}});
    store_retry_ = t.steady + backoff_ceiling(store_backoff, store_failures_++);
    return false;
  }
  plans_.stored(unsaved_);
  unsaved_.clear();
  unsynced_ = false;
  store_retry_.reset();
  if (std::exchange(store_failures_, 0) > 1) log_.emit({severity::info, event_name::state_written, "state is stored again", {}});
  return true;
}

steady_time loop::next_wake(const stage& s, now t) {
  steady_time wake = t.steady + settings_.poll_interval;
  const auto consider = [&](std::optional<steady_time> at) {
    if (at) wake = std::min(wake, *at);
  };
  consider(s.retry);
  consider(store_retry_);
  if (!draining_) consider(drift_rounds_.next());
  // By time, not by turns: many turns may pass within the moment in which the row is not visible yet.
  while (look_gap_ <= look_gap_max && next_look_ <= t.steady) {
    next_look_ += look_gap_;
    look_gap_ += look_gap_ / 2;
  }
  if (next_look_ > t.steady) consider(next_look_);
  if (s.may_push && !draining_) consider(courier_.next_time(t));
  return std::max(wake, t.steady);
}

loop_summary loop::summary() const {
  loop_summary s;
  s.position = position_;
  s.plans = plans_.size();
  s.owing_plans = plans_.owing;
  s.held_plans = plans_.holding;
  s.in_flight = courier_.in_flight();
  s.folded = fold_.folded();
  s.rejected = fold_.rejected() + courier_.second_api().rejected();
  s.owing_tables = courier_.second_api().owing();
  s.held_triggers = courier_.second_api().held();
  s.behind = behind_;
  s.calls = courier_.counters();
  return s;
}

}  // namespace partmark
