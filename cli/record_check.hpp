// Whether a record can be right, before it is written: what the fold would reject later, a job should hear at once. Pure; any thread.
#pragma once

#include "core/result.hpp"
#include "journal/journal_writer.hpp"

#include <cstdint>

namespace partmark {

// errc::invalid with what was expected. What the journal's own checks refuse beyond this, they refuse when it is written.
[[nodiscard]] result<void> check(const new_plan_record& record, std::int64_t partitions_max);
[[nodiscard]] result<void> check(const new_table_record& record);

}  // namespace partmark
