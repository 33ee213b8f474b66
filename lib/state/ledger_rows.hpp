// A plan's ledger as a reader of state.db sees it, and what follows from it. The rules are core's (lib/core/ledger.hpp): nothing here
// decides what is owed. For lib/state; one thread.
#pragma once

#include "core/ledger.hpp"
#include "core/result.hpp"
#include "sqlite/connection.hpp"
#include "sqlite/statement.hpp"
#include "state/state_views.hpp"

#include <optional>
#include <vector>

namespace partmark {

// Reads ledgers, one plan after the other, with statements that are prepared once.
class ledger_rows {
 public:
  [[nodiscard]] static result<ledger_rows> prepare(sqlite::connection& file);

  // As a daemon that starts now would restore it, but for open calls: those are in no row of the ledger. corrupt, busy, io.
  [[nodiscard]] result<ledger> read(const sqlite::connection& file, const plan_row& plan);

 private:
  ledger_rows(sqlite::statement marks, sqlite::statement pending, sqlite::statement limbo, sqlite::statement held)
      : marks_(std::move(marks)), pending_(std::move(pending)), limbo_(std::move(limbo)), held_(std::move(held)) {}

  sqlite::statement marks_;
  sqlite::statement pending_;
  sqlite::statement limbo_;
  sqlite::statement held_;
};

// What the remote has still to hear, split by why. Ascending.
[[nodiscard]] std::vector<pending_part> pending_parts(const ledger& book, const std::optional<intent_row>& open_call);

}  // namespace partmark
