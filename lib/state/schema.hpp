// What a database file is to the state store: a state.db, an empty file, or something that must be left alone. Shared by the store and its
// reader.
#pragma once

#include "core/result.hpp"
#include "sqlite/connection.hpp"

#include <cstdint>

namespace partmark {

inline constexpr std::int64_t state_application_id = 0x70746d73;  // "ptms", as in sql/state/001_initial.sql

enum class state_stage : std::uint8_t {
  empty,    // nothing in it yet
  current,  // a state.db with the schema of this program
  older,    // a state.db to be brought up to date
};

// exists: some other database. newer_version. corrupt: no database, or damaged. busy, io, permission.
[[nodiscard]] result<state_stage> examine_state(sqlite::connection& file);

}  // namespace partmark
