#include "reconcile/loop.hpp"

#include "reconcile/event_names.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace partmark {
namespace {

// After an event the row may not be visible yet (measured: mostly within a millisecond): look again with growing gaps. The last two are for
// a machine so busy that the writer was stopped between its write, which is the event, and what makes it visible, which is none.
constexpr std::array<std::chrono::microseconds, 10> look_gaps{std::chrono::microseconds(400'000), std::chrono::microseconds(100'000),
                                                              std::chrono::microseconds(12'800),  std::chrono::microseconds(6'400),
                                                              std::chrono::microseconds(3'200),   std::chrono::microseconds(1'600),
                                                              std::chrono::microseconds(800),     std::chrono::microseconds(400),
                                                              std::chrono::microseconds(200),     std::chrono::microseconds(100)};

// Writers hold the journal for moments; who holds it for so long is worth a line.
constexpr std::chrono::seconds busy_patience{10};

// How long, and how much at most, a batch may gather while the loop is behind: a crash folds that much again, and memory stays
// bounded.
constexpr milliseconds gathering_time{10'000};
constexpr std::size_t gathered_bytes_max = std::size_t{32} << 20U;  // a million changes of runs, or 60,000 new plans

// Another one in its place would be refused.
constexpr const char* journal_is_gone =
    "the journal that was read is not there any more: waiting for it; to begin a new one: `partmark init` and `partmark state "
    "adopt-journal`";

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
  fold_.place = [this](std::string_view uuid) { return placement_of(uuid); };
  courier_.second_api().place = [this](std::string_view table) { return endpoint_of_table(table); };
}

turn loop::run(now t) {
  if (std::exchange(hinted_, false)) {
    looks_left_ = looks_after_hint;
    next_look_ = t.steady;
  }
  replies_.swap(ending_);
  for (const auto& [call_id, reply] : ending_) courier_.ended(call_id, reply, t, unsaved_);
  ending_.clear();
  courier_.expire(t, unsaved_);
  start_refolds(t);
  if (next_drift_ && t.steady >= *next_drift_) {
    next_drift_ = t.steady + *settings_.drift_every;
    for (plan_state& plan : plans_) courier_.check_drift(plan, false, t, {});
  }

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
  out.again = s.again;
  out.wake = next_wake(s, t);
  return out;
}

// While behind nothing is sent, so nothing waits for what is read: some slices are stored together, and a row that each of them changed is
// written once. Not when something else happened that should survive a crash, or that a person waits for.
bool loop::may_gather(const stage& s, now t) {
  if (!s.again || !behind_ || draining_ || store_failures_ > 0) return false;
  if (unsaved_.durable || !unsaved_.attempts.empty() || !unsaved_.triggers.empty() || std::exchange(commanded_, false)) return false;
  if (!gathering_until_) gathering_until_ = t.steady + gathering_time;
  if (t.steady >= *gathering_until_ || unsaved_.new_rows >= settings_.new_rows_max) return false;
  if (unsaved_.bytes() < gathered_bytes_max) return true;
  unsaved_.coalesce();
  return unsaved_.bytes() < gathered_bytes_max / 2;
}

loop::stage loop::read(now t) {
  stage s;
  // While a batch waits for room on the disk nothing more is read: memory stays bounded, and nothing is pushed that is not stored.
  if (store_failures_ > 0) {
    s.again = true;
    return s;
  }
  const auto look = source_.look(position_);
  if (!look) {
    behind_ = true;
    if (look.error().code == errc::identity || look.error().code == errc::newer_version) {
      s.fatal = look.error();
      return s;
    }
    unreadable(look.error(), s, t);
    return s;
  }
  if (*look == journal_look::absent) {
    behind_ = true;
    const std::string_view trouble = position_.uuid.empty() ? "absent" : journal_is_gone;
    if (journal_trouble_ == trouble) return s;
    journal_trouble_ = trouble;
    const auto text = position_.uuid.empty() ? "the journal is not there yet: waiting for it; `partmark init` makes it" : journal_is_gone;
    log_.emit({severity::warning, event_name::journal_waiting, text, {}});
    return s;
  }
  if (position_.uuid.empty()) {
    position_.uuid = source_.uuid();
    unsaved_.position = position_;
  }
  if (*look == journal_look::changed) behind_ = true;
  if (!behind_) {
    readable();
    s.may_push = true;
    return s;
  }
  return read_slice(t);
}

loop::stage loop::read_slice(now t) {
  stage s;
  s.again = true;
  if (!refolding_.empty()) {
    refold_slice(s, t);
    return s;
  }
  fold_.begin(unsaved_, t);
  const auto plans = source_.read_plans(position_.plans, settings_.slice_rows, fold_);
  fold_.end();
  if (!advance(position_.plans, plans, fold_.last_seq(), s, t)) return s;

  triggers& second_api = courier_.second_api();
  second_api.begin(unsaved_, t);
  const auto tables = source_.read_tables(position_.tables, settings_.slice_rows, second_api);
  for (const table_id id : second_api.finish()) courier_.touched_table(id, t);
  if (!advance(position_.tables, tables, second_api.last_seq(), s, t)) return s;

  readable();
  behind_ = plans->full || tables->full;
  if (!behind_) {
    s.again = false;
    s.may_push = true;
    caught_up(t);
  }
  return s;
}

// Moves a cursor over what a read delivered. False: the read failed, and is tried again.
bool loop::advance(journal_cursor& cursor, const result<journal_slice>& slice, std::optional<std::int64_t> last_seq, stage& s, now t) {
  journal_cursor next = cursor;
  if (slice)
    next = slice->cursor;
  else if (last_seq)
    next.folded_seq = *last_seq;  // what came before the failure is folded, and must not be folded twice; the former anchor still holds
  if (next != cursor) {
    cursor = next;
    unsaved_.position = position_;
    // Also when it only passed numbers that ignored inserts burned: lost with the power, they would be given again, below the cursor.
    unsynced_ = true;
  }
  if (slice) return true;
  unreadable(slice.error(), s, t);
  return false;
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

bool loop::store(now t) {
  gathering_until_.reset();
  if (!unsaved_.empty()) unsaved_.coalesce();
  result<void> done = unsynced_ ? source_.sync() : result<void>();
  // Empty also when all that could not be stored were intents, and these were taken back, or rows that came and went.
  if (done && !unsaved_.empty()) done = store_.commit(unsaved_);
  if (!done) {
    if (store_failures_ == 0 || done.error().code != errc::busy)
      log_.emit({severity::error, event_name::state_unwritable, "nothing is pushed until this can be stored: " + done.error().message, {}});
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

// Once for each trouble: a file that opens and then cannot be read must not fill the log.
void loop::readable() {
  busy_since_.reset();
  if (std::exchange(journal_trouble_, {}).empty()) return;
  log_.emit({severity::info, event_name::journal_opened, "the journal is readable", {{"uuid", source_.uuid()}}});
}

void loop::unreadable(const error& e, stage& s, now t) {
  s.again = false;
  s.retry = t.steady + (e.code == errc::busy ? milliseconds(5) : settings_.poll_interval);
  if (e.code == errc::busy && t.steady - busy_since_.value_or(t.steady) < busy_patience) {
    if (!busy_since_) busy_since_ = t.steady;
    return;
  }
  if (e.message == journal_trouble_) return;
  journal_trouble_ = e.message;
  log_.emit({severity::error, event_name::journal_unreadable, "nothing is pushed until the journal can be read: " + e.message, {}});
}

steady_time loop::next_wake(const stage& s, now t) {
  steady_time wake = t.steady + settings_.poll_interval;
  const auto consider = [&](std::optional<steady_time> at) {
    if (at) wake = std::min(wake, *at);
  };
  consider(s.retry);
  consider(store_retry_);
  consider(next_drift_);
  // By time, not by turns: many turns may pass within the moment in which the row is not visible yet.
  while (looks_left_ > 0 && next_look_ <= t.steady) next_look_ += look_gaps[--looks_left_];
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
