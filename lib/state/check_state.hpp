// Looks for contradictions in state.db, for `partmark state check` and for tests. For lib/state.
#pragma once

#include "core/result.hpp"
#include "sqlite/connection.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace partmark {

// At most `problems_max` sentences, within a read transaction that the caller has begun: SQLite's own check first; when that finds
// something, nothing else is looked at. Memory O(runs of one plan). busy, io.
[[nodiscard]] result<std::vector<std::string>> check_state(sqlite::connection& file, std::size_t problems_max);

}  // namespace partmark
