#include "support/memory_journal.hpp"

#include "core/text_arena.hpp"
#include "support/contract.hpp"

#include <algorithm>
#include <utility>

namespace partmark::testing {
namespace {

// Hands out views into `scratch`, which is overwritten afterwards, so that a sink which keeps a view beyond its call is found out.
class lent_text {
 public:
  explicit lent_text(std::string& scratch) : scratch_(scratch) { scratch_.clear(); }
  lent_text(const lent_text&) = delete;
  lent_text& operator=(const lent_text&) = delete;
  ~lent_text() { scratch_.assign(scratch_.size(), '#'); }

  // `bytes` in all will be lent.
  void reserve(std::size_t bytes) { scratch_.reserve(bytes); }
  std::string_view lend(const std::string& text) {
    const std::size_t at = scratch_.size();
    scratch_ += text;
    return std::string_view(scratch_).substr(at);
  }
  std::optional<std::string_view> lend(const std::optional<std::string>& text) { return text ? std::optional(lend(*text)) : std::nullopt; }

 private:
  std::string& scratch_;
};

std::size_t size_of(const std::optional<std::string>& text) { return text ? text->size() : 0; }

// give(const completion_row&) gets it.
template <class Give>
void deliver(const journal_entry& e, std::string& scratch, Give give) {
  lent_text text(scratch);
  text.reserve(e.plan.size() + size_of(e.granularity) + size_of(e.first) + size_of(e.last) + e.outcome.size() + size_of(e.run_type) +
               size_of(e.job));
  completion_row row;
  row.seq = e.seq;
  row.plan = text.lend(e.plan);
  row.granularity = text.lend(e.granularity);
  row.first = text.lend(e.first);
  row.last = text.lend(e.last);
  row.outcome = text.lend(e.outcome);
  row.run_type = text.lend(e.run_type);
  row.job = text.lend(e.job);
  give(row);
}

// Gives what the sink understands many at once, as a journal that reads ahead does.
class gathering {
 public:
  explicit gathering(journal::plan_sink& sink) : sink_(sink) {}

  void add(const completion_row& row) {
    understood_row understood;
    if (!sink_.understand(row, understood)) {
      flush();
      return sink_.row(row);
    }
    understood.plan = texts_.keep(understood.plan);
    understood.run_type = texts_.keep(understood.run_type);
    understood.job = texts_.keep(understood.job);
    rows_.push_back(understood);
  }
  void flush() {
    if (!rows_.empty()) sink_.understood(rows_);
    rows_.clear();
  }

