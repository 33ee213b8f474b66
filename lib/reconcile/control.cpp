#include "reconcile/control.hpp"

#include "core/text.hpp"
#include "reconcile/loop.hpp"

#include <boost/json.hpp>

#include <array>
#include <memory>
#include <utility>
#include <vector>

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

std::string named(const std::optional<std::string>& target) { return target ? printable(*target) : std::string("all"); }

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
    } else {
      return error{errc::invalid, printable(std::string_view(key.data(), key.size())) +
                                      ": only command, target (strings) and repair (true or false) were expected"};
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

namespace {

control_reply at_once(loop& target, const control_command& command, now t) {
  std::optional<std::string_view> name;
  if (command.target) name = *command.target;
  const std::string shown = named(command.target);
  const control_reply unknown_plan{false, shown + ": no record ever named this plan; `partmark plans` lists them", {}};
  switch (command.verb) {
    case control_verb::retry:
      if (target.retry_held(name, t)) return {true, "what is held is tried now: " + shown, {}};
      return {false, shown + ": no record ever named this plan or table; `partmark plans` lists them", {}};
    case control_verb::resync:
      return target.resync(name, t) ? control_reply{true, "the whole state is pushed again: " + shown, {}} : unknown_plan;
    case control_verb::refold:
      return target.refold(*name, t) ? control_reply{true, shown + ": its records are folded anew", {}} : unknown_plan;
    case control_verb::pause:
    case control_verb::resume: {
      const bool pausing = command.verb == control_verb::pause;
      if (target.pause(name.value_or(std::string_view()), pausing, t)) return {true, (pausing ? "paused: " : "goes on: ") + shown, {}};
      return {false, shown + ": no endpoint of this name is configured", {}};
    }
    case control_verb::drift:
      break;
  }
  return unknown_plan;
}

constexpr std::size_t ranges_shown_max = 100;

json::array ranges_json(granularity unit, const std::vector<range>& ranges) {
  json::array out;
  for (const range r : ranges) {
    if (out.size() == ranges_shown_max) break;
    out.push_back(json::object{{"first", partition_start(unit, r.first)}, {"last", partition_start(unit, r.last)}});
  }
  return out;
}

std::int64_t count(const std::vector<range>& ranges) {
  std::int64_t n = 0;
  for (const range r : ranges) n += r.size();
  return n;
}

// Gathers the outcomes of the plans that one command checks, and answers when the last has come.
struct drift_gathering {
  control_done done;
  std::size_t awaited = 0;
  json::array plans;
  std::size_t differing = 0;
  std::size_t failed = 0;

  void came(const drift_outcome& o, granularity unit) {
    json::object plan{{"plan", o.plan}, {"repaired", o.repaired}};
    if (o.report) {
      plan["compared"] = o.report->compared;
      plan["missing_partitions"] = count(o.report->missing);
      plan["missing"] = ranges_json(unit, o.report->missing);
      plan["unexpected_partitions"] = count(o.report->unexpected);
      plan["unexpected"] = ranges_json(unit, o.report->unexpected);
      plan["unknown_partitions"] = o.report->unknown;
      plan["unreadable"] = o.report->unreadable;
      differing += o.report->found() ? 1U : 0U;
    } else {
      plan["trouble"] = o.trouble;
      ++failed;
    }
    plans.push_back(std::move(plan));
    if (--awaited == 0) answer();
  }

  void answer() const {
    const std::string text = std::to_string(plans.size()) + (plans.size() == 1 ? " plan compared, " : " plans compared, ") +
                             std::to_string(differing) + (differing == 1 ? " differs" : " differ") +
                             (failed > 0 ? ", " + std::to_string(failed) + " could not be listed" : std::string());
    done({differing == 0 && failed == 0, text, json::serialize(plans)});
  }
};

void check_drift(loop& target, const control_command& command, now t, control_done done) {
  std::vector<std::string> uuids;
  for (const plan_state& plan : target.plans())
    if (!command.target || plan.uuid() == *command.target) uuids.push_back(plan.name());
  if (uuids.empty() && command.target)
    return done({false, printable(*command.target) + ": no record ever named this plan; `partmark plans` lists them", {}});
  if (uuids.empty()) return done({true, "there are no plans yet", "[]"});
  auto gathering = std::make_shared<drift_gathering>();
  gathering->done = std::move(done);
  gathering->awaited = uuids.size();
  for (const auto& uuid : uuids)
    target.check_drift(uuid, command.repair, t, [gathering](const drift_outcome& o, granularity unit) { gathering->came(o, unit); });
}

}  // namespace

void carry_out(loop& target, const control_command& command, now t, control_done done) {
  if (command.verb == control_verb::drift) return check_drift(target, command, t, std::move(done));
  done(at_once(target, command, t));
}

}  // namespace partmark
