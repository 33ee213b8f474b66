// The lines of the control socket, to text and back.
#include "reconcile/control.hpp"

#include "core/text.hpp"

#include <boost/json.hpp>

#include <array>
#include <utility>

namespace partmark {
namespace {

namespace json = boost::json;

constexpr std::array<std::pair<std::string_view, control_verb>, 6> verbs{{{"retry", control_verb::retry},
                                                                          {"resync", control_verb::resync},
                                                                          {"refold", control_verb::refold},
                                                                          {"pause", control_verb::pause},
                                                                          {"resume", control_verb::resume},
                                                                          {"drift", control_verb::drift}}};

result<json::object> parse_object(std::string_view line, std::size_t bytes_max) {
  if (line.size() > bytes_max) return error{errc::invalid, "the line is longer than " + std::to_string(bytes_max) + " bytes"};
  boost::system::error_code failed;
  json::parse_options options;
  options.max_depth = 8;
  json::value parsed = json::parse(json::string_view(line.data(), line.size()), failed, {}, options);
  if (failed || !parsed.is_object()) return error{errc::invalid, printable(line) + ": a JSON object was expected"};
  return std::move(parsed.as_object());
}

std::string text_of(const json::value& v) { return std::string(std::string_view(v.as_string().data(), v.as_string().size())); }

}  // namespace

result<control_command> parse_control_command(std::string_view line) {
  auto object = parse_object(line, control_line_bytes_max);
  if (!object) return object.error();
  control_command command;
  bool has_verb = false;
  for (const auto& [key, value] : *object) {
    if (key == "command" && value.is_string()) {
      for (const auto& [name, verb] : verbs)
        if (name == text_of(value)) {
          command.verb = verb;
          has_verb = true;
        }
    } else if (key == "target" && value.is_string()) {
      command.target = text_of(value);
    } else if (key == "target" && value.is_null()) {
      command.target.reset();
    } else if (key == "repair" && value.is_bool()) {
      command.repair = value.as_bool();
    } else if (key == "progress" && value.is_bool()) {
      command.progress = value.as_bool();
    } else {
      return error{errc::invalid, printable(std::string_view(key.data(), key.size())) +
                                      ": only command, target (strings), repair and progress (true or false) were expected"};
    }
  }
  if (!has_verb) return error{errc::invalid, "command: retry, resync, refold, pause, resume or drift was expected"};
  if (command.verb == control_verb::refold && !command.target) return error{errc::invalid, "target: refold takes one plan"};
  return command;
}

std::string control_command_line(const control_command& c) {
  json::object object;
  for (const auto& [name, verb] : verbs)
    if (verb == c.verb) object["command"] = json::string_view(name.data(), name.size());
  if (c.target) object["target"] = *c.target;
  if (c.repair) object["repair"] = true;
  if (c.progress) object["progress"] = true;
  return json::serialize(object);
}

result<control_reply> parse_control_reply(std::string_view line) {
  auto object = parse_object(line, control_reply_bytes_max);
  if (!object) return object.error();
  const auto* done = object->if_contains("done");
  const auto* message = object->if_contains("message");
  if (!done || !done->is_bool() || !message || !message->is_string()) return error{errc::invalid, "done and message were expected"};
  const auto* drift = object->if_contains("drift");
  return control_reply{done->as_bool(), text_of(*message), drift ? json::serialize(*drift) : std::string()};
}

std::string control_reply_line(const control_reply& r) {
  json::object object{{"done", r.done}, {"message", r.message}};
  if (!r.drift.empty()) object["drift"] = json::parse(r.drift);
  return json::serialize(object);
}

std::string control_progress_line(const control_progress& p) {
  return json::serialize(json::object{
      {"progress", {{"plans", p.plans}, {"plans_done", p.plans_done}, {"pages", p.pages}, {"pages_expected", p.pages_expected}}}});
}

std::optional<control_progress> parse_control_progress(std::string_view line) {
  constexpr std::string_view begin = R"({"progress":)";
  if (!line.starts_with(begin)) return std::nullopt;  // a reply can be very long: it is not read twice
  const auto object = parse_object(line, control_line_bytes_max);
  if (!object || !object->at("progress").is_object()) return std::nullopt;
  const json::object& said = object->at("progress").as_object();
  const auto number = [&](const char* key) {
    const auto* value = said.if_contains(key);
    return value && value->is_int64() ? value->as_int64() : 0;
  };
  return control_progress{number("plans"), number("plans_done"), number("pages"), number("pages_expected")};
}

}  // namespace partmark
