// Appends records to the journal: for `partmark record` and `partmark import`. Blocks up to 30 s on other writers; each record, or each
// batch, is durable when the call that commits it returns. Owned by a command, on its thread; never by the daemon's loop.
#pragma once

#include "core/result.hpp"
#include "sqlite/connection.hpp"
#include "sqlite/statement.hpp"
#include "sqlite/transaction.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace partmark {

// The columns of plan_completion that a job gives. The views must live as long as the call that takes the record.
struct new_plan_record {
  std::string_view plan;
  std::optional<std::string_view> granularity = std::nullopt;
  std::optional<std::string_view> first = std::nullopt;
  std::optional<std::string_view> last = std::nullopt;  // nullopt: first
  std::string_view outcome;
  std::optional<std::string_view> run_type = std::nullopt;
  std::optional<std::string_view> job = std::nullopt;
  std::optional<std::string_view> dedupe_key = std::nullopt;
};

struct new_table_record {
  std::string_view table_name;
  std::string_view partition;
  std::string_view outcome;
  std::optional<std::string_view> job = std::nullopt;
  std::optional<std::string_view> dedupe_key = std::nullopt;
};

struct recorded {
  std::int64_t seq = 0;  // of the record, also where it was there before
  bool already = false;  // its dedupe_key was recorded before, with the same content
};

class journal_writer {
 public:
  // not_found: no journal there ("run partmark init"); corrupt: some other file; newer_version; permission, io, busy.
  [[nodiscard]] static result<std::unique_ptr<journal_writer>> open(const std::string& path);

  journal_writer(const journal_writer&) = delete;
  journal_writer& operator=(const journal_writer&) = delete;

  // Appends one record, at once or as part of the batch. invalid: the journal's schema refuses it, and the message says why (what only the
  // fold can see is the caller's to check: decode() in core/completion.hpp). exists: its dedupe_key is recorded with other content. Both
  // leave a batch as it was. busy: other writers had the file for 30 s; no_space, io, corrupt, permission: a batch may be lost, which
  // commit() then says.
  result<recorded> record(const new_plan_record& record);
  result<recorded> record(const new_table_record& record);

  // A batch: many records, one commit. Until commit() nobody else can write, so commit every 50 ms, and leave the file free for some
  // milliseconds in between: SQLite's waiting writers look only every so often (up to 100 ms apart). A batch that is open when the writer
  // is destroyed is rolled back.
  result<void> begin();
  result<void> commit();
  void rollback();

 private:
  journal_writer(sqlite::connection db, sqlite::statement insert_plan, sqlite::statement find_plan, sqlite::statement insert_table,
                 sqlite::statement find_table);

  template <class Find, class Insert>
  result<recorded> append(const std::optional<std::string_view>& dedupe_key, Find find, Insert insert);

  sqlite::connection db_;  // first: destroyed after its statements
  sqlite::statement insert_plan_;
  sqlite::statement find_plan_;
  sqlite::statement insert_table_;
  sqlite::statement find_table_;
  std::optional<sqlite::transaction> batch_;
};

}  // namespace partmark
