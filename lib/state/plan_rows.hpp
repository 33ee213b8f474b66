// Writes the rows that every plan has: its own, and how far it has come. Statements are prepared once; whoever owns it keeps it beside its
// connection. One thread.
#pragma once

#include "core/result.hpp"
#include "reconcile/state.hpp"
#include "sqlite/connection.hpp"
#include "sqlite/statement.hpp"
#include "state/row_writer.hpp"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace partmark {

class plan_rows {
 public:
  [[nodiscard]] static result<plan_rows> prepare(sqlite::connection& file);

  // In their order; of plans that the file has not got, ids are the next ones.
  result<void> put(const std::vector<plan_change>& rows);
  // Of plans that the file has not got: ascending, the next ids.
  result<void> put_new(const std::vector<plan_id>& plans, const unstored_plans& their);
  // What was put last is not in the file.
  void forget() { known_.reset(); }

 private:
  plan_rows(sqlite::statement count, sqlite::statement insert, sqlite::statement change, row_writer progress)
      : count_(std::move(count)), insert_(std::move(insert)), change_(std::move(change)), progress_(std::move(progress)) {}

  result<void> count();
  result<void> put(const plan_row& row);
  result<void> insert(const plan_row& row);

  sqlite::statement count_;
  sqlite::statement insert_;
  sqlite::statement change_;
  row_writer progress_;
  std::optional<std::int64_t> known_;  // plans that the file has: their ids are dense
};

}  // namespace partmark
