#include "config/rules.hpp"

#include "config/address.hpp"
#include "config/duration.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace partmark::config {
namespace {

constexpr std::size_t path_bytes_max = 4095;  // PATH_MAX without its terminator
constexpr std::size_t table_name_bytes_max = 128;

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

std::string show_kind(const node& value, const std::string& text) {
  switch (value.what) {
    case node::kind::null:
      return "(empty)";
    case node::kind::list:
      return "(list)";
    case node::kind::map:
      return "(section)";
    case node::kind::scalar:
      break;
  }
  return text.empty() ? "\"\"" : text;
}

bool is_path(std::string_view text, std::size_t bytes_max) { return !text.empty() && text.size() <= bytes_max && is_plain_text(text); }

// source.`catalog.schema`.table, with nothing empty and no further backtick.
bool is_table_name(std::string_view text) {
  if (text.size() > table_name_bytes_max || !is_plain_text(text)) return false;
  const std::size_t opening = text.find(".`");
  if (opening == std::string_view::npos || opening == 0) return false;
  const std::size_t closing = text.find("`.", opening + 2);
  if (closing == std::string_view::npos || closing == opening + 2 || closing + 2 == text.size()) return false;
  return std::ranges::count(text, '`') == 2;
}

std::optional<milliseconds> read_duration(const node& value, milliseconds least, milliseconds most) {
  if (value.what != node::kind::scalar) return std::nullopt;
  const auto parsed = parse_duration(value.text);
  if (!parsed || *parsed < least || *parsed > most) return std::nullopt;
  return *parsed;
}

std::string duration_words(milliseconds least, milliseconds most) {
  return "a duration from " + duration_text(least) + " to " + duration_text(most) + ", such as 200ms, 5s or 1h";
}

// A plain scalar, all of which from_chars takes.
template <class T>
std::optional<T> read_number(const node& value, T least, T most) {
  if (value.what != node::kind::scalar || value.quoted) return std::nullopt;
  T number{};
  const char* const end = value.text.data() + value.text.size();
  const auto [stop, failure] = std::from_chars(value.text.data(), end, number);
  if (failure != std::errc() || stop != end || !(number >= least && number <= most)) return std::nullopt;
  return number;
}

}  // namespace

std::string show(const node& value) { return show_kind(value, printable(value.text)); }

std::string show_hidden(const node& value) { return show_kind(value, "(hidden)"); }

std::string show_path(const node& value) { return show_kind(value, shown_path(value.text)); }

std::string show_url(const node& value) { return value.text.find_first_of("@?#") == std::string::npos ? show(value) : show_hidden(value); }

rule<milliseconds> duration_between(milliseconds least, milliseconds most) {
  return {"expected " + duration_words(least, most), [=](const node& value) { return read_duration(value, least, most); }};
}

rule<std::optional<milliseconds>> duration_or_off(milliseconds least, milliseconds most) {
  return {"expected off or " + duration_words(least, most), [=](const node& value) -> std::optional<std::optional<milliseconds>> {
            if (value.what == node::kind::scalar && value.text == "off") return std::optional<milliseconds>();
            const auto parsed = read_duration(value, least, most);
            return parsed ? std::make_optional(parsed) : std::nullopt;
          }};
}

rule<std::int64_t> whole_number_between(std::int64_t least, std::int64_t most) {
  return {"expected a whole number from " + std::to_string(least) + " to " + std::to_string(most),
          [=](const node& value) -> std::optional<std::int64_t> {
            // YAML 1.1 reads 010 as eight: nobody means that here.
            if (value.text.size() > 1 && value.text.front() == '0') return std::nullopt;
            return read_number<std::int64_t>(value, least, most);
          }};
}

rule<double> number_between(int least, int most) {
  return {"expected a number from " + std::to_string(least) + ".0 to " + std::to_string(most) + ".0",
          [=](const node& value) { return read_number<double>(value, least, most); }};
}

