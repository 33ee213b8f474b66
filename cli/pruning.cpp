#include "cli/pruning.hpp"

#include "cli/time_text.hpp"
#include "core/text.hpp"
#include "daemon/system_clock.hpp"

#include <algorithm>
#include <limits>
#include <thread>
#include <utility>

namespace partmark {
namespace {

constexpr std::array both{journal_table_kind::plans, journal_table_kind::tables};

// A batch has the write lock about this long, and then leaves the file to the others. Waiting writers of SQLite's own kind look as rarely
// as every 100 ms: the pause lets them in with a chance of one in six each time.
constexpr milliseconds batch_aim{25};
constexpr milliseconds pause{5};
constexpr int batches_per_checkpoint = 8;
constexpr std::int64_t rows_least = 100;
constexpr std::int64_t rows_most = 20'000;
constexpr std::int64_t pages_least = 16;
constexpr std::int64_t pages_most = 512;

// The next batch's size, from how long this one took: up to twice, down to a quarter.
std::int64_t adapted(std::int64_t size, steady_time::duration took, std::int64_t least, std::int64_t most) {
  const double factor =
      std::chrono::duration<double>(batch_aim) / std::max(std::chrono::duration<double>(took), std::chrono::duration<double>(1e-4));
  return std::clamp(static_cast<std::int64_t>(static_cast<double>(size) * std::clamp(factor, 0.25, 2.0)), least, most);
}

const char* name_of(journal_table_kind table) { return table == journal_table_kind::plans ? "plan_completion" : "table_completion"; }

}  // namespace

pruning::pruning(journal_pruner& journal, state_reader& state, const prune_age& age, session& s)
    : journal_(journal),
      state_(state),
      age_(age),
      session_(s),
      progress_("record dropped", "records dropped", s.err().looks(), clock_now().steady) {}

result<void> pruning::look() {
  auto found = state_.progress();
  if (!found) return found.error();
  if (!found->refolding.empty())
    return error{errc::busy, "plan " + printable(found->refolding.front()) +
                                 " is being folded anew, and needs its records: prune when partmarkd is through with it"};
  const std::string before = std::exchange(folded_, std::move(*found)).position.uuid;
  if (!before.empty() && before != folded_.position.uuid)
    return error{errc::identity, "the state took another journal for its own meanwhile: prune again"};
  return {};
}

result<void> pruning::check_read(journal_table_kind table) {
  const journal_cursor& cursor = table == journal_table_kind::plans ? folded_.position.plans : folded_.position.tables;
  const auto unread = journal_.old_records(table, cursor.folded_seq, std::numeric_limits<std::int64_t>::max(), age_, 1);
  if (!unread) return unread.error();
  if (unread->through == 0) return {};
  return error{errc::busy, std::string(name_of(table)) + ": partmarkd has read the records up to " + grouped(cursor.folded_seq) +
                               ", and behind it there are some that are older than what is to stay: it is behind, or not running. Nothing"
                               " was pruned; see to it that it reads on (`partmark status`), then prune again"};
}

result<void> pruning::check() {
  if (auto done = look(); !done) return done;
  // The row at the cursor proves to the daemon that this is the journal that it folded (DESIGN §4.1): it stays, and so does all behind it.
  // The state comes further meanwhile, but only this is made durable.
  keep_from_ = {folded_.position.plans.anchor_seq, folded_.position.tables.anchor_seq};
  for (const auto table : both)
    if (auto done = check_read(table); !done) return done;
  return {};
}

result<prune_outcome> pruning::rehearse() {
  prune_outcome would;
  for (const auto table : both) {
    pruned_table& t = would.of(table);
    for (bool more = true; more;) {
      const auto reach = journal_.old_records(table, t.through, keep_from(table), age_, rows_most);
      if (!reach) return reach.error();
      t.records += reach->rows;
      t.through = std::max(t.through, reach->through);
      more = reach->more;
    }
  }
  return would;
}

// About which number is the last old one, for the bar only: as if records lay in the order of their times.
result<std::int64_t> pruning::guess_last(journal_table_kind table, std::int64_t first) {
  std::int64_t old = first - 1;
  std::int64_t young = keep_from(table);
  while (young - old > 1) {
    const std::int64_t middle = old + (young - old) / 2;
    const auto reach = journal_.old_records(table, middle - 1, young, age_, 1);
    if (!reach) return reach.error();
    if (reach->through == 0)
      young = middle;
    else
      old = reach->through;
  }
  return old;
}

result<void> pruning::guess_all() {
  if (!session_.err().looks().is_terminal) return {};
  for (const auto table : both) {
    const auto first = journal_.first_seq(table);
    if (!first) return first.error();
    if (*first == 0 || *first >= keep_from(table)) continue;
    const auto last = guess_last(table, *first);
    if (!last) return last.error();
    expected_ += *last - *first + 1;
  }
  return {};
}

// Between two batches: the screen, the log, the others.
result<void> pruning::rest() {
  draw();
  if (++batches_ % batches_per_checkpoint == 0)
    if (auto done = journal_.checkpoint(); !done) return done;
  std::this_thread::sleep_for(pause);
  return {};
}

void pruning::draw() {
  const steady_time t = clock_now().steady;
  if (!progress_.is_due(t)) return;
  progress_point at{.count = outcome_.records()};
  if (expected_ > 0) at.part = static_cast<double>(at.count) / static_cast<double>(expected_);
  session_.err().write(progress_.draw(at, t));
  static_cast<void>(session_.err().flush());
}

result<void> pruning::drop_all(journal_table_kind table) {
  std::int64_t rows = rows_least;
  pruned_table& done = outcome_.of(table);
  for (;;) {
    const auto reach = journal_.old_records(table, done.through, keep_from(table), age_, rows);
    if (!reach) return reach.error();
    if (reach->through == 0) return {};
    if (auto looked = look(); !looked) return looked;
    const steady_time begin = clock_now().steady;
    const auto dropped = journal_.drop(table, reach->through, folded_.position.uuid);
    if (!dropped) return dropped.error();
    rows = adapted(rows, clock_now().steady - begin, rows_least, rows_most);
    done.records += *dropped;
    done.through = reach->through;
    if (!reach->more) return {};
    if (auto rested = rest(); !rested) return rested;
  }
}

result<void> pruning::shrink() {
  const auto before = journal_.space();
  if (!before) return before.error();
  if (!before->shrinks) return {};
  std::int64_t pages = pages_least;
  std::int64_t left = before->unused_bytes;
  while (left > 0) {
    const steady_time begin = clock_now().steady;
    const auto unused = journal_.give_back(pages);
    if (!unused) return unused.error();
    if (*unused >= left) break;  // nothing moves any more
    left = *unused;
    pages = adapted(pages, clock_now().steady - begin, pages_least, pages_most);
    if (auto rested = rest(); !rested) return rested;
  }
  if (auto done = journal_.settle(); !done) return done;
  const auto after = journal_.space();
  if (!after) return after.error();
  outcome_.freed_bytes = before->file_bytes - after->file_bytes;
  return {};
}

result<void> pruning::run() {
  // A power cut must not take the cursor back behind records that are gone.
  result<void> done = state_.make_durable();
  if (done) done = guess_all();
  for (const auto table : both)
    if (done) done = drop_all(table);
  if (done) done = shrink();
  session_.err().write(progress_.wipe());
  return done;
}

}  // namespace partmark
