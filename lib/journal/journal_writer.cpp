#include "journal/journal_writer.hpp"

#include "journal/schema.hpp"

#include <cassert>
#include <utility>

namespace partmark {
namespace {

constexpr milliseconds patience{30000};

error run_init_first(const std::string& path) {
  return error{errc::not_found, path + ": there is no journal yet; run `partmark init` first"};
}

}  // namespace

journal_writer::journal_writer(sqlite::connection db, sqlite::statement insert_plan, sqlite::statement find_plan,
                               sqlite::statement insert_table, sqlite::statement find_table)
    : db_(std::move(db)),
      insert_plan_(std::move(insert_plan)),
      find_plan_(std::move(find_plan)),
      insert_table_(std::move(insert_table)),
      find_table_(std::move(find_table)) {}

result<std::unique_ptr<journal_writer>> journal_writer::open(const std::string& path) {
  auto db = sqlite::connection::open(path, sqlite::open_mode::read_write, patience);
  if (!db) return db.error().code == errc::not_found ? run_init_first(path) : db.error();
  // A record that was reported is there after a power cut.
  if (auto durable = db->set_synchronous(sqlite::synchronous::full); !durable) return durable.error();
  const auto stage = examine_journal(*db);
  if (!stage) return stage.error();
  if (*stage == journal_stage::unfinished) return run_init_first(path);

  auto insert_plan = db->prepare(
      "INSERT INTO plan_completion(plan, granularity, first, last, outcome, run_type, job, dedupe_key)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  if (!insert_plan) return not_a_journal(*db, insert_plan.error());
  // `last` is compared as what it means: NULL is `first`.
  auto find_plan = db->prepare(
      "SELECT seq, plan IS ?2 AND granularity IS ?3 AND first IS ?4 AND coalesce(last, first) IS coalesce(?5, ?4) AND outcome IS ?6"
      " AND run_type IS ?7 AND job IS ?8 FROM plan_completion WHERE dedupe_key = ?1");
  if (!find_plan) return not_a_journal(*db, find_plan.error());
  auto insert_table = db->prepare("INSERT INTO table_completion(table_name, partition, outcome, job, dedupe_key) VALUES (?, ?, ?, ?, ?)");
  if (!insert_table) return not_a_journal(*db, insert_table.error());
  auto find_table = db->prepare(
      "SELECT seq, table_name IS ?2 AND partition IS ?3 AND outcome IS ?4 AND job IS ?5 FROM table_completion WHERE dedupe_key = ?1");
  if (!find_table) return not_a_journal(*db, find_table.error());
  return std::unique_ptr<journal_writer>(
      new journal_writer(std::move(*db), std::move(*insert_plan), std::move(*find_plan), std::move(*insert_table), std::move(*find_table)));
}

// The look-up and the insert are one transaction: another process may be recording the same key.
template <class Find, class Insert>
result<recorded> journal_writer::append(const std::optional<std::string_view>& dedupe_key, Find find, Insert insert) {
  if (batch_ && !db_.in_transaction())
    return error{errc::io, db_.path() + ": the batch was rolled back after an earlier error; do its records again"};
  std::optional<sqlite::transaction> own;
  if (dedupe_key && !batch_) {
    auto scope = sqlite::transaction::begin(db_, sqlite::transaction_kind::immediate);
    if (!scope) return scope.error();
    own.emplace(std::move(*scope));
  }
  if (dedupe_key) {
    auto found = find();
    const result<bool> row = found.step();
    if (!row) return row.error();
    if (*row) {
      const std::int64_t seq = found.int64(0);
      if (found.int64(1) != 0) return recorded{.seq = seq, .already = true};
      return error{errc::exists, db_.path() + ": dedupe_key \"" + std::string(*dedupe_key) + "\" is recorded already, as seq " +
                                     std::to_string(seq) +
                                     ", with other content; a key names one record (put the try and the outcome into it)"};
    }
  }
  if (result<void> inserted = insert(); !inserted) return inserted.error();
  const std::int64_t seq = db_.last_insert_rowid();
  if (own) {
    if (result<void> done = own->commit(); !done) return done.error();
  }
  return recorded{.seq = seq};
}

result<recorded> journal_writer::record(const new_plan_record& r) {
  return append(
      r.dedupe_key, [&] { return find_plan_.query(r.dedupe_key, r.plan, r.granularity, r.first, r.last, r.outcome, r.run_type, r.job); },
      [&] { return insert_plan_.run(r.plan, r.granularity, r.first, r.last, r.outcome, r.run_type, r.job, r.dedupe_key); });
}

result<recorded> journal_writer::record(const new_table_record& r) {
  return append(
      r.dedupe_key, [&] { return find_table_.query(r.dedupe_key, r.table_name, r.partition, r.outcome, r.job); },
      [&] { return insert_table_.run(r.table_name, r.partition, r.outcome, r.job, r.dedupe_key); });
}

result<void> journal_writer::begin() {
  assert(!batch_);
  auto scope = sqlite::transaction::begin(db_, sqlite::transaction_kind::immediate);
  if (!scope) return scope.error();
  batch_.emplace(std::move(*scope));
  return {};
}

result<void> journal_writer::commit() {
  assert(batch_);
  result<void> done = batch_->commit();
  batch_.reset();
  return done;
}

void journal_writer::rollback() { batch_.reset(); }

}  // namespace partmark
