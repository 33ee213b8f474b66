#include "sqlite/statement.hpp"

#include "sqlite/failure.hpp"

namespace partmark::sqlite {

column_type statement::use::type(int column) const {
  switch (sqlite3_column_type(handle_, column)) {
    case SQLITE_INTEGER:
      return column_type::integer;
    case SQLITE_FLOAT:
      return column_type::real;
    case SQLITE_TEXT:
      return column_type::text;
    case SQLITE_BLOB:
      return column_type::blob;
    default:
      return column_type::null;
  }
}

error statement::use::step_failure(int code) const {
  sqlite3* db = sqlite3_db_handle(handle_);
  // An extended code is on already; the handle's own is kept for old builds that answer the plain one.
  const int extended = sqlite3_extended_errcode(db);
  if ((extended & 0xff) == (code & 0xff)) code = extended;
  return failure(db, code, sqlite3_stmt_readonly(handle_) != 0 ? "read" : "write");
}

}  // namespace partmark::sqlite
