#include "can_simulator/can_model.hpp"

#include "can_simulator/civil.hpp"

#include <algorithm>
#include <boost/json.hpp>

namespace partmark::testing {
namespace {

namespace json = boost::json;

constexpr std::size_t violations_max = 1000;

http_reply json_reply(unsigned status, const json::value& body) {
  return {status, {{"content-type", "application/json"}}, json::serialize(body)};
}

// Partitions that queries may use, newest first, as far as the page goes: CAN promises no order, so the one least expected.
json::array listed_page(const simulated_plan& plan, std::int64_t skip, std::int64_t count) {
  json::array values;
  const auto runs = plan.book.runs();
  for (auto run = runs.rbegin(); run != runs.rend() && count > 0; ++run) {
    if (run->state != partition_state::success) continue;
    const std::int64_t size = run->last - run->first + 1;
    if (skip >= size) {
      skip -= size;
      continue;
    }
    for (std::int64_t p = run->last - skip; p >= run->first && count > 0; --p, --count)
      values.push_back(json::object{{"value", listed_value(*plan.unit, p)}});
    skip = 0;
  }
  return values;
}

}  // namespace

simulated_plan& can_model::define_plan(const std::string& uuid, std::optional<granularity> unit) {
  auto [it, is_new] = plans_.try_emplace(uuid);
  if (is_new || it->second.unit != unit) {
    it->second.unit = unit;
    it->second.book = {};
  }
  if (it->second.name.empty()) it->second.name = uuid;
  return it->second;
}

void can_model::note_violation(std::string what) {
  if (violations_.size() < violations_max)
    violations_.push_back(std::move(what));
  else
    ++violations_dropped_;
}

http_reply can_model::refuse(unsigned status, std::string_view code, std::string_view message) {
  return json_reply(status, {{"data", nullptr},
                             {"success", false},
                             {"code", code},
                             {"errorMsg", message},
                             {"detailErrorMsg", nullptr},
                             {"traceId", next_trace_id()}});
}

http_reply can_model::envelope(std::string_view data) {
  return json_reply(200, {{"data", data},
                          {"success", true},
                          {"code", "200"},
                          {"errorMsg", nullptr},
                          {"detailErrorMsg", nullptr},
                          {"traceId", next_trace_id()}});
}

can_model::checked_call can_model::check(const http_request& request, std::int64_t at_ms) {
  checked_call checked{read_wire_call(request), std::nullopt};
  ++calls_[std::string(name_of(checked.call.kind))];
  checked.refusal = refusal_of(checked.call, at_ms);
  return checked;
}

std::optional<http_reply> can_model::refusal_of(const wire_call& call, std::int64_t at_ms) {
  for (const std::string& what : call.violations) note_violation(std::string(name_of(call.kind)) + " " + call.plan + ": " + what);
  if (call.kind == wire_call_kind::unknown)
    return http_reply{404, {{"content-type", "text/html"}}, "<html><body>no such path</body></html>"};
  if (!call.violations.empty()) return refuse(200, "PARAM_INVALID", call.violations.front());
  if (auto refusal = check_credential(call, at_ms)) return refusal;
  return check_plan(call);
}

std::optional<http_reply> can_model::check_credential(const wire_call& call, std::int64_t at_ms) {
  if (!settings_.tenant_id.empty() && call.tenant_header != settings_.tenant_id) {
    note_violation("tenant-id " + call.tenant_header);
    return refuse(200, "TENANT_UNKNOWN", "no such tenant");
  }
  if (call.kind == wire_call_kind::token) {
    const bool right = (settings_.app_id.empty() || call.app_id == settings_.app_id) &&
                       (settings_.app_secret.empty() || call.app_secret == settings_.app_secret);
    if (right) return std::nullopt;
    return refuse(200, "APP_UNKNOWN", "appId or appSecret is wrong");
  }
  if (call.auth_type == "TOKEN") {
    const auto token = tokens_.find(call.auth_value);
    const bool alive = token != tokens_.end() && at_ms < token->second;
    const bool configured = settings_.auth_type == "TOKEN" && call.auth_value == settings_.auth_value;
    if (alive || configured) return std::nullopt;
    return refuse(401, "401", "the token is unknown or has expired");
  }
  if (settings_.auth_type.empty() || (call.auth_type == settings_.auth_type && call.auth_value == settings_.auth_value))
    return std::nullopt;
  return refuse(401, "401", "the credential is wrong");
}

std::optional<http_reply> can_model::check_plan(const wire_call& call) {
  if (!call.is_mark() && call.kind != wire_call_kind::list_partitions) return std::nullopt;
  const auto found = plans_.find(call.plan);
  if (found == plans_.end()) {
    if (settings_.known_plans_only || call.kind == wire_call_kind::list_partitions)
      return refuse(200, "PLAN_UNKNOWN", "no plan " + call.plan);
    return std::nullopt;
  }
  const auto ranges = call.all_ranges();
  const simulated_plan& plan = found->second;
  std::string wrong;
  if (call.is_mark() && plan.unit && ranges.empty()) wrong = "a call without ranges, as for a full refresh, on a partitioned plan";
  if (!plan.unit && !ranges.empty()) wrong = "ranges on a full-refresh plan";
  for (const wire_range& r : ranges)
    if (plan.unit && r.unit != *plan.unit)
      wrong = "granularity " + std::string(name_of(r.unit)) + " on a plan of " + std::string(name_of(*plan.unit));
  if (wrong.empty()) return std::nullopt;
  note_violation(std::string(name_of(call.kind)) + " " + call.plan + ": " + wrong);
  return refuse(200, "PARAM_INVALID", wrong);
}

http_reply can_model::apply(const wire_call& call, std::int64_t at_ms) {
  if (call.kind == wire_call_kind::trigger) ++triggers_[{call.table, call.date}];
  if (call.kind == wire_call_kind::token) {
    const std::string token = "sim-token-" + std::to_string(++tokens_made_);
    tokens_[token] = at_ms + 1000 * (settings_.token_lifetime > 0 ? settings_.token_lifetime : call.expire);
    return envelope(token);
  }
  if (!call.is_mark()) return pretend(call);
  const auto ranges = call.all_ranges();
  if (!plans_.contains(call.plan)) define_plan(call.plan, ranges.empty() ? std::nullopt : std::optional(ranges.front().unit));
  simulated_plan& plan = plans_.at(call.plan);
  for (const wire_range& r : call.success.value_or(std::vector<wire_range>{})) plan.book.mark(r.first, r.last, partition_state::success);
  for (const wire_range& r : call.failed.value_or(std::vector<wire_range>{})) plan.book.mark(r.first, r.last, partition_state::failed);
  for (const wire_range& r : call.cleared.value_or(std::vector<wire_range>{})) plan.book.clear(r.first, r.last);
  ++(call.kind == wire_call_kind::clear ? plan.clears : plan.updates);
  if (ranges.empty()) ++plan.refreshes;
  if (call.kind == wire_call_kind::update) plan.run_type = call.run_type;
  return pretend(call);
}

http_reply can_model::pretend(const wire_call& call) {
  switch (call.kind) {
    case wire_call_kind::trigger:
      return json_reply(200, {{"code", "200"}, {"succeed", true}, {"traceId", next_trace_id()}, {"data", true}, {"errorMsg", nullptr}});
    case wire_call_kind::list_partitions:
      return partition_page(call);
    case wire_call_kind::list_plans:
      return plan_page(call);
    case wire_call_kind::token:
      return envelope("sim-token-that-is-none");
    case wire_call_kind::update:
    case wire_call_kind::clear:
    case wire_call_kind::unknown:
      break;
  }
  return envelope("success");
}

http_reply can_model::answer(const http_request& request, std::int64_t at_ms) {
  const checked_call checked = check(request, at_ms);
  return checked.refusal ? *checked.refusal : apply(checked.call, at_ms);
}

http_reply can_model::partition_page(const wire_call& call) {
  const auto found = plans_.find(call.plan);
  if (found == plans_.end()) return refuse(200, "PLAN_UNKNOWN", "no plan " + call.plan);
  const simulated_plan& plan = found->second;
  json::object page{{"isPartition", plan.unit.has_value()}};
  const std::int64_t total = plan.book.count(partition_state::success);
  page["hasData"] = total > 0 || plan.refreshes > 0;
  page["partition"] = nullptr;
  if (plan.unit) {
    const std::int64_t skip = (call.page - 1) * call.page_size;
    page["partition"] = json::object{{settings_.list_key, listed_page(plan, skip, call.page_size)},
                                     {"hasNext", skip + call.page_size < total},
                                     {"total", total},
                                     {"pageNumber", call.page},
                                     {"pageSize", call.page_size}};
  }
  if (!settings_.enveloped_lists) return json_reply(200, page);
  return json_reply(200, {{"data", page}, {"success", true}, {"code", "200"}, {"errorMsg", nullptr}, {"traceId", next_trace_id()}});
}

http_reply can_model::plan_page(const wire_call& call) {
  json::array entries;
  std::int64_t at = 0;
  const std::int64_t skip = (call.page - 1) * call.page_size;
  for (const auto& [uuid, plan] : plans_) {
    if (plan.materialize_type != call.materialize_type) continue;
    if (at >= skip && at < skip + call.page_size)
      entries.push_back({{"id", uuid}, {"name", plan.name}, {"displayName", plan.name}, {"materializeType", plan.materialize_type}});
    ++at;
  }
  return json_reply(200, {{"data", entries},
                          {"hasNext", skip + call.page_size < at},
                          {"total", at},
                          {"success", true},
                          {"code", "200"},
                          {"errorMsg", nullptr},
                          {"traceId", next_trace_id()}});
}

void can_model::forget() {
  plans_.clear();
  triggers_.clear();
  tokens_.clear();
  calls_.clear();
  violations_.clear();
  violations_dropped_ = 0;
}

}  // namespace partmark::testing
