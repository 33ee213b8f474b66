// Rows straight out of a running statement: an SQL function that the statement calls in its WHERE with the columns it reads. A row costs
// half of what stepping to it and fetching its columns one by one costs (docs/performance.md), because SQLite neither leaves its loop nor
// locks for a column. Owned beside its connection, destroyed after its statements; the connection's thread.
#pragma once

#include "core/result.hpp"
#include "sqlite/connection.hpp"
#include "sqlite/statement.hpp"

#include <exception>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace partmark::sqlite {

// The arguments of one call, counting from 0; views hold until it returns. Values convert as statement::use says.
class argument_row {
 public:
  explicit argument_row(sqlite3_value** values) : values_(values) {}

  [[nodiscard]] bool is_null(int column) const { return sqlite3_value_type(values_[column]) == SQLITE_NULL; }
  [[nodiscard]] std::int64_t int64(int column) const { return sqlite3_value_int64(values_[column]); }
  [[nodiscard]] std::optional<std::int64_t> optional_int64(int column) const {
    return is_null(column) ? std::nullopt : std::optional<std::int64_t>(int64(column));
  }
  [[nodiscard]] std::string_view text(int column) const {
    const auto* data = reinterpret_cast<const char*>(sqlite3_value_text(values_[column]));
    if (data == nullptr) return {};
    return {data, static_cast<std::size_t>(sqlite3_value_bytes(values_[column]))};
  }
  [[nodiscard]] std::optional<std::string_view> optional_text(int column) const {
    if (is_null(column)) return std::nullopt;
    return text(column);
  }

 private:
  sqlite3_value** values_;
};

class row_function {
 public:
  // Adds `name`, a function of `columns` arguments, to the connection for as long as that lives.
  [[nodiscard]] static result<row_function> add(connection& file, const char* name, int columns);

  // Takes one step of `running`, a statement that calls the function. take(const argument_row&) is given each row; it answers true where
  // the WHERE is to be true, and what it throws comes out of here. Elsewhere the function answers 0.
  template <class Take>
  result<bool> step(statement::use& running, Take take) {
    target_->self = &take;
    target_->call = [](void* self, const argument_row& row) { return (*static_cast<Take*>(self))(row); };
    const result<bool> done = running.step();
    target_->call = nullptr;
    if (target_->thrown) std::rethrow_exception(std::exchange(target_->thrown, nullptr));
    return done;
  }

 private:
  struct target {
    void* self = nullptr;
    bool (*call)(void*, const argument_row&) = nullptr;
    std::exception_ptr thrown;
  };
  explicit row_function(std::unique_ptr<target> t) : target_(std::move(t)) {}
  static void called(sqlite3_context* context, int count, sqlite3_value** values) noexcept;

  std::unique_ptr<target> target_;  // SQLite keeps its address
};

}  // namespace partmark::sqlite
