// What one value may be: how to read it from a scalar, and the words for a person whose value is none. Internal to lib/config; pure, but
// for show_path, which looks whether a file is there.
#pragma once

#include "config/document.hpp"
#include "config/settings.hpp"

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace partmark::config {

// How a message shows a value that was refused.
[[nodiscard]] std::string show(const node& value);         // the text, shortened; else (list), (section) or (empty)
[[nodiscard]] std::string show_hidden(const node& value);  // never the text
[[nodiscard]] std::string show_path(const node& value);    // the text if it looks like a path
[[nodiscard]] std::string show_url(const node& value);     // the text unless it may carry a password

template <class T>
struct rule {
  std::string expected;                               // "expected …"
  std::function<std::optional<T>(const node&)> read;  // nullopt: refused
  std::string (*shown)(const node&) = &show;

  [[nodiscard]] rule hidden() const { return {expected, read, &show_hidden}; }
};

[[nodiscard]] rule<milliseconds> duration_between(milliseconds least, milliseconds most);
[[nodiscard]] rule<std::optional<milliseconds>> duration_or_off(milliseconds least, milliseconds most);
[[nodiscard]] rule<std::int64_t> whole_number_between(std::int64_t least, std::int64_t most);
[[nodiscard]] rule<double> number_between(int least, int most);
[[nodiscard]] rule<bool> true_or_false();

// Text that `accepts`; `what` completes "expected ".
[[nodiscard]] rule<std::string> text_that(std::string what, std::function<bool(std::string_view)> accepts);
[[nodiscard]] rule<std::string> file_path(std::size_t bytes_max);
[[nodiscard]] rule<std::string> secret_file_path();  // as file_path, but shown with care
[[nodiscard]] rule<std::string> secret_text();       // what fits_a_header(), never shown
[[nodiscard]] rule<std::string> header_text(std::size_t bytes_max);
[[nodiscard]] rule<std::string> printable_text(std::size_t bytes_max);  // UTF-8 without control characters
[[nodiscard]] rule<std::string> word(std::size_t bytes_max);            // letters, digits, '_', '.' and '-'
[[nodiscard]] bool is_word(std::string_view text, std::size_t bytes_max);
[[nodiscard]] rule<std::string> table_name();
[[nodiscard]] rule<endpoint_url> web_address();
[[nodiscard]] rule<std::optional<listen_address>> listen_or_off();
[[nodiscard]] rule<std::vector<std::string>> host_names(std::size_t names_max);  // in small letters

template <class E>
[[nodiscard]] rule<E> one_of(std::vector<std::pair<std::string, E>> choices) {
  std::string expected = "expected one of";
  for (const auto& [name, value] : choices) expected += (name == choices.front().first ? " " : ", ") + name;
  return {std::move(expected),
          [choices = std::move(choices)](const node& value) -> std::optional<E> {
            if (value.what != node::kind::scalar) return std::nullopt;
            for (const auto& [name, meaning] : choices)
              if (value.text == name) return meaning;
            return std::nullopt;
          },
          &show};
}

// For enumerations whose to_text() gives the words of the file.
template <class E>
[[nodiscard]] rule<E> one_of_values(std::initializer_list<E> values) {
  std::vector<std::pair<std::string, E>> choices;
  for (const E value : values) choices.emplace_back(to_text(value), value);
  return one_of(std::move(choices));
}

}  // namespace partmark::config
