// Reads an import record by record: one subclass a format. Owned by the import; one thread.
#pragma once

#include "cli/import_row.hpp"
#include "cli/input_window.hpp"
#include "core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace partmark {

inline constexpr std::size_t import_record_bytes_max = 64 * 1024;

class row_reader {
 public:
  enum class found : std::uint8_t {
    row,
    bad_line,  // this one cannot be read, see reason(); the next can
    end,
    refused,  // the whole input is not what it should be, see reason()
  };

  virtual ~row_reader() = default;

  // The next record; blank lines are passed over. The row's views hold until the next call. errc::io.
  virtual result<found> next(import_row& row) = 0;

  // Where the record last found begins, counting from 1.
  [[nodiscard]] std::int64_t line() const { return line_; }
  // The bytes of the row last found, line break included; until the next call.
  [[nodiscard]] std::string_view raw() const { return input_.rest().substr(0, pending_); }
  // What is wrong there; printable.
  [[nodiscard]] const std::string& reason() const { return reason_; }

 protected:
  explicit row_reader(input_window& input) : input_(input) {}

  found bad(std::string why) {
    reason_ = std::move(why);
    return found::bad_line;
  }

  // Takes everything up to and with the next line break, whatever its length.
  result<void> skip_line();
  // Passes over a byte order mark; to be called once, at the beginning.
  result<void> skip_byte_order_mark();

  input_window& input_;
  std::int64_t line_ = 0;
  std::size_t pending_ = 0;  // bytes of the row last found: taken when its views are no longer needed
  std::string reason_;
};

// `input` must outlive the reader.
[[nodiscard]] std::unique_ptr<row_reader> make_ndjson_reader(input_window& input);
[[nodiscard]] std::unique_ptr<row_reader> make_csv_reader(input_window& input);

}  // namespace partmark
