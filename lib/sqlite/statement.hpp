// A prepared statement and one use of it. A statement is prepared once, kept beside its connection and destroyed before it; a use binds,
// steps and, when it goes out of scope, resets and clears the binds, so that no read transaction and no pointer to a caller's text outlives
// it. One thread: the connection's.
#pragma once

#include "core/result.hpp"

#include <sqlite3.h>

#include <cassert>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace partmark::sqlite {

class connection;

enum class column_type : std::uint8_t { integer, real, text, blob, null };

class statement {
 public:
  class use;

  // Binds `values`, one for each parameter of the SQL (or none: bind() follows), and opens a use to step through. Texts are not copied:
  // they must outlive the use, hence no temporary strings.
  template <class... Values>
  [[nodiscard]] use query(Values&&... values);

  // Binds `values` and runs to the end at once; rows are dropped. The number of rows changed is the connection's changes().
  template <class... Values>
  result<void> run(const Values&... values);

 private:
  friend class connection;
  struct finalizer {
    void operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }
  };
  explicit statement(sqlite3_stmt* s) : handle_(s) {}

  std::unique_ptr<sqlite3_stmt, finalizer> handle_;
};

// The statement must stay where it is, unused by anyone else, while a use of it lives (asserted).
class statement::use {
 public:
  use(const use&) = delete;
  use& operator=(const use&) = delete;
  ~use() {
    sqlite3_reset(handle_);
    sqlite3_clear_bindings(handle_);
  }

  // Binds one parameter anew, counting from 1. A bind that fails (out of memory, text over 1 GB) is reported by the next step(). An
  // unsigned 64-bit value keeps its bits.
  void bind(int parameter, std::integral auto value) { note(sqlite3_bind_int64(handle_, parameter, static_cast<std::int64_t>(value))); }
  void bind(int parameter, std::string_view text) {
    // A null pointer would bind NULL, also with length 0.
    const char* data = text.data() == nullptr ? "" : text.data();
    note(sqlite3_bind_text64(handle_, parameter, data, text.size(), SQLITE_STATIC, SQLITE_UTF8));
  }
  void bind(int parameter, const char* text) { bind(parameter, std::string_view(text)); }
  void bind(int parameter, const std::string& text) { bind(parameter, std::string_view(text)); }
  void bind(int parameter, std::string&& text) = delete;
  void bind(int parameter, std::nullopt_t) { note(sqlite3_bind_null(handle_, parameter)); }
  template <class T>
  void bind(int parameter, const std::optional<T>& value) {
    if (value) {
      bind(parameter, *value);
    } else {
      bind(parameter, std::nullopt);
    }
  }

  // True: a row is there to be read. False: no more; a further step would start over, so don't. busy, no_space, io, corrupt, permission,
  // invalid.
  [[nodiscard]] result<bool> step() {
    if (bind_code_ == SQLITE_OK) [[likely]] {
      const int code = sqlite3_step(handle_);
      if (code == SQLITE_ROW) [[likely]]
        return true;
      if (code == SQLITE_DONE) return false;
      return step_failure(code);
    }
    return step_failure(bind_code_);
  }

  // Columns count from 0. A view holds until the next step or the end of the use. A value of another type is converted as SQLite's
  // documentation says (NULL reads as 0 or as the empty text), so a foreign file cannot break the reader; type() tells what is stored,
  // before any conversion.
  [[nodiscard]] column_type type(int column) const;
  [[nodiscard]] bool is_null(int column) const { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }
  [[nodiscard]] std::int64_t int64(int column) const { return sqlite3_column_int64(handle_, column); }
  [[nodiscard]] std::string_view text(int column) const {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
    if (data == nullptr) return {};
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
  }
  [[nodiscard]] std::optional<std::int64_t> optional_int64(int column) const {
    return is_null(column) ? std::nullopt : std::optional<std::int64_t>(int64(column));
  }
  [[nodiscard]] std::optional<std::string_view> optional_text(int column) const {
    const std::string_view value = text(column);  // no address: NULL, or no memory for a conversion
    return value.data() == nullptr && is_null(column) ? std::nullopt : std::optional<std::string_view>(value);
  }

 private:
  friend class statement;
  template <class... Values>
  explicit use(sqlite3_stmt* s, const Values&... values) : handle_(s) {
    assert(!sqlite3_stmt_busy(s));
    int parameter = 0;
    (bind(++parameter, values), ...);
    assert(parameter == 0 || parameter == sqlite3_bind_parameter_count(s));
  }
  void note(int code) {
    assert(code != SQLITE_RANGE);  // a parameter that the SQL doesn't have
    if (bind_code_ == SQLITE_OK) bind_code_ = code;
  }
  [[nodiscard]] error step_failure(int code) const;

  sqlite3_stmt* handle_;
  int bind_code_ = SQLITE_OK;
};

// The forwarding references are there to see what is a temporary.
template <class... Values>
statement::use statement::query(Values&&... values) {  // NOLINT(cppcoreguidelines-missing-std-forward)
  static_assert((!std::is_same_v<Values, std::string> && ...), "the text must outlive the use: keep the string in a variable");
  static_assert((!std::is_same_v<Values, std::optional<std::string>> && ...),
                "the text must outlive the use: keep the string in a variable");
  return use(handle_.get(), values...);
}

template <class... Values>
result<void> statement::run(const Values&... values) {
  use u(handle_.get(), values...);
  for (;;) {
    const result<bool> row = u.step();
    if (!row) return row.error();
    if (!*row) return {};
  }
}

}  // namespace partmark::sqlite
