// SQLite's result codes as the project's errors. Internal to lib/sqlite.
#pragma once

#include "core/result.hpp"

#include <sqlite3.h>

#include <string>
#include <string_view>

namespace partmark::sqlite {

// The error of the last call on `db`, which answered `code`: "<file>: cannot <doing>: <SQLite's text> (<the system's text>)", with a hint
// where one helps. `db` may be null (out of memory). `path` names the file; empty: the main database's.
[[nodiscard]] error failure(sqlite3* db, int code, std::string_view doing, std::string_view path = {});

// The meaning of an (extended) result code; `system_errno` is sqlite3_system_errno()'s, looked at for CANTOPEN and IOERR only.
[[nodiscard]] errc classify(int code, int system_errno);

}  // namespace partmark::sqlite
