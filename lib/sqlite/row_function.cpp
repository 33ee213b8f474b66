#include "sqlite/row_function.hpp"

#include "sqlite/failure.hpp"

namespace partmark::sqlite {

result<row_function> row_function::add(connection& file, const char* name, int columns) {
  auto made = std::make_unique<target>();
  // Not for the schema of a file that others own: only this connection's own statements may call it.
  const int code = sqlite3_create_function_v2(file.handle_.get(), name, columns, SQLITE_UTF8 | SQLITE_DIRECTONLY, made.get(), called,
                                              nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure(file.handle_.get(), code, "add a function");
  return row_function(std::move(made));
}

// SQLite is C: nothing may be thrown through it.
void row_function::called(sqlite3_context* context, int, sqlite3_value** values) noexcept {
  auto& to = *static_cast<target*>(sqlite3_user_data(context));
  bool answer = false;
  if (to.call != nullptr && !to.thrown) {
    try {
      answer = to.call(to.self, argument_row(values));
    } catch (...) {
      to.thrown = std::current_exception();
    }
  }
  if (to.thrown) {
    sqlite3_result_error_code(context, SQLITE_ABORT);
  } else {
    sqlite3_result_int(context, answer ? 1 : 0);
  }
}

}  // namespace partmark::sqlite
