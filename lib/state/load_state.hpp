// Reads the whole of state.db into the values of the port. For lib/state.
#pragma once

#include "core/result.hpp"
#include "reconcile/state.hpp"
#include "sqlite/connection.hpp"

namespace partmark {

// In one read transaction. corrupt: a value or a reference that cannot be, named. busy, io.
[[nodiscard]] result<stored_state> load_state(sqlite::connection& file);
// The same, with plans, marks and pending given to `rows`, on this thread, as a second one reads them: what it has taken when the load
// fails is to be dropped.
[[nodiscard]] result<stored_state> load_state(sqlite::connection& file, stored_rows& rows);

}  // namespace partmark
