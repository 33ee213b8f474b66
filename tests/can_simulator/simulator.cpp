#include "can_simulator/simulator.hpp"

#include "can_simulator/civil.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <stdexcept>
#include <system_error>

namespace partmark::testing {
namespace {

namespace json = boost::json;

constexpr std::size_t log_entries_max = 2000;

http_reply plain(unsigned status, const json::value& body) {
  return {status, {{"content-type", "application/json"}}, json::serialize(body) + "\n"};
}

std::string text_or(const json::object& o, std::string_view key, const std::string& otherwise) {
  const json::value* v = o.if_contains(key);
  return v == nullptr ? otherwise : std::string(v->as_string());
}

bool flag_or(const json::object& o, std::string_view key, bool otherwise) {
  const json::value* v = o.if_contains(key);
  return v == nullptr ? otherwise : v->as_bool();
}

// Reads {"first": …, "last": …} and applies it behind the back of every client.
template <class Apply>
void each_range(const json::object& o, std::string_view key, granularity unit, Apply apply) {
  const json::value* list = o.if_contains(key);
  if (list == nullptr) return;
  for (const json::value& r : list->as_array()) {
    const auto first = partition_at(unit, r.at("first").as_string());
    const auto last = partition_at(unit, r.at("last").as_string());
    if (!first || !last || *last < *first) throw std::invalid_argument("not a range: " + json::serialize(r));
    apply(*first, *last);
  }
}

}  // namespace

simulator::simulator(files where) : files_(std::move(where)) {
  if (!files_.record.empty()) {
    record_.open(files_.record, std::ios::app);
    if (!record_) throw std::runtime_error("cannot open " + files_.record);
  }
  if (files_.state.empty() || !std::filesystem::exists(files_.state)) return;
  std::ifstream in(files_.state);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  model_.restore(json::parse(text).as_object());
}

result<void> simulator::run_script(const json::value& script) {
  try {
    const json::object& o = script.as_object();
    for (const auto& [key, value] : o)
      if (key != "settings" && key != "plans" && key != "faults") return error{errc::invalid, "script: unknown key " + std::string(key)};
    if (const json::value* settings = o.if_contains("settings"))
      if (auto done = apply_settings(settings->as_object()); !done) return done;
    if (const json::value* plans = o.if_contains("plans"))
      for (const json::value& plan : plans->as_array())
        if (auto done = apply_plan(plan.as_object()); !done) return done;
    if (const json::value* faults = o.if_contains("faults"))
      for (const json::value& rule : faults->as_array())
        if (auto done = script_.add(rule); !done) return done;
    keep_state();
    return {};
  } catch (const std::exception& e) {
    return error{errc::invalid, std::string("script: ") + e.what()};
  }
}

result<void> simulator::apply_settings(const json::object& o) {
  constexpr std::array<std::string_view, 9> known = {"tenant_id",        "auth_type",        "auth_value",      "app_id",  "app_secret",
                                                     "token_lifetime_s", "known_plans_only", "enveloped_lists", "list_key"};
  for (const auto& [key, value] : o)
    if (std::ranges::find(known, std::string_view(key)) == known.end())
      return error{errc::invalid, "settings: unknown key " + std::string(key)};
  can_model::settings s = model_.configured();
  s.tenant_id = text_or(o, "tenant_id", s.tenant_id);
  s.auth_type = text_or(o, "auth_type", s.auth_type);
  s.auth_value = text_or(o, "auth_value", s.auth_value);
  s.app_id = text_or(o, "app_id", s.app_id);
  s.app_secret = text_or(o, "app_secret", s.app_secret);
  s.list_key = text_or(o, "list_key", s.list_key);
  s.known_plans_only = flag_or(o, "known_plans_only", s.known_plans_only);
  s.enveloped_lists = flag_or(o, "enveloped_lists", s.enveloped_lists);
  if (const json::value* lifetime = o.if_contains("token_lifetime_s")) s.token_lifetime = lifetime->to_number<std::int64_t>();
  model_.configure(std::move(s));
  return {};
}

result<void> simulator::apply_plan(const json::object& o) {
  const std::string kind = text_or(o, "kind", "partitioned");
  const std::string unit_text = text_or(o, "granularity", "DAY");
  const auto unit = unit_named(unit_text);
  if (!unit || (kind != "partitioned" && kind != "full_refresh"))
    return error{errc::invalid, "plan: kind " + kind + ", granularity " + unit_text};
  simulated_plan& plan = model_.define_plan(std::string(o.at("uuid").as_string()), kind == "partitioned" ? unit : std::nullopt);
  plan.name = text_or(o, "name", plan.name);
  plan.materialize_type = text_or(o, "materializeType", plan.materialize_type);
  each_range(o, "success", *unit, [&](auto first, auto last) { plan.book.mark(first, last, partition_state::success); });
  each_range(o, "failed", *unit, [&](auto first, auto last) { plan.book.mark(first, last, partition_state::failed); });
  each_range(o, "clear", *unit, [&](auto first, auto last) { plan.book.clear(first, last); });
  return {};
}

simulator::course simulator::arrived(const http_request& request, std::int64_t at_ms) {
  course c{model_.check(request, at_ms), {}};
  if (auto picked = script_.pick(c.checked.call)) c.does = std::move(*picked);
  log(request, c, at_ms);
  return c;
}

http_reply simulator::take_effect(const course& c, std::int64_t at_ms) {
  http_reply reply;
  if (c.checked.refusal) {
    reply = *c.checked.refusal;
  } else if (c.does.applies == effect::now) {
    reply = model_.apply(c.checked.call, at_ms);
    keep_state();
  } else {
    reply = model_.pretend(c.checked.call);
  }
  if (c.does.reply) reply = *c.does.reply;
  reply.body.append(static_cast<std::size_t>(c.does.padding_bytes), ' ');
  return reply;
}

void simulator::take_late_effect(const course& c, std::int64_t at_ms) {
  if (c.checked.refusal) return;
  model_.apply(c.checked.call, at_ms);
  keep_state();
}

void simulator::log(const http_request& request, const course& c, std::int64_t at_ms) {
  const wire_call& call = c.checked.call;
  json::object entry{{"n", ++requests_},
                     {"at_ms", at_ms},
                     {"call", name_of(call.kind)},
                     {"plan", call.plan},
                     {"ranges", call.all_ranges().size()},
                     {"bytes", request.body.size()},
                     {"fault", c.does.name},
                     {"refused", c.checked.refusal.has_value()}};
  if (record_.is_open()) {
    json::object line = entry;
    line["method"] = request.method;
    line["target"] = request.target;
    json::object headers;
    for (const auto& [name, value] : request.headers) headers[name] = name == "auth-value" ? "***" : value;
    line["headers"] = std::move(headers);
    boost::system::error_code ec;
    json::value body = json::parse(request.body, ec);
    if (ec) body = request.body;
    if (call.kind == wire_call_kind::token && body.is_object()) body.as_object()["appSecret"] = "***";
    line["body"] = std::move(body);
    record_ << json::serialize(line) << "\n" << std::flush;
  }
  log_.push_back(std::move(entry));
  if (log_.size() > log_entries_max) log_.pop_front();
}

json::value simulator::state_json() const {
  json::object state = model_.to_json();
  state["requests"] = requests_;
  state["faults"] = script_.to_json();
  return state;
}

// Written whole and renamed, so that a kill leaves either the old state or the new one.
void simulator::keep_state() const {
  if (files_.state.empty()) return;
  const std::string next = files_.state + ".next";
  std::ofstream out(next, std::ios::trunc);
  out << json::serialize(model_.to_json()) << "\n" << std::flush;
  if (!out) throw std::runtime_error("cannot write " + next);
  out.close();
  std::filesystem::rename(next, files_.state);
}

http_reply simulator::control(const http_request& request) {
  const std::string what = request.method + " " + request.target.substr(std::string_view("/_control/").size());
  if (what == "GET state") return plain(200, state_json());
  if (what == "GET log") return plain(200, json::array(log_.begin(), log_.end()));
  boost::system::error_code ec;
  const json::value body = request.body.empty() ? json::value(json::object()) : json::parse(request.body, ec);
  if (ec) return plain(400, {{"error", "the body is no JSON"}});
  result<void> done;
  if (what == "POST fault")
    done = script_.add(body);
  else if (what == "DELETE fault")
    script_.clear();
  else if (what == "POST script")
    done = run_script(body);
  else if (what == "POST settings")
    done = run_script(json::object{{"settings", body}});
  else if (what == "POST plan")
    done = run_script(json::object{{"plans", json::array{body}}});
  else if (what == "POST expire_tokens")
    model_.expire_tokens();
  else if (what == "POST forget")
    model_.forget();
  else
    return plain(404, {{"error", "no such control call: " + what}});
  keep_state();
  if (!done) return plain(400, {{"error", done.error().message}});
  return plain(200, {{"ok", true}});
}

}  // namespace partmark::testing
