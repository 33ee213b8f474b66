#include "sqlite/transaction.hpp"

#include "sqlite/connection.hpp"

#include <cassert>
#include <string_view>

namespace partmark::sqlite {

result<transaction> transaction::begin(connection& on, transaction_kind kind) {
  assert(!on.in_transaction());
  constexpr std::string_view doing = "begin a transaction";
  auto begun = kind == transaction_kind::immediate ? on.run_often(&connection::often_run::begin_immediate, "BEGIN IMMEDIATE", doing)
                                                   : on.run_often(&connection::often_run::begin, "BEGIN", doing);
  if (!begun) return begun.error();
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
  if (auto done = connection_->run_often(&connection::often_run::commit, "COMMIT", "commit"); !done) return done;
  connection_ = nullptr;
  return {};
}

}  // namespace partmark::sqlite
