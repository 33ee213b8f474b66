#include "can_simulator/fault_script.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <initializer_list>
#include <stdexcept>

namespace partmark::testing {
namespace {

namespace json = boost::json;

void only(const json::object& o, std::initializer_list<std::string_view> known, const std::string& where) {
  for (const auto& [key, value] : o)
    if (std::ranges::find(known, std::string_view(key)) == known.end())
      throw std::invalid_argument(where + ": unknown key " + std::string(key));
}

std::int64_t number(const json::object& o, std::string_view key, std::int64_t otherwise) {
  const json::value* v = o.if_contains(key);
  return v == nullptr ? otherwise : v->to_number<std::int64_t>();
}

std::string text(const json::object& o, std::string_view key, std::string_view otherwise = {}) {
  const json::value* v = o.if_contains(key);
  return v == nullptr ? std::string(otherwise) : std::string(v->as_string());
}

http_reply reply_of(const json::object& action, unsigned status, std::string_view type, std::string_view body) {
  http_reply reply{static_cast<unsigned>(number(action, "status", status)), {}, text(action, "body", body)};
  reply.headers.emplace_back("content-type", type);
  if (const json::value* headers = action.if_contains("headers"))
    for (const auto& [name, value] : headers->as_object()) reply.headers.emplace_back(name, value.as_string());
  return reply;
}

std::string refusal_body(const json::object& action) {
  return json::serialize(json::object{{"data", nullptr},
                                      {"success", false},
                                      {"code", text(action, "code", "PARTITION_REFUSED")},
                                      {"errorMsg", text(action, "errorMsg", "refused by script")},
                                      {"detailErrorMsg", nullptr},
                                      {"traceId", text(action, "traceId", "sim-script")}});
}

fault fault_of(const json::object& action) {
  only(action,
       {"kind", "delay_ms", "reply_delay_ms", "late_ms", "drip_ms", "bytes", "status", "headers", "body", "code", "errorMsg", "traceId",
        "apply"},
       "action");
  constexpr std::string_view page = "<!DOCTYPE html><html><body><h1>Service gateway</h1></body></html>";
  fault f;
  f.name = text(action, "kind");
  f.delay_ms = number(action, "delay_ms", 0);
  f.reply_delay_ms = number(action, "reply_delay_ms", 0);
  f.late_ms = number(action, "late_ms", 1000);
  if (f.name == "delay") {
    if (f.delay_ms + f.reply_delay_ms == 0) throw std::invalid_argument("delay: needs delay_ms or reply_delay_ms");
  } else if (f.name == "status") {
    f.applies = effect::none;
    f.reply = reply_of(action, 503, "text/plain", "");
  } else if (f.name == "reject") {
    f.applies = effect::none;
    f.reply = reply_of(action, 200, "application/json", refusal_body(action));
  } else if (f.name == "html") {
    f.applies = effect::none;
    f.reply = reply_of(action, 200, "text/html", page);
  } else if (f.name == "garbage") {
    f.applies = effect::none;
    f.reply = reply_of(action, 200, "application/json", "\x01{{\xff garbage");
  } else if (f.name == "huge") {
    f.padding_bytes = number(action, "bytes", 64LL << 20);
  } else if (f.name == "reset_before") {
    f.applies = effect::none;
    f.ends = reply_ending::reset;
  } else if (f.name == "reset_after") {
    f.ends = reply_ending::reset;
  } else if (f.name == "close_after") {
    f.ends = reply_ending::then_closed;
  } else if (f.name == "close_mid_header") {
    f.ends = reply_ending::mid_header;
  } else if (f.name == "close_mid_body") {
    f.ends = reply_ending::mid_body;
  } else if (f.name == "late") {
    f.applies = effect::late;
    f.ends = reply_ending::reset;
  } else if (f.name == "lie") {
    f.applies = effect::none;
    f.lies = true;
  } else if (f.name == "hang") {
    f.applies = effect::none;
    f.ends = reply_ending::never;
  } else if (f.name == "drip") {
    f.drip_ms = number(action, "drip_ms", 50);
  } else {
    throw std::invalid_argument("action: kind \"" + f.name + "\" is unknown");
  }
  if (const json::value* applies = action.if_contains("apply")) f.applies = applies->as_bool() ? effect::now : effect::none;
  return f;
}

// A day stands for its first moment, so that it compares with the starts in a request.
std::string whole_text(std::string date) { return date.size() == 10 ? date + "T00:00:00" : date; }

}  // namespace

bool fault_script::rule::matches(const wire_call& call) const {
  if (!path.empty() && name_of(call.kind).find(path) == std::string_view::npos) return false;
  if (!plan.empty() && call.plan != plan) return false;
  if (!touches) return true;
  const auto ranges = call.all_ranges();
  return std::ranges::any_of(ranges, [this](const wire_range& r) { return r.first_text <= last && r.last_text >= first; });
}

result<void> fault_script::add(const json::value& value) {
  try {
    const json::object& o = value.as_object();
    only(o, {"match", "nth", "after", "count", "probability", "seed", "action"}, "rule");
    rule r;
    if (const json::value* match = o.if_contains("match")) {
      const json::object& m = match->as_object();
      only(m, {"path", "plan", "first", "last"}, "match");
      r.path = text(m, "path");
      r.plan = text(m, "plan");
      r.touches = m.contains("first") || m.contains("last");
      r.first = whole_text(text(m, "first", r.first));
      r.last = whole_text(text(m, "last", m.contains("first") ? r.first : r.last));
    }
    r.nth = number(o, "nth", 0);
    r.after = number(o, "after", 0);
    r.count = number(o, "count", -1);
    if (const json::value* p = o.if_contains("probability")) r.probability = p->to_number<double>();
    r.random.seed(static_cast<std::uint64_t>(number(o, "seed", 1)));
    r.does = fault_of(o.at("action").as_object());
    rules_.push_back(std::move(r));
    return {};
  } catch (const std::exception& e) {
    return error{errc::invalid, std::string("fault rule: ") + e.what() + " in " + json::serialize(value)};
  }
}

std::optional<fault> fault_script::pick(const wire_call& call) {
  for (rule& r : rules_) {
    if (!r.matches(call)) continue;
    ++r.matched;
    if (r.nth > 0 && r.matched != r.nth) continue;
    if (r.matched <= r.after || r.count == 0) continue;
    // The same on every platform, unlike std::uniform_real_distribution.
    const double drawn = static_cast<double>(r.random() >> 11) * 0x1p-53;
    if (drawn >= r.probability) continue;
    if (r.count > 0) --r.count;
    ++r.fired;
    return r.does;
  }
  return std::nullopt;
}

json::value fault_script::to_json() const {
  json::array all;
  for (const rule& r : rules_)
    all.push_back({{"kind", r.does.name}, {"path", r.path}, {"plan", r.plan}, {"matched", r.matched}, {"fired", r.fired}});
  return all;
}

}  // namespace partmark::testing
