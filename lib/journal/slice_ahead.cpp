#include "journal/slice_ahead.hpp"

#include "journal/row_views.hpp"
#include "sqlite/transaction.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace partmark {
namespace {

completion_row keep_row(completion_row row, text_arena& texts) {
  const auto keep = [&](std::optional<std::string_view>& text) {
    if (text) text = texts.keep(*text);
  };
  row.plan = texts.keep(row.plan);
  keep(row.granularity);
  keep(row.first);
  keep(row.last);
  row.outcome = texts.keep(row.outcome);
  keep(row.run_type);
  keep(row.job);
  return row;
}

// Of dates and outcome nothing is left to be read.
void keep_texts(understood_row& row, text_arena& texts) {
  row.plan = texts.keep(row.plan);
  row.run_type = texts.keep(row.run_type);
  row.job = texts.keep(row.job);
}

// Another value than before: somebody committed since. nullopt: it cannot be told.
std::optional<std::int64_t> version_of(journal_file& file) {
  const auto version = file.db().data_version();
  return version ? std::optional(*version) : std::nullopt;
}

bool has(journal_file& file, std::int64_t seq, std::uint64_t hash) {
  const auto found = file.plans().hash_of(seq);
  return found && *found == hash;
}

}  // namespace

// All memory is taken here: what the second thread takes from the heap, its end does not give back to the system.
void slice_ahead::begin(journal_file& file, const journal_cursor& from, std::int64_t until) {
  version_ = version_of(file);
  from_ = from;
  until_ = until;
  taken_ = 0;
  const auto rows_max = static_cast<std::size_t>(until_ - from_.folded_seq) / pieces_.size() + 1;
  for (piece& p : pieces_) {
    p.rows.clear();
    p.rows.reserve(rows_max);
    p.others.clear();
    p.texts.clear();
    p.texts.make_room();
    p.last_seq = 0;
    p.whole = false;
  }
}

std::int64_t slice_ahead::end_of(std::size_t index) const {
  return from_.folded_seq + (until_ - from_.folded_seq) * static_cast<std::int64_t>(index) / static_cast<std::int64_t>(pieces_.size());
}

void slice_ahead::take_pieces(journal_file& file, const journal::plan_sink& sink) {
  const auto scope = sqlite::transaction::begin(file.db(), sqlite::transaction_kind::deferred);
  if (!scope) return;
  const auto last = file.plans().last_seq();
  if (!last || *last < until_) return;
  for (std::size_t i = taken_++; i < pieces_.size(); i = taken_++)
    pieces_[i].whole = read_piece(file, end_of(i), end_of(i + 1), sink, pieces_[i]);
}

bool slice_ahead::read_piece(journal_file& file, std::int64_t after, std::int64_t until, const journal::plan_sink& sink, piece& into) {
  bool ascending = true;
  into.last_seq = after;
  const auto done = file.plans().scan(after, [&](const sqlite::argument_row& from_file) {
    const std::int64_t seq = from_file.int64(plan_column::seq);
    ascending = ascending && seq > into.last_seq;
    if (!ascending || seq > until) return true;
    into.last_seq = seq;
    const completion_row row = plan_row_of(from_file);
    understood_row& understood = into.rows.emplace_back();
    if (sink.understand(row, understood)) {
      keep_texts(understood, into.texts);
      return false;
    }
    into.rows.pop_back();
    into.others.push_back({into.rows.size(), keep_row(row, into.texts)});
    return false;
  });
  if (!done || !ascending) return false;
  if (into.rows.empty() && into.others.empty()) {
    into.last_seq = 0;
    return true;
  }
  const auto hash = file.plans().hash_of(into.last_seq);
  if (!hash || !*hash) return false;
  into.last_hash = **hash;
  return true;
}

// Two snapshots may be of two histories, when a copy was restored into the file between them: all rows differ then from some seq on.
bool slice_ahead::whole(journal_file& file) {
  slice_ = {.cursor = from_, .rows = 0, .full = true};
  slice_.cursor.folded_seq = until_;
  const bool nobody_wrote = version_ && version_of(file) == version_;
  for (const piece& p : pieces_) {
    if (!p.whole) return false;
    slice_.rows += p.rows.size() + p.others.size();
    if (p.last_seq == 0) continue;
    if (!nobody_wrote && !has(file, p.last_seq, p.last_hash)) return false;
    slice_.cursor.anchor_seq = p.last_seq;
    slice_.cursor.anchor_hash = p.last_hash;
  }
  return slice_.rows > 0;
}

bool slice_ahead::is_still_in(journal_file& file) const {
  const auto last = file.plans().last_seq();
  return last && *last >= until_ && has(file, slice_.cursor.anchor_seq, slice_.cursor.anchor_hash);
}

bool slice_ahead::is_sparse() const { return static_cast<std::int64_t>(slice_.rows) < (until_ - from_.folded_seq) / 2; }

void slice_ahead::deliver(journal::plan_sink& sink) const {
  for (const piece& p : pieces_) deliver(p, sink);
}

void slice_ahead::deliver(const piece& p, journal::plan_sink& sink) {
  const std::span<const understood_row> rows = p.rows;
  std::size_t done = 0;
  const auto deliver_until = [&](std::size_t end) {
    if (end > done) sink.understood(rows.subspan(done, end - done));
    done = end;
  };
  for (const auto& [before, row] : p.others) {
    deliver_until(before);
    sink.row(row);
  }
  deliver_until(rows.size());
}

}  // namespace partmark
