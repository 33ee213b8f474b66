// The one way in which the command line writes JSON: keys in the order given, one document, a newline at its end. Owned by a command.
#pragma once

#include "core/clock.hpp"

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace partmark {

// Each value or opening bracket follows a key() inside an object, and nothing but a comma inside an array (asserted).
class json_writer {
 public:
  // `indented` breaks the document into lines, for people.
  explicit json_writer(bool indented) : indented_(indented) {}

  json_writer& object() { return open('{', '}'); }
  json_writer& array() { return open('[', ']'); }
  json_writer& end();  // of the innermost object or array

  json_writer& key(std::string_view name);

  // Text that is not UTF-8 is made printable first: the document is valid whatever comes.
  json_writer& value(std::string_view text);
  json_writer& value(const char* text) { return value(std::string_view(text)); }
  json_writer& value(const std::string& text) { return value(std::string_view(text)); }
  json_writer& value(std::same_as<bool> auto yes) { return literal(yes ? "true" : "false"); }
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  json_writer& value(T number) {
    return literal(std::to_string(number));
  }
  json_writer& value(system_time t);  // ISO 8601, UTC, milliseconds
  json_writer& null() { return literal("null"); }
  // A whole JSON value, written as it is.
  json_writer& literal(std::string_view json);

  template <class T>
  json_writer& value(const std::optional<T>& maybe) {
    return maybe ? value(*maybe) : null();
  }

  template <class T>
  json_writer& member(std::string_view name, const T& v) {
    key(name);
    return value(v);
  }

  // The document; every bracket must be closed (asserted).
  [[nodiscard]] std::string finish() &&;

 private:
  json_writer& open(char bracket, char closing);
  void before_value();
  void next_item();
  void new_line();

  std::string text_;
  std::vector<char> closing_;  // of the open brackets
  bool indented_;
  bool has_items_ = false;  // in the innermost bracket
  bool after_key_ = false;
};

}  // namespace partmark
