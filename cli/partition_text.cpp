#include "cli/partition_text.hpp"

namespace partmark {

std::string range_text(const plan_shape& shape, range at) {
  if (shape.kind == plan_kind::full_refresh) return "the whole table";
  std::string text = partition_label(shape.unit, at.first);
  if (at.last != at.first) text += " to " + partition_label(shape.unit, at.last);
  return text;
}

void write_range(json_writer& json, const plan_shape& shape, range at) {
  if (shape.kind == plan_kind::full_refresh) {
    json.key("first").null().key("last").null();
    return;
  }
  json.member("first", partition_start(shape.unit, at.first)).member("last", partition_start(shape.unit, at.last));
}

void write_claim(json_writer& json, const plan_shape& shape, const claim& c) {
  write_range(json, shape, c.at);
  json.member("mark", to_text(c.said));
}

void write_plan(json_writer& json, std::string_view uuid, std::string_view name, const std::optional<plan_shape>& shape) {
  const auto text_or_null = [&json](std::string_view text) { text.empty() ? json.null() : json.value(text); };
  json.member("plan", uuid).key("name");
  text_or_null(name);
  json.key("kind");
  text_or_null(shape ? to_text(shape->kind) : std::string_view());
  json.key("granularity");
  text_or_null(shape && shape->kind == plan_kind::partitioned ? to_text(shape->unit) : std::string_view());
}

std::string_view shape_text(const plan_shape& shape) {
  return shape.kind == plan_kind::full_refresh ? std::string_view("full refresh") : to_text(shape.unit);
}

}  // namespace partmark
