#include "cli/json_writer.hpp"

#include "can/json_text.hpp"
#include "cli/time_text.hpp"
#include "core/text.hpp"

#include <cassert>
#include <utility>

namespace partmark {

json_writer& json_writer::open(char bracket, char closing) {
  before_value();
  text_ += bracket;
  closing_.push_back(closing);
  has_items_ = false;
  return *this;
}

json_writer& json_writer::end() {
  assert(!closing_.empty() && !after_key_);
  const char closing = closing_.back();
  closing_.pop_back();
  if (has_items_) new_line();
  text_ += closing;
  has_items_ = true;
  return *this;
}

json_writer& json_writer::key(std::string_view name) {
  assert(!closing_.empty() && closing_.back() == '}' && !after_key_);
  next_item();
  can::append_json_string(text_, name);
  text_ += indented_ ? ": " : ":";
  after_key_ = true;
  return *this;
}

json_writer& json_writer::value(std::string_view text) {
  before_value();
  if (is_utf8(text))
    can::append_json_string(text_, text);
  else
    can::append_json_string(text_, printable(text, text.size()));
  return *this;
}

json_writer& json_writer::value(system_time t) { return value(iso_utc(t)); }

json_writer& json_writer::literal(std::string_view json) {
  before_value();
  text_ += json;
  return *this;
}

std::string json_writer::finish() && {
  assert(closing_.empty());
  text_ += '\n';
  return std::move(text_);
}

void json_writer::before_value() {
  if (std::exchange(after_key_, false) || closing_.empty()) return;
  assert(closing_.back() == ']');
  next_item();
}

void json_writer::next_item() {
  if (std::exchange(has_items_, true)) text_ += ',';
  new_line();
}

void json_writer::new_line() {
  if (!indented_) return;
  text_ += '\n';
  text_.append(2 * closing_.size(), ' ');
}

}  // namespace partmark
