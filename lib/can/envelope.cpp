#include "can/envelope.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <utility>

namespace partmark::can {
namespace {

using boost::json::error_code;
using boost::json::string_view;

constexpr std::array<std::pair<std::string_view, envelope_field>, 12> known_keys = {{
    {"success", envelope_field::success},
    {"succeed", envelope_field::succeed},
    {"code", envelope_field::code},
    {"errorMsg", envelope_field::error_message},
    {"detailErrorMsg", envelope_field::detail},
    {"traceId", envelope_field::trace_id},
    {"data", envelope_field::data},
    {"isPartition", envelope_field::page},
    {"partition", envelope_field::page},
    {"hasNext", envelope_field::page},
    {"message", envelope_field::other},
    {"error", envelope_field::other},
}};

// Appends what fits; the first byte that does not is the end of it.
void append_bounded(std::string& out, bool& cut, string_view part, std::size_t bytes_max) {
  const std::size_t room = bytes_max - std::min(bytes_max, out.size());
  if (part.size() > room) cut = true;
  out.append(part.data(), std::min(room, part.size()));
}

// The handler of boost::json::basic_parser. Follows the depth and looks at nothing but the values of known keys at depth 1.
class field_collector {
 public:
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);

  [[nodiscard]] bool is_object() const { return root_is_object_; }
  [[nodiscard]] envelope take() { return std::move(result_); }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) {
    if (depth_ == 0) root_is_object_ = true;
    return open_container();
  }
  bool on_object_end(std::size_t, error_code&) { return close_container(); }
  bool on_array_begin(error_code&) { return open_container(); }
  bool on_array_end(std::size_t, error_code&) { return close_container(); }

  bool on_key_part(string_view s, std::size_t, error_code&) {
    if (depth_ == 1) append_bounded(key_, key_cut_, s, key_bytes_max);
    return true;
  }
  bool on_key(string_view s, std::size_t, error_code& ec) {
    on_key_part(s, 0, ec);
    if (depth_ != 1) return true;
    const auto known = std::ranges::find(known_keys, std::string_view(key_), [](const auto& k) { return k.first; });
    current_ = key_cut_ || known == known_keys.end() ? nullptr : &result_.at(known->second);
    key_.clear();
    key_cut_ = false;
    return true;
  }

  bool on_string_part(string_view s, std::size_t, error_code&) { return characters(s); }
  bool on_string(string_view s, std::size_t, error_code&) {
    characters(s);
    return value(json_kind::text);
  }
  bool on_number_part(string_view s, error_code&) { return characters(s); }
  bool on_int64(std::int64_t i, string_view s, error_code&) { return number(s, i == 200); }
  bool on_uint64(std::uint64_t u, string_view s, error_code&) { return number(s, u == 200); }
  bool on_double(double d, string_view s, error_code&) { return number(s, d >= 200.0 && d <= 200.0); }
  bool on_bool(bool b, error_code&) {
    if (wanted()) (b ? current_->said_true : current_->said_false) = true;
    return value(json_kind::boolean);
  }
  bool on_null(error_code&) { return value(json_kind::null); }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }

 private:
  static constexpr std::size_t key_bytes_max = 16;  // longer than any known key

  [[nodiscard]] bool wanted() const { return depth_ == 1 && current_ != nullptr; }

  bool open_container() {
    value(json_kind::container);
    ++depth_;
    return true;
  }
  bool close_container() {
    --depth_;
    return true;
  }
  bool characters(string_view s) {
    if (!wanted()) return true;
    if (!value_open_) {
      current_->text.clear();
      current_->cut = false;
      value_open_ = true;
    }
    append_bounded(current_->text, current_->cut, s, envelope_text_bytes_max);
    return true;
  }
  bool number(string_view s, bool is_200) {
    characters(s);
    if (wanted()) current_->is_200 = is_200;
    return value(json_kind::number);
  }
  bool value(json_kind kind) {
    if (wanted()) {
      current_->kind = kind;
      ++current_->times;
      value_open_ = false;
      current_ = nullptr;
    }
    return true;
  }

  envelope result_;
  field_value* current_ = nullptr;
  bool value_open_ = false;
  bool root_is_object_ = false;
  std::size_t depth_ = 0;
  std::string key_;
  bool key_cut_ = false;
};

}  // namespace

std::string_view without_mark(std::string_view body) {
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  if (body.starts_with(mark)) body.remove_prefix(mark.size());
  const std::size_t first = body.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? std::string_view{} : body.substr(first);
}

std::optional<envelope> read_envelope(std::string_view body) {
  const std::string_view text = without_mark(body);
  if (text.empty()) return std::nullopt;
  boost::json::parse_options options;
  options.max_depth = envelope_depth_max;
  options.allow_invalid_utf8 = true;
  boost::json::basic_parser<field_collector> parser(options);
  error_code ec;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), ec);
  if (ec || read != text.size() || !parser.handler().is_object()) return std::nullopt;
  return parser.handler().take();
}

}  // namespace partmark::can
