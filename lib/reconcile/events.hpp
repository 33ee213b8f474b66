// Port: what happens, for whoever watches. One event is one log line: a stable dotted name, a sentence, typed fields (docs/events.md).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace partmark {

enum class severity : std::uint8_t { debug, info, warning, error };

using field_value = std::variant<std::string, std::int64_t, double, bool>;

struct event_field {
  std::string_view key;  // a literal
  field_value value;
};

struct event {
  severity level = severity::info;
  std::string_view name;  // one of event_names.hpp
  std::string message;    // for people; says what to do where something is to be done
  std::vector<event_field> fields;
};

// Fills the fields of an event anew, in their order, each with a value of the type that it has: of an event that each call brings, the
// memory is made once.
class event_refill {
 public:
  explicit event_refill(event& e) : next_(e.fields.begin()) {}
  void text(std::string_view value) { std::get<std::string>((next_++)->value) = value; }
  void number(std::int64_t value) { std::get<std::int64_t>((next_++)->value) = value; }

 private:
  std::vector<event_field>::iterator next_;
};

class events {
 public:
  virtual ~events() = default;
  // Whether events of this level are heard: of those that each call and each slice brings, the text is not made otherwise.
  [[nodiscard]] virtual bool wants(severity) const { return true; }
  virtual void emit(const event& e) = 0;
};

}  // namespace partmark