 private:
  journal::plan_sink& sink_;
  text_arena texts_;
  std::vector<understood_row> rows_;
};

void deliver(const table_entry& e, std::string& scratch, journal::table_sink& sink) {
  lent_text text(scratch);
  text.reserve(e.table.size() + e.partition.size() + e.outcome.size());
  table_row row;
  row.seq = e.seq;
  row.table_name = text.lend(e.table);
  row.partition = text.lend(e.partition);
  row.outcome = text.lend(e.outcome);
  sink.row(row);
}

std::uint64_t hash_of(std::int64_t seq) { return static_cast<std::uint64_t>(seq) * 0x9e3779b97f4a7c15U; }

}  // namespace

journal_entry entry_of(std::string plan, plan_shape shape, range at, mark said) {
  journal_entry e;
  e.plan = std::move(plan);
  e.outcome = to_text(said);
  if (shape.kind == plan_kind::full_refresh) return e;
  e.granularity = to_text(shape.unit);
  e.first = partition_start(shape.unit, at.first);
  if (at.last != at.first) e.last = partition_start(shape.unit, at.last);
  return e;
}

std::int64_t memory_journal::append_unseen(journal_entry e) {
  e.seq = ++sequence_;
  if (rows_.capacity() == 0) rows_.reserve(256);
  rows_.push_back(std::move(e));
  return sequence_;
}

std::int64_t memory_journal::append(journal_entry e) {
  const std::int64_t seq = append_unseen(std::move(e));
  reveal(seq);
  return seq;
}

void memory_journal::reveal(std::int64_t until) {
  require(until <= sequence_, "only what was committed can be seen");
  if (until <= visible_) return;
  visible_ = until;
  ++version_;
}

void memory_journal::burn(std::int64_t numbers) {
  sequence_ += numbers;
  reveal(sequence_);
}

std::int64_t memory_journal::append_table(table_entry e) {
  e.seq = static_cast<std::int64_t>(table_rows_.size()) + 1;
  table_rows_.push_back(std::move(e));
  ++version_;
  return table_rows_.back().seq;
}

void memory_journal::replace(std::string uuid) {
  uuid_ = std::move(uuid);
  rows_.clear();
  table_rows_.clear();
  sequence_ = visible_ = synced_ = 0;
  ++version_;
}

void memory_journal::cut_power(std::int64_t last) {
  require(last >= synced_ && last <= sequence_, "a power cut takes only what was not synced");
  while (!rows_.empty() && rows_.back().seq > last) rows_.pop_back();
  sequence_ = visible_ = last;
  ++version_;
}

std::size_t memory_journal::index_after(std::int64_t seq) const {
  const auto it = std::upper_bound(rows_.begin(), rows_.end(), seq, [](std::int64_t s, const journal_entry& e) { return s < e.seq; });
  return static_cast<std::size_t>(it - rows_.begin());
}

result<journal_look> memory_journal::look(const journal_position& folded) {
  if (auto e = fails(step::look)) return *e;
  if (!present_) return journal_look::absent;
  if (!folded.uuid.empty() && folded.uuid != uuid_) return error{errc::identity, "another journal: " + uuid_};
  if (folded.plans.folded_seq > visible_) return error{errc::identity, "the journal has lost rows"};
  return std::exchange(seen_version_, version_) == version_ ? journal_look::unchanged : journal_look::changed;
}

result<journal_slice> memory_journal::read_plans(const journal_cursor& from, std::size_t limit, plan_sink& sink) {
  require(present_ && limit > 0, "read only what a look found");
  journal_slice slice;
  slice.cursor = from;
  const bool goes_on = std::exchange(goes_on_at_, std::nullopt) == from;
  gathering many(sink);
  std::optional<error> failed;
  for (std::size_t i = index_after(from.folded_seq); i < rows_.size() && rows_[i].seq <= visible_ && slice.rows < limit; ++i) {
    failed = fails(step::read_row);
    if (failed) break;
    deliver(rows_[i], scratch_, [&](const completion_row& row) { goes_on ? many.add(row) : sink.row(row); });
    ++slice.rows;
    slice.cursor = {rows_[i].seq, rows_[i].seq, hash_of(rows_[i].seq)};
  }
  many.flush();
  if (!failed) failed = fails(step::read_end);
  if (failed) return *failed;
  slice.full = slice.rows == limit;
  if (slice.full) goes_on_at_ = slice.cursor;
  if (!slice.full) slice.cursor.folded_seq = visible_;
  return slice;
}

result<journal_slice> memory_journal::read_tables(const journal_cursor& from, std::size_t limit, table_sink& sink) {
  require(present_ && limit > 0, "read only what a look found");
  journal_slice slice;
  slice.cursor = from;
  for (auto i = static_cast<std::size_t>(from.folded_seq); i < table_rows_.size() && slice.rows < limit; ++i) {
    if (auto e = fails(step::read_row)) return *e;
    deliver(table_rows_[i], scratch_, sink);
    ++slice.rows;
    slice.cursor = {table_rows_[i].seq, table_rows_[i].seq, hash_of(table_rows_[i].seq)};
  }
  if (auto e = fails(step::read_end)) return *e;
  slice.full = slice.rows == limit;
  return slice;
}

result<journal_slice> memory_journal::read_again(std::int64_t after, std::int64_t until, std::size_t limit, const row_filter& wanted,
                                                 plan_sink& sink) {
  require(present_ && limit > 0 && until <= visible_, "read only what a look found");
  journal_slice slice;
  std::size_t seen = 0;
  for (std::size_t i = index_after(after); i < rows_.size() && rows_[i].seq <= until && seen < limit; ++i, ++seen) {
    if (auto e = fails(step::read_row)) return *e;
    slice.cursor.folded_seq = rows_[i].seq;
    if (!wanted(rows_[i].seq, rows_[i].plan)) continue;
    deliver(rows_[i], scratch_, [&](const completion_row& row) { sink.row(row); });
    ++slice.rows;
  }
  if (auto e = fails(step::read_end)) return *e;
  slice.full = seen == limit;
  if (!slice.full) slice.cursor.folded_seq = until;
  return slice;
}

result<void> memory_journal::sync() {
  if (auto e = fails(step::sync)) return *e;
  synced_ = visible_;
  return {};
}

}  // namespace partmark::testing
