// Bringing a file's schema up to date: numbered scripts (sql/<folder>/NNN_name.sql, built in by partmark_embed_sql()), the file's number in
// PRAGMA user_version. Run at start by the owner of the connection.
#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace partmark::sqlite {

class connection;

// Plain statements, without BEGIN and COMMIT. A PRAGMA journal_mode in it is for the sqlite3 shell: here the file must be in that mode
// already.
struct migration {
  std::string_view name;  // "001_initial"
  std::string_view sql;
};

// Runs what the file lacks, in order, in one transaction: nobody sees a version between. Script i makes version i + 1.
// Another process may do the same at the same time. newer_version: the file's number is beyond the last script; it is not touched.
// Otherwise the connection's errors.
result<void> migrate(connection& file, std::span<const migration> scripts);

// The number in the file's header; 0 for an empty file. corrupt: not a database.
[[nodiscard]] result<std::int64_t> schema_version(connection& file);

// newer_version when the file's schema is beyond `known`, with a message that names both; for those who open without migrating.
[[nodiscard]] error newer_schema(const connection& file, std::int64_t found, std::int64_t known);

}  // namespace partmark::sqlite