rule<bool> true_or_false() {
  return {"expected true or false", [](const node& value) -> std::optional<bool> {
            if (value.what != node::kind::scalar || value.quoted) return std::nullopt;
            if (value.text == "true") return true;
            return value.text == "false" ? std::optional(false) : std::nullopt;
          }};
}

rule<std::string> text_that(std::string what, std::function<bool(std::string_view)> accepts) {
  return {"expected " + std::move(what), [accepts = std::move(accepts)](const node& value) -> std::optional<std::string> {
            return value.what == node::kind::scalar && accepts(value.text) ? std::optional(value.text) : std::nullopt;
          }};
}

rule<std::string> file_path(std::size_t bytes_max) {
  return text_that("a file's path of at most " + std::to_string(bytes_max) + " bytes",
                   [=](std::string_view text) { return is_path(text, bytes_max); });
}

rule<std::string> secret_file_path() {
  auto made = file_path(path_bytes_max);
  made.shown = &show_path;
  return made;
}

rule<std::string> secret_text() {
  return text_that("1 to " + std::to_string(secret_bytes_max) + " printable ASCII characters without blanks at the ends", fits_a_header)
      .hidden();
}

rule<std::string> header_text(std::size_t bytes_max) {
  return text_that("1 to " + std::to_string(bytes_max) + " printable ASCII characters without blanks at the ends",
                   [=](std::string_view text) { return text.size() <= bytes_max && fits_a_header(text); });
}

rule<std::string> printable_text(std::size_t bytes_max) {
  return text_that("a text of 1 to " + std::to_string(bytes_max) + " bytes without control characters",
                   [=](std::string_view text) { return !text.empty() && text.size() <= bytes_max && is_plain_text(text); });
}

bool is_word(std::string_view text, std::size_t bytes_max) {
  return !text.empty() && text.size() <= bytes_max && std::ranges::all_of(text, is_word_character);
}

rule<std::string> word(std::size_t bytes_max) {
  return text_that("1 to " + std::to_string(bytes_max) + " letters, digits, '_', '.' or '-'",
                   [=](std::string_view text) { return is_word(text, bytes_max); });
}

rule<std::string> table_name() {
  return text_that("a table's full name of at most 128 bytes, such as starrocks.`default_catalog.schema`.p_order", is_table_name);
}

rule<endpoint_url> web_address() {
  return {"expected http:// or https://, a host, and at most a port and a path (no user, query or fragment)",
          [](const node& value) { return value.what == node::kind::scalar ? parse_url(value.text) : std::nullopt; }, &show_url};
}

namespace {

// Labels of letters, digits and '-', between dots.
bool is_host_name(std::string_view text) {
  bool label_ended = true;
  for (const char c : text) {
    const bool in_label = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!in_label && (c != '.' || label_ended)) return false;
    label_ended = c == '.';
  }
  return !label_ended && text.size() <= 253;
}

}  // namespace

rule<std::vector<std::string>> host_names(std::size_t names_max) {
  return {"expected a list of at most " + std::to_string(names_max) + " host names without port, such as [metrics.example.org]",
          [names_max](const node& value) -> std::optional<std::vector<std::string>> {
            std::vector<std::string> names;
            if (value.what == node::kind::null) return names;
            if (value.what != node::kind::list || value.items.size() > names_max) return std::nullopt;
            for (const node& item : value.items) {
              if (item.what != node::kind::scalar || !is_host_name(item.text)) return std::nullopt;
              std::string& name = names.emplace_back(item.text);
              for (char& c : name)
                if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
            }
            return names;
          }};
}

rule<std::optional<listen_address>> listen_or_off() {
  return {"expected off or an IP address and a port, such as 127.0.0.1:9464 or \"[::1]:9464\"",
          [](const node& value) -> std::optional<std::optional<listen_address>> {
            if (value.what != node::kind::scalar) return std::nullopt;
            if (value.text == "off") return std::optional<listen_address>();
            const auto parsed = parse_listen(value.text);
            return parsed ? std::make_optional(parsed) : std::nullopt;
          }};
}

}  // namespace partmark::config
