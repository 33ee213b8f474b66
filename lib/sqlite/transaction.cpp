#include "sqlite/transaction.hpp"

#include "sqlite/connection.hpp"
#include "sqlite/failure.hpp"

#include <cassert>

namespace partmark::sqlite {

result<transaction> transaction::begin(connection& on, transaction_kind kind) {
  assert(!on.in_transaction());
  const char* sql = kind == transaction_kind::immediate ? "BEGIN IMMEDIATE" : "BEGIN";
  sqlite3* db = on.handle_.get();
  if (const int code = sqlite3_exec(db, sql, nullptr, nullptr, nullptr); code != SQLITE_OK) return failure(db, code, "begin a transaction");
  return transaction(on);
}

transaction::~transaction() {
  if (connection_ == nullptr) return;
  // A full disk or an I/O error rolls back by itself; a second ROLLBACK would be an error of its own. One that fails leaves nothing
  // committed either: the file's lock goes with the connection.
  if (connection_->in_transaction()) sqlite3_exec(connection_->handle_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

result<void> transaction::commit() {
  assert(connection_ != nullptr);
  if (!connection_->in_transaction())
    return error{errc::io,
                 connection_->path() + ": cannot commit: the transaction was rolled back after an earlier error; do its work again"};
  sqlite3* db = connection_->handle_.get();
  if (const int code = sqlite3_exec(db, "COMMIT", nullptr, nullptr, nullptr); code != SQLITE_OK) return failure(db, code, "commit");
  connection_ = nullptr;
  return {};
}

}  // namespace partmark::sqlite
