// row_reader for CSV as RFC 4180 has it: the first record names the columns.
#include "cli/row_reader.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace partmark {
namespace {

enum class ending : std::uint8_t {
  whole,
  needs_more,    // it may go on beyond what is in memory
  open_quote,    // as needs_more, inside quotes
  stray_quote,   // in a field that does not begin with one
  after_quotes,  // something other than a separator
};

// One record cut into fields. Fields are views of the text or, where quotes had to be taken out, of `unquoted_`.
class csv_record {
 public:
  ending parse(std::string_view text, bool is_all);

  [[nodiscard]] const std::vector<std::string_view>& fields() const { return fields_; }
  [[nodiscard]] std::size_t bytes() const { return at_; }  // with its line break
  [[nodiscard]] std::int64_t line_breaks() const { return line_breaks_; }

 private:
  ending parse_quoted();
  ending parse_plain();
  // Past the separator after a field. True: it was the record's last.
  bool pass_separator();

  std::string_view text_;
  std::size_t at_ = 0;
  bool is_all_ = false;
  std::int64_t line_breaks_ = 0;
  std::vector<std::string_view> fields_;
  std::string unquoted_;
};

ending csv_record::parse(std::string_view text, bool is_all) {
  text_ = text;
  is_all_ = is_all;
  at_ = 0;
  line_breaks_ = 0;
  fields_.clear();
  unquoted_.clear();
  unquoted_.reserve(std::min(text.size(), import_record_bytes_max));  // views of it must stay
  for (;;) {
    const bool quoted = at_ < text_.size() && text_[at_] == '"';
    const ending field = quoted ? parse_quoted() : parse_plain();
    if (field != ending::whole) return field;
    if (pass_separator()) return ending::whole;
  }
}

ending csv_record::parse_quoted() {
  const std::size_t begin = unquoted_.size();
  ++at_;
  for (;;) {
    const std::size_t quote = text_.find('"', at_);
    if (quote > import_record_bytes_max) return ending::open_quote;  // npos is the largest
    const std::string_view piece = text_.substr(at_, quote - at_);
    unquoted_ += piece;
    line_breaks_ += std::count(piece.begin(), piece.end(), '\n');
    at_ = quote + 1;
    if (at_ == text_.size() && !is_all_) return ending::needs_more;
    if (at_ == text_.size() || text_[at_] != '"') break;
    unquoted_ += '"';
    ++at_;
  }
  fields_.push_back(std::string_view(unquoted_).substr(begin));
  if (at_ == text_.size() || text_[at_] == ',' || text_[at_] == '\n') return ending::whole;
  if (text_[at_] != '\r') return ending::after_quotes;
  if (at_ + 1 == text_.size()) return is_all_ ? ending::whole : ending::needs_more;
  return text_[at_ + 1] == '\n' ? ending::whole : ending::after_quotes;
}

ending csv_record::parse_plain() {
  const std::size_t end = std::min(text_.find_first_of(",\"\n", at_), text_.size());
  if (end == text_.size() && !is_all_) return ending::needs_more;
  if (end < text_.size() && text_[end] == '"') return ending::stray_quote;
  std::string_view field = text_.substr(at_, end - at_);
  const bool ends_line = end == text_.size() || text_[end] == '\n';
  if (ends_line && field.ends_with('\r')) field.remove_suffix(1);
  fields_.push_back(field);
  at_ = end;
  return ending::whole;
}

bool csv_record::pass_separator() {
  if (at_ < text_.size() && text_[at_] == '\r') ++at_;
  if (at_ == text_.size()) return true;
  return text_[at_++] == '\n';
}

class csv_reader final : public row_reader {
 public:
  explicit csv_reader(input_window& input) : row_reader(input) {}

  result<found> next(import_row& row) override;

