#include "sqlite/failure.hpp"

#include <cerrno>
#include <system_error>

namespace partmark::sqlite {
namespace {

errc classify_system(int system_errno) {
  switch (system_errno) {
    case ENOENT:
    case ENOTDIR:
      return errc::not_found;
    case EACCES:
    case EPERM:
    case EROFS:
      return errc::permission;
    case ENOSPC:
    case EDQUOT:
      return errc::no_space;
    default:
      return errc::io;
  }
}

std::string_view hint(errc code) {
  switch (code) {
    case errc::no_space:
      return "; make room on that file system";
    case errc::permission:
      return "; check the owner and mode of the file and of its directory";
    case errc::busy:
      return "; another process holds it, try again";
    default:
      return "";
  }
}

}  // namespace

errc classify(int code, int system_errno) {
  switch (code) {  // the few whose extended form means something else than the family
    case SQLITE_READONLY_DBMOVED:
      return errc::not_found;
    case SQLITE_READONLY_RECOVERY:
    case SQLITE_READONLY_ROLLBACK:
      return errc::busy;
    default:
      break;
  }
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:  // lost the race for the WAL's locks too often
    case SQLITE_SCHEMA:    // changed under the statement again and again
    case SQLITE_INTERRUPT:
      return errc::busy;
    case SQLITE_FULL:
      return errc::no_space;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
    case SQLITE_ERROR:  // the queries are fixed, so it is the schema that is not ours
      return errc::corrupt;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return errc::permission;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
    case SQLITE_RANGE:
      return errc::invalid;
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
      return classify_system(system_errno);
    default:
      return errc::io;
  }
}

error failure(sqlite3* db, int code, std::string_view doing, std::string_view path) {
  const int family = code & 0xff;
  const bool from_system = db != nullptr && (family == SQLITE_CANTOPEN || family == SQLITE_IOERR);
  const int system_errno = from_system ? sqlite3_system_errno(db) : 0;
  const errc meaning = classify(code, system_errno);

  std::string message;
  if (!path.empty()) {
    message = path;
  } else if (const char* name = db != nullptr ? sqlite3_db_filename(db, "main") : nullptr; name != nullptr && *name != '\0') {
    message = name;
  } else {
    message = "SQLite";
  }
  message += ": cannot ";
  message += doing;
  message += ": ";
  // The handle's text is about its last call only; without a match the general text of the code is the truth.
  message += db != nullptr && sqlite3_extended_errcode(db) == code ? sqlite3_errmsg(db) : sqlite3_errstr(code);
  if (system_errno != 0) message += " (" + std::generic_category().message(system_errno) + ")";
  message += hint(meaning);
  return error{meaning, std::move(message)};
}

}  // namespace partmark::sqlite
