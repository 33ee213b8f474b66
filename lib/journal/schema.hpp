// What a database file is to partmark: a journal, one in the making, or something else. Shared by the journal's reader, writer and init.
#pragma once

#include "core/result.hpp"
#include "sqlite/connection.hpp"

#include <cstdint>

namespace partmark {

inline constexpr std::int64_t journal_application_id = 0x70746d6b;  // "ptmk", as in sql/journal/001_initial.sql

enum class journal_stage : std::uint8_t {
  unfinished,  // empty, or its schema is being made right now
  made,        // it has some schema; that it is the journal's shows when the statements are prepared
};

// newer_version: a schema beyond this program's. corrupt: not a database. busy, io, permission.
[[nodiscard]] result<journal_stage> examine_journal(sqlite::connection& file);

// errc::corrupt: `cause`, met while preparing the journal's own statements, told as what it means.
[[nodiscard]] error not_a_journal(const sqlite::connection& file, const error& cause);

}  // namespace partmark