 private:
  result<found> read_record();
  result<found> resume_after_first_line(std::string why);
  result<found> read_header();
  [[nodiscard]] bool is_blank() const { return record_.fields().size() == 1 && record_.fields().front().empty(); }

  csv_record record_;
  std::int64_t next_line_ = 1;
  bool has_header_ = false;
  std::vector<import_column> columns_;
};

result<row_reader::found> csv_reader::next(import_row& row) {
  if (!has_header_) {
    const auto header = read_header();
    if (!header || *header != found::row) return header;
  }
  const auto read = read_record();
  if (!read || *read != found::row) return read;
  const auto& fields = record_.fields();
  if (fields.size() != columns_.size())
    return bad(std::to_string(fields.size()) + " fields; the header names " + std::to_string(columns_.size()));
  row.clear();
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (!fields[i].empty()) row.set(columns_[i], fields[i]);
  return found::row;
}

result<row_reader::found> csv_reader::read_record() {
  input_.take(std::exchange(pending_, 0));
  bool is_all = false;
  for (;;) {
    line_ = next_line_;
    if (is_all && input_.rest().empty()) return found::end;
    const ending how = record_.parse(input_.rest(), is_all);
    const bool unfinished = how == ending::needs_more || how == ending::open_quote;
    if (how == ending::whole && record_.bytes() <= import_record_bytes_max) {
      next_line_ += record_.line_breaks() + 1;
      pending_ = record_.bytes();
      if (!is_blank()) return found::row;
      input_.take(std::exchange(pending_, 0));
    } else if (unfinished && !is_all && input_.rest().size() <= import_record_bytes_max) {
      const result<bool> more = input_.more();
      if (!more) return more.error();
      is_all = !*more;
    } else if (how == ending::stray_quote) {
      return resume_after_first_line(
          "a quote inside a field that does not begin with one; write \"…\" around the field and \"\" for a quote in it");
    } else if (how == ending::after_quotes) {
      return resume_after_first_line("text after a closing quote; write \"\" for a quote inside a quoted field");
    } else if (how == ending::open_quote && is_all) {
      return resume_after_first_line("a quote is never closed");
    } else {
      return resume_after_first_line("longer than " + std::to_string(import_record_bytes_max) + " bytes" +
                                     (how == ending::open_quote ? "; is a quote not closed?" : ""));
    }
  }
}

// A quote that went wrong must cost its own line only, not everything up to the next quote.
result<row_reader::found> csv_reader::resume_after_first_line(std::string why) {
  ++next_line_;
  if (const auto skipped = skip_line(); !skipped) return skipped.error();
  return bad(std::move(why));
}

result<row_reader::found> csv_reader::read_header() {
  if (const auto skipped = skip_byte_order_mark(); !skipped) return skipped.error();
  const auto read = read_record();
  if (!read || *read == found::end) return read;
  const auto refuse = [this](std::string why) {
    reason_ = std::move(why);
    return found::refused;
  };
  if (*read == found::bad_line) return found::refused;
  for (const std::string_view name : record_.fields()) {
    const auto column = parse_import_column(name);
    if (!column)
      return refuse("column \"" + printable(name) + "\" is unknown; the first line names columns of " + std::string(import_column_names()));
    if (*column != import_column::ignored && std::find(columns_.begin(), columns_.end(), *column) != columns_.end())
      return refuse("column \"" + printable(name) + "\" is there twice");
    columns_.push_back(*column);
  }
  const auto has = [this](import_column c) { return std::find(columns_.begin(), columns_.end(), c) != columns_.end(); };
  if (!has(import_column::outcome) || !(has(import_column::plan) || has(import_column::table_name)))
    return refuse("the first line must name the columns: plan or table_name, outcome, and what else there is of " +
                  std::string(import_column_names()));
  has_header_ = true;
  return found::row;
}

}  // namespace

std::unique_ptr<row_reader> make_csv_reader(input_window& input) { return std::make_unique<csv_reader>(input); }

}  // namespace partmark
