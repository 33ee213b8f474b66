// What a turn takes out of the journal, and what it says of one that cannot be read.
#include "reconcile/event_names.hpp"
#include "reconcile/loop.hpp"

#include <algorithm>
#include <utility>

namespace partmark {
namespace {

// Writers hold the journal for moments; who holds it for so long is worth a line.
constexpr std::chrono::seconds busy_patience{10};

// Opening a journal and closing it again, because it is refused, is an event as a job's commit is: it must not bring the next try at once.
constexpr milliseconds rest_min{100};
constexpr milliseconds rest_max{1'000};
constexpr milliseconds rest_when_busy{5};

// Another one in its place would be refused.
constexpr const char* journal_is_gone =
    "the journal that was read is not there any more: waiting for it; to begin a new one: `partmark init` and `partmark state "
    "adopt-journal`";

}  // namespace

loop::stage loop::read(now t) {
  stage s;
  // While a batch waits for room on the disk nothing more is read: memory stays bounded, and nothing is pushed that is not stored.
  if (store_failures_ > 0) {
    s.again = true;
    return s;
  }
  if (t.steady < rest_until_) {
    s.retry = rest_until_;
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
    rest(t, rest_max);
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

// Once for each trouble: a file that opens and then cannot be read must not fill the log.
void loop::readable() {
  busy_since_.reset();
  if (std::exchange(journal_trouble_, {}).empty()) return;
  log_.emit({severity::info, event_name::journal_opened, "the journal is readable", {{"uuid", source_.uuid()}}});
}

// Until the next look, whatever wakes the loop: not after one that failed, and ever longer after one more that follows at once.
void loop::rest(now t, milliseconds max) {
  const bool at_once = t.steady <= rest_until_ + std::max(rest_, rest_min);
  rest_ = at_once ? std::min(std::max(rest_ * 2, rest_min), max) : milliseconds(0);
  rest_until_ = t.steady + rest_;
}

void loop::unreadable(const error& e, stage& s, now t) {
  s.again = false;
  rest(t, e.code == errc::busy ? rest_when_busy : rest_max);
  s.retry = t.steady + (e.code == errc::busy ? rest_when_busy : settings_.poll_interval);
  if (e.code == errc::busy && t.steady - busy_since_.value_or(t.steady) < busy_patience) {
    if (!busy_since_) busy_since_ = t.steady;
    return;
  }
  if (e.message == journal_trouble_) return;
  journal_trouble_ = e.message;
  log_.emit({severity::error, event_name::journal_unreadable, "nothing is pushed until the journal can be read: " + e.message, {}});
}

}  // namespace partmark
