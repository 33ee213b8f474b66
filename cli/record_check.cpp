#include "cli/record_check.hpp"

#include "core/completion.hpp"
#include "core/table_name.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace partmark {
namespace {

// As in sql/journal/001_initial.sql.
constexpr std::size_t run_type_bytes_max = 64;
constexpr std::size_t job_bytes_max = 1024;
constexpr std::size_t key_bytes_max = 1024;

result<void> check_text(const char* column, const std::optional<std::string_view>& text, std::size_t bytes_max) {
  if (!text || (!text->empty() && text->size() <= bytes_max && is_plain_text(*text))) return {};
  return error{errc::invalid, std::string(column) + " \"" + printable(*text) + "\": 1 to " + std::to_string(bytes_max) +
                                  " bytes of UTF-8 text without control characters were expected; or leave it out"};
}

}  // namespace

result<void> check(const new_plan_record& record, std::int64_t partitions_max) {
  completion_row row;
  row.plan = record.plan;
  row.granularity = record.granularity;
  row.first = record.first;
  row.last = record.last;
  row.outcome = record.outcome;
  row.run_type = record.run_type;
  row.job = record.job;
  if (const auto fine = check_text("run_type", record.run_type, run_type_bytes_max); !fine) return fine;
  if (const auto fine = check_text("job", record.job, job_bytes_max); !fine) return fine;
  if (const auto fine = check_text("dedupe_key", record.dedupe_key, key_bytes_max); !fine) return fine;
  const result<completion> understood = decode(row, partitions_max);
  if (!understood) return understood.error();
  return {};
}

result<void> check(const new_table_record& record) {
  table_row row;
  row.table_name = record.table_name;
  row.partition = record.partition;
  row.outcome = record.outcome;
  row.job = record.job;
  if (const auto fine = check_text("job", record.job, job_bytes_max); !fine) return fine;
  if (const auto fine = check_text("dedupe_key", record.dedupe_key, key_bytes_max); !fine) return fine;
  const result<table_completion> understood = decode(row);
  if (!understood) return understood.error();
  return {};
}

}  // namespace partmark
