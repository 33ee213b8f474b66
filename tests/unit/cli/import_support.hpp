// Feeds text to a row_reader as a file would, and collects what it found. For the import's tests.
#pragma once

#include "cli/row_reader.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace partmark::testing {

// A file in memory that holds `text`, read from its beginning.
class memory_file {
 public:
  explicit memory_file(std::string_view text) : descriptor_(::memfd_create("import", MFD_CLOEXEC)) {
    while (!text.empty()) {
      const ssize_t written = ::write(descriptor_, text.data(), text.size());
      if (written <= 0) break;
      text.remove_prefix(static_cast<std::size_t>(written));
    }
    ::lseek(descriptor_, 0, SEEK_SET);
  }
  ~memory_file() { ::close(descriptor_); }
  memory_file(const memory_file&) = delete;
  memory_file& operator=(const memory_file&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

struct found_line {
  std::int64_t line = 0;
  std::map<import_column, std::string> values;  // of a row
  std::string reason;                           // of a bad line

  friend bool operator==(const found_line&, const found_line&) = default;
};

struct found_input {
  std::vector<found_line> lines;
  std::string refused;  // why the whole input was
};

using reader_maker = std::unique_ptr<row_reader> (*)(input_window&);

inline found_input read_all(reader_maker make, std::string_view text) {
  const memory_file file(text);
  input_window window(file.descriptor());
  const auto reader = make(window);
  found_input all;
  import_row row;
  for (;;) {
    const auto found = reader->next(row);
    if (!found) {
      ADD_FAILURE() << found.error().message;
      return all;
    }
    switch (*found) {
      case row_reader::found::end:
        return all;
      case row_reader::found::refused:
        all.refused = reader->reason();
        return all;
      case row_reader::found::bad_line:
        all.lines.push_back({reader->line(), {}, reader->reason()});
        break;
      case row_reader::found::row: {
        found_line line{reader->line(), {}, {}};
        for (std::size_t i = 0; i < import_columns; ++i)
          if (const auto& value = row.get(static_cast<import_column>(i))) line.values.emplace(static_cast<import_column>(i), *value);
        all.lines.push_back(std::move(line));
        break;
      }
    }
  }
}

}  // namespace partmark::testing
