// A file to import, in either format.
#include "cli/row_reader.hpp"
#include "core/text.hpp"
#include "fuzz/targets.hpp"

#include <sys/mman.h>
#include <unistd.h>

namespace partmark::fuzz {
namespace {

using reader_maker = std::unique_ptr<row_reader> (*)(input_window&);

void read_all(std::string_view input, reader_maker make) {
  static const int file = ::memfd_create("import", MFD_CLOEXEC);
  expect(::ftruncate(file, 0) == 0 && ::pwrite(file, input.data(), input.size(), 0) == static_cast<ssize_t>(input.size()), "a file");
  ::lseek(file, 0, SEEK_SET);
  input_window window(file);
  const auto reader = make(window);
  import_row row;
  std::int64_t line = 0;
  for (std::size_t found_so_far = 0;; ++found_so_far) {
    expect(found_so_far <= input.size() + 1, "a reader comes to the end");
    const auto found = reader->next(row);
    expect(found.has_value(), "a file can be read");
    if (*found == row_reader::found::end) return;
    if (*found == row_reader::found::refused || *found == row_reader::found::bad_line)
      expect(!reader->reason().empty() && is_plain_text(reader->reason()), "a reason is printable");
    if (*found == row_reader::found::refused) return;
    expect(reader->line() > line, "each record begins on a line of its own");
    line = reader->line();
    if (*found != row_reader::found::row) continue;
    expect(!reader->raw().empty() && reader->raw().size() <= import_record_bytes_max + 2, "a record is bounded");
    if (const auto record = record_of(row); !record) expect(is_plain_text(record.error().message), "a reason is printable");
  }
}

}  // namespace

void import_csv(std::string_view input) { read_all(input, make_csv_reader); }
void import_ndjson(std::string_view input) { read_all(input, make_ndjson_reader); }

}  // namespace partmark::fuzz
