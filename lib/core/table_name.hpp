// Names of source tables as CAN composes them (CAN_API.md §5): data source, backticked `catalog.schema`, table. Pure; any thread.
#pragma once

#include "core/completion.hpp"
#include "core/result.hpp"

#include <cstddef>
#include <string_view>

namespace partmark {

inline constexpr std::size_t table_name_bytes_max = 128;

// errc::invalid, quoting the name and showing a right one, unless it reads source.`catalog.schema`.table: at most table_name_bytes_max
// bytes of plain text, three parts, none empty, a dot inside the backticks and no other backtick.
[[nodiscard]] result<void> check_table_name(std::string_view name);

struct table_completion {
  ordinal date = 0;  // a DAY
  mark outcome = mark::success;
};

// A row of table_completion understood. errc::invalid with the reason that `partmark rejected` shows: a wrong table name, a partition that
// is no date YYYY-MM-DD, an outcome other than success and failed.
[[nodiscard]] result<table_completion> decode(const table_row& row);

}  // namespace partmark
