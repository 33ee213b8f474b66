// row_reader for NDJSON: one flat JSON object of texts a line.
#include "cli/row_reader.hpp"
#include "core/text.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <string>
#include <utility>

namespace partmark {
namespace {

namespace json = boost::json;

// Takes the parser's events straight into a row: no tree, no allocation a line.
class row_handler {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = import_record_bytes_max;
  static constexpr std::size_t max_string_size = import_record_bytes_max;

  void begin(import_row& row, std::size_t bytes) {
    row_ = &row;
    row.clear();
    texts_.clear();
    texts_.reserve(bytes);  // views of it must stay; an escape is never shorter than what it stands for
    text_begin_ = 0;
    inside_ = false;
    seen_ = 0;
    reason_.clear();
  }
  [[nodiscard]] std::string& reason() { return reason_; }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code& ec) {
    if (std::exchange(inside_, true)) return refuse_value("an object", ec);
    return true;
  }
  bool on_object_end(std::size_t, json::error_code&) { return true; }
  bool on_array_begin(json::error_code& ec) { return refuse_value("an array", ec); }
  bool on_array_end(std::size_t, json::error_code&) { return true; }
  bool on_key_part(json::string_view part, std::size_t, json::error_code&) { return add(part); }
  bool on_key(json::string_view part, std::size_t, json::error_code& ec);
  bool on_string_part(json::string_view part, std::size_t, json::error_code&) { return add(part); }
  bool on_string(json::string_view part, std::size_t, json::error_code& ec) {
    if (!inside_) return refuse_value("a string", ec);
    add(part);
    row_->set(column_, take_text());
    return true;
  }
  bool on_number_part(json::string_view, json::error_code& ec) { return refuse_value("a number", ec); }
  bool on_int64(std::int64_t, json::string_view, json::error_code& ec) { return refuse_number(ec); }
  bool on_uint64(std::uint64_t, json::string_view, json::error_code& ec) { return refuse_number(ec); }
  bool on_double(double, json::string_view, json::error_code& ec) { return refuse_number(ec); }
  bool on_bool(bool, json::error_code& ec) { return refuse_value("true or false", ec); }
  bool on_null(json::error_code& ec) { return inside_ || refuse_value("null", ec); }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  bool add(json::string_view part) {
    texts_.append(part.data(), part.size());
    return true;
  }
  std::string_view take_text() {
    const std::string_view text = std::string_view(texts_).substr(text_begin_);
    text_begin_ = texts_.size();
    return text;
  }
  bool refuse(std::string why, json::error_code& ec) {
    reason_ = std::move(why);
    ec = json::make_error_code(json::error::syntax);
    return false;
  }
  // The journal's own number is one, and is read over like every value of such a column.
  bool refuse_number(json::error_code& ec) { return (inside_ && column_ == import_column::ignored) || refuse_value("a number", ec); }
  bool refuse_value(const char* what, json::error_code& ec) {
    if (!inside_) return refuse(std::string("one JSON object was expected, not ") + what, ec);
    return refuse("\"" + key_ + "\" is " + what + "; a text in quotes was expected, or null", ec);
  }

  import_row* row_ = nullptr;
  std::string texts_;
  std::size_t text_begin_ = 0;
  import_column column_ = import_column::ignored;
  std::string key_;
  unsigned seen_ = 0;  // columns, one bit each
  bool inside_ = false;
  std::string reason_;
};

bool row_handler::on_key(json::string_view part, std::size_t, json::error_code& ec) {
  add(part);
  const std::string_view name = take_text();
  const auto column = parse_import_column(name);
  if (!column) return refuse("key \"" + printable(name) + "\" is unknown; keys are " + std::string(import_column_names()), ec);
  column_ = *column;
  key_ = name;
  const unsigned bit = 1U << static_cast<unsigned>(column_);
  if (column_ != import_column::ignored && (seen_ & bit) != 0) return refuse("key \"" + key_ + "\" is there twice", ec);
  seen_ |= bit;
  return true;
}

class ndjson_reader final : public row_reader {
 public:
  explicit ndjson_reader(input_window& input) : row_reader(input), parser_(json::parse_options()) {}

  result<found> next(import_row& row) override;

 private:
  // The next line without its line break; false at the end of the input.
  result<bool> read_line(std::string_view& text, bool& too_long);
  found parse(std::string_view text, import_row& row);

  json::basic_parser<row_handler> parser_;
  bool begun_ = false;
};

result<row_reader::found> ndjson_reader::next(import_row& row) {
  if (!std::exchange(begun_, true))
    if (const auto skipped = skip_byte_order_mark(); !skipped) return skipped.error();
  for (;;) {
    std::string_view text;
    bool too_long = false;
    const result<bool> read = read_line(text, too_long);
    if (!read) return read.error();
    if (!*read) return found::end;
    if (too_long) {
      if (const auto skipped = skip_line(); !skipped) return skipped.error();
      return bad("longer than " + std::to_string(import_record_bytes_max) + " bytes");
    }
    if (text.find_first_not_of(" \t\r") != std::string_view::npos) return parse(text, row);
  }
}

result<bool> ndjson_reader::read_line(std::string_view& text, bool& too_long) {
  input_.take(std::exchange(pending_, 0));
  ++line_;
  bool is_all = false;
  for (std::size_t searched = 0;;) {
    const std::string_view rest = input_.rest();
    const std::size_t end = rest.find('\n', searched);
    const std::size_t length = std::min(end, rest.size());
    if (length > import_record_bytes_max) {
      too_long = true;
      return true;
    }
    if (end != std::string_view::npos || is_all) {
      text = rest.substr(0, length);
      pending_ = end == std::string_view::npos ? length : length + 1;
      return pending_ > 0;
    }
    searched = rest.size();
    const result<bool> more = input_.more();
    if (!more) return more.error();
    is_all = !*more;
  }
}

row_reader::found ndjson_reader::parse(std::string_view text, import_row& row) {
  row_handler& handler = parser_.handler();
  handler.begin(row, text.size());
  parser_.reset();
  json::error_code ec;
  const std::size_t used = parser_.write_some(false, text.data(), text.size(), ec);
  if (!handler.reason().empty()) return bad(std::move(handler.reason()));
  const std::string where = " at column " + std::to_string(used + 1);
  if (ec == json::error::incomplete) return bad("the JSON object is not complete");
  if (ec) return bad("no JSON" + where + ": " + ec.message());
  if (text.find_first_not_of(" \t\r", used) != std::string_view::npos) return bad("more than one JSON value: text" + where);
  return found::row;
}

}  // namespace

std::unique_ptr<row_reader> make_ndjson_reader(input_window& input) { return std::make_unique<ndjson_reader>(input); }

}  // namespace partmark
