// A transaction as a scope: rolled back at its end unless committed. Keep it short-lived, beside the work that it covers; the connection
// must stay where it is meanwhile. One thread: the connection's.
#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <utility>

namespace partmark::sqlite {

class connection;

enum class transaction_kind : std::uint8_t {
  deferred,   // takes its snapshot at the first read: for reads that must agree with one another
  immediate,  // takes the write lock now, so that it cannot fail with busy half-way
};

class transaction {
 public:
  // busy (immediate only), io, corrupt, permission. Transactions don't nest (asserted).
  [[nodiscard]] static result<transaction> begin(connection& on, transaction_kind kind);

  transaction(transaction&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}
  transaction& operator=(transaction&&) = delete;
  ~transaction();

  // io also when SQLite rolled back by itself after an earlier error (full disk, I/O): nothing is committed.
  // After an error the transaction is still open, and is rolled back at the end of the scope; after busy it may be tried again.
  result<void> commit();

 private:
  explicit transaction(connection& on) : connection_(&on) {}

  connection* connection_;  // null: committed or moved from
};

}  // namespace partmark::sqlite
