// One line of an import, as its columns; the formats fill it, the journal's records are made from it. Pure; any thread.
#pragma once

#include "core/result.hpp"
#include "journal/journal_writer.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace partmark {

enum class import_column : std::uint8_t {
  plan,
  granularity,
  first,
  last,
  outcome,
  run_type,
  job,
  dedupe_key,
  table_name,
  partition,
  ignored,  // seq and recorded_at, which the journal gives itself
};

inline constexpr std::size_t import_columns = 10;  // without `ignored`

// The name of a column, also "table" for table_name. nullopt: no such column.
[[nodiscard]] std::optional<import_column> parse_import_column(std::string_view name);
// The columns there are, for messages.
[[nodiscard]] std::string_view import_column_names();

class import_row {
 public:
  void clear() { values_.fill(std::nullopt); }
  void set(import_column c, std::string_view value) { values_[static_cast<std::size_t>(c)] = value; }
  [[nodiscard]] const std::optional<std::string_view>& get(import_column c) const { return values_[static_cast<std::size_t>(c)]; }

 private:
  std::array<std::optional<std::string_view>, import_columns + 1> values_;
};

using new_record = std::variant<new_plan_record, new_table_record>;

// The record that the row describes; its views are the row's. errc::invalid: for a plan and a table at once, for neither, or something is
// missing. Nothing is said of the values.
[[nodiscard]] result<new_record> record_of(const import_row& row);

}  // namespace partmark
