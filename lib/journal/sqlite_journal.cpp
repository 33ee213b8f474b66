#include "journal/sqlite_journal.hpp"

#include "journal/read_slice.hpp"
#include "journal/row_views.hpp"

#include <algorithm>
#include <cassert>

namespace partmark {

sqlite_journal::sqlite_journal(std::string path, reading_threads threads) : path_(std::move(path)), plans_(threads) {}

// What was read may be folded and not stored yet; once the file is closed nobody could sync it before that.
void sqlite_journal::close() {
  if (file_ != nullptr) static_cast<void>(sync());
  seen_version_.reset();
  plans_.forget();
  log_.reset();
  file_.reset();
}

result<bool> sqlite_journal::ensure_open() {
  if (file_ != nullptr) {
    const auto same = file_->still_there();
    if (!same) return same.error();
    if (*same) return true;
    close();
  }
  const auto id = identify(path_);
  if (!id) return id.error();
  if (!*id) return false;
  auto opened = journal_file::open(path_);
  if (!opened) {
    if (opened.error().code == errc::not_found) return false;
    return opened.error();
  }
  file_ = std::move(*opened);
  if (file_ != nullptr) log_.emplace(file_->wal_path());
  return file_ != nullptr;
}

result<journal_look> sqlite_journal::look(const journal_position& folded) {
  const auto open = ensure_open();
  if (!open) return open.error();
  if (!*open) return journal_look::absent;

  // The counter before the check: a commit in between changes it once more, and is seen by the next look.
  const auto version = file_->db().data_version();
  if (version && seen_version_ == *version) return journal_look::unchanged;
  const result<void> verified = version ? file_->verify(folded) : result<void>(version.error());
  if (!verified) {
    const error failed = verified.error();
    // A damaged view may be this connection's only: start afresh next time.
    if (failed.code != errc::busy && failed.code != errc::identity) close();
    return failed;
  }
  uuid_ = file_->uuid();
  seen_version_ = *version;
  return journal_look::changed;
}

bool sqlite_journal::is_pruned() {
  const auto open = ensure_open();
  if (!open) return true;
  if (!*open) return false;
  const auto through = file_->plans_pruned_through();
  return !through || *through > 0;
}

template <class Read>
result<journal_slice> sqlite_journal::guarded(Read read) {
  if (file_ == nullptr) return error{errc::not_found, path_ + ": the journal is not open"};
  result<journal_slice> slice = read(*file_);
  if (!slice) seen_version_.reset();
  return slice;
}

result<journal_slice> sqlite_journal::read_plans(const journal_cursor& from, std::size_t limit, plan_sink& sink) {
  assert(limit > 0);
  return guarded([&](journal_file& file) { return plans_.read(file, from, limit, sink); });
}

result<journal_slice> sqlite_journal::read_tables(const journal_cursor& from, std::size_t limit, table_sink& sink) {
  assert(limit > 0);
  return guarded([&](journal_file& file) {
    return read_slice(file, file.tables(), from, limit, [&](const sqlite::argument_row& row) { sink.row(table_row_of(row)); });
  });
}

result<journal_slice> sqlite_journal::read_again(std::int64_t after, std::int64_t until, std::size_t limit, const row_filter& wanted,
                                                 plan_sink& sink) {
  assert(limit > 0);
  return guarded([&](journal_file& file) -> result<journal_slice> {
    journal_slice slice;
    slice.cursor.folded_seq = after;
    std::size_t seen = 0;
    const auto done = scan_in_order(file, file.plans(), after, [&](const sqlite::argument_row& row) {
      const std::int64_t seq = row.int64(plan_column::seq);
      if (seq > until) return true;
      slice.cursor.folded_seq = seq;
      if (wanted(seq, row.text(plan_column::plan))) {
        sink.row(plan_row_of(row));
        ++slice.rows;
      }
      return ++seen == limit;
    });
    if (!done) return done.error();
    slice.full = seen == limit;
    if (!slice.full) slice.cursor.folded_seq = std::max(after, until);
    return slice;
  });
}

void sqlite_journal::release_memory() {
  if (file_ != nullptr) file_->db().release_memory();
}

void sqlite_journal::begin_writeback() const {
  if (log_) log_->begin();
}

result<void> sqlite_journal::sync() {
  if (file_ == nullptr) return {};
  return file_->db().sync_wal();
}

}  // namespace partmark
