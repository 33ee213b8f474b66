#include "reconcile/control.hpp"

#include "core/text.hpp"
#include "reconcile/loop.hpp"

#include <boost/json.hpp>

#include <array>
#include <utility>

namespace partmark {
namespace {

namespace json = boost::json;

constexpr std::array<std::pair<std::string_view, control_verb>, 5> verbs{{{"retry", control_verb::retry},
                                                                          {"resync", control_verb::resync},
                                                                          {"refold", control_verb::refold},
                                                                          {"pause", control_verb::pause},
                                                                          {"resume", control_verb::resume}}};

result<json::object> parse_object(std::string_view line) {
  if (line.size() > control_line_bytes_max)
    return error{errc::invalid, "the line is longer than " + std::to_string(control_line_bytes_max) + " bytes"};
  boost::system::error_code failed;
  json::parse_options options;
  options.max_depth = 4;
  json::value parsed = json::parse(json::string_view(line.data(), line.size()), failed, {}, options);
  if (failed || !parsed.is_object()) return error{errc::invalid, printable(line) + ": a JSON object was expected"};
  return std::move(parsed.as_object());
}

std::string text_of(const json::value& v) { return std::string(std::string_view(v.as_string().data(), v.as_string().size())); }

std::string named(const std::optional<std::string>& target) { return target ? printable(*target) : std::string("all"); }

}  // namespace

result<control_command> parse_control_command(std::string_view line) {
  auto object = parse_object(line);
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
    } else {
      return error{errc::invalid,
                   printable(std::string_view(key.data(), key.size())) + ": only command and target were expected, as strings"};
    }
  }
  if (!has_verb) return error{errc::invalid, "command: retry, resync, refold, pause or resume was expected"};
  if (command.verb == control_verb::refold && !command.target) return error{errc::invalid, "target: refold takes one plan"};
  return command;
}

std::string control_command_line(const control_command& c) {
  json::object object;
  for (const auto& [name, verb] : verbs)
    if (verb == c.verb) object["command"] = json::string_view(name.data(), name.size());
  if (c.target) object["target"] = *c.target;
  return json::serialize(object);
}

result<control_reply> parse_control_reply(std::string_view line) {
  auto object = parse_object(line);
  if (!object) return object.error();
  const auto* done = object->if_contains("done");
  const auto* message = object->if_contains("message");
  if (!done || !done->is_bool() || !message || !message->is_string()) return error{errc::invalid, "done and message were expected"};
  return control_reply{done->as_bool(), text_of(*message)};
}

std::string control_reply_line(const control_reply& r) { return json::serialize(json::object{{"done", r.done}, {"message", r.message}}); }

control_reply carry_out(loop& target, const control_command& command, now t) {
  std::optional<std::string_view> name;
  if (command.target) name = *command.target;
  const std::string shown = named(command.target);
  switch (command.verb) {
    case control_verb::retry:
      if (target.retry_held(name, t)) return {true, "what is held is tried now: " + shown};
      return {false, shown + ": no record ever named this plan or table; `partmark plans` lists them"};
    case control_verb::resync:
      if (target.resync(name, t)) return {true, "the whole state is pushed again: " + shown};
      break;
    case control_verb::refold:
      if (target.refold(*name, t)) return {true, shown + ": its records are folded anew"};
      break;
    case control_verb::pause:
    case control_verb::resume: {
      const bool pausing = command.verb == control_verb::pause;
      if (target.pause(name.value_or(std::string_view()), pausing, t)) return {true, (pausing ? "paused: " : "goes on: ") + shown};
      return {false, shown + ": no endpoint of this name is configured"};
    }
  }
  return {false, shown + ": no record ever named this plan; `partmark plans` lists them"};
}

}  // namespace partmark
