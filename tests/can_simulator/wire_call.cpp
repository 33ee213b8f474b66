#include "can_simulator/wire_call.hpp"

#include "can_simulator/civil.hpp"
#include "core/completion.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <boost/url.hpp>
#include <span>
#include <utility>

namespace partmark::testing {
namespace {

namespace json = boost::json;

struct route {
  std::string_view path;
  wire_call_kind kind;
  std::string_view method;
};

constexpr std::array<route, 6> routes = {{
    {"/anymetrics/api/v1/accelerate/plan/updatePartition", wire_call_kind::update, "POST"},
    {"/anymetrics/api/v1/accelerate/plan/clearPartition", wire_call_kind::clear, "POST"},
    {"/anymetrics/api/v1/accelerate/plan/queryMtPartitionList", wire_call_kind::list_partitions, "GET"},
    {"/anymetrics/api/v1/accelerate/plan/queryAccelerateResultPlanList", wire_call_kind::list_plans, "POST"},
    {"/anymetrics/api/v1/scheduler/task/trigger", wire_call_kind::trigger, "POST"},
    {"/anymetrics/api/v1/token/create", wire_call_kind::token, "POST"},
}};

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

// Reads one request; every complaint lands in the call.
class reader {
 public:
  explicit reader(const http_request& request) : request_(request) {}

  wire_call read() {
    headers();
    const std::string_view target = request_.target;
    const std::string_view path = target.substr(0, target.find('?'));
    const auto found = std::ranges::find(routes, path, &route::path);
    if (found == routes.end()) {
      complain("unknown path " + std::string(path));
      return std::move(call_);
    }
    call_.kind = found->kind;
    if (request_.method != found->method) complain("method " + request_.method + " for " + std::string(path));
    if (call_.kind == wire_call_kind::list_partitions)
      query();
    else
      body();
    return std::move(call_);
  }

 private:
  void complain(std::string what) { call_.violations.push_back(std::move(what)); }

  std::string header(std::string_view name) {
    std::string value;
    int times = 0;
    for (const auto& [n, v] : request_.headers) {
      if (!equal_ignoring_case(n, name)) continue;
      value = v;
      ++times;
    }
    if (times > 1) complain("header " + std::string(name) + " comes " + std::to_string(times) + " times");
    return value;
  }

  void headers() {
    call_.tenant_header = header("tenant-id");
    call_.auth_type = header("auth-type");
    call_.auth_value = header("auth-value");
    if (call_.tenant_header.empty() || call_.tenant_header.size() > 32) complain("tenant-id must have 1 to 32 characters");
    if (!header("query-user-account").empty()) complain("query-user-account was never configured");
    const bool is_token_call = request_.target.ends_with("/token/create");
    if (is_token_call && call_.auth_type.empty() && call_.auth_value.empty()) return;
    constexpr std::array<std::string_view, 4> types = {"UID", "TOKEN", "ACCOUNT", "APIKEY"};
    if (std::ranges::find(types, call_.auth_type) == types.end())
      complain("auth-type \"" + call_.auth_type + "\" is none of UID, TOKEN, ACCOUNT, APIKEY");
    if (call_.auth_value.empty()) complain("auth-value is missing");
  }

  void query() {
    if (!request_.body.empty()) complain("a GET with a body");
    const auto url = boost::urls::parse_origin_form(request_.target);
    if (url.has_error()) return complain("the target is no origin form");
    bool has_plan = false;
    for (const auto& [key, value, has_value] : url->params()) {
      if (key == "uuid" && !std::exchange(has_plan, true))
        call_.plan = value;
      else if (key == "pageNumber")
        call_.page = positive("pageNumber", value);
      else if (key == "pageSize")
        call_.page_size = positive("pageSize", value);
      else
        complain("unexpected parameter " + std::string(key));
    }
    check_plan();
  }

  std::int64_t positive(std::string_view name, std::string_view text) {
    std::int64_t value = 0;
    for (const char c : text) value = c < '0' || c > '9' || value > 1'000'000 ? -1'000'000'000 : value * 10 + (c - '0');
    if (value < 1) complain(std::string(name) + " must be a positive number");
    return std::max<std::int64_t>(value, 1);
  }

  void body() {
    if (!equal_ignoring_case(header("content-type").substr(0, 16), "application/json")) complain("content-type is not application/json");
    boost::system::error_code ec;
    const json::value value = json::parse(request_.body, ec);
    if (ec || !value.is_object()) return complain("the body is not one JSON object");
    fields(value.as_object());
  }

  void fields(const json::object& o) {
    switch (call_.kind) {
      case wire_call_kind::update:
        only(o, {"uuid", "runType", "successTimeRange", "failedTimeRange"});
        call_.plan = text(o, "uuid", true);
        call_.run_type = text(o, "runType", false);
        call_.success = ranges(o, "successTimeRange");
        call_.failed = ranges(o, "failedTimeRange");
        check_plan();
        return check_lists();
      case wire_call_kind::clear:
        only(o, {"uuid", "timeRange"});
        call_.plan = text(o, "uuid", true);
        call_.cleared = ranges(o, "timeRange");
        if (!call_.cleared) complain("a clear without timeRange may clear everything");
        return check_plan();
      case wire_call_kind::list_plans:
        return list_plans(o);
      case wire_call_kind::trigger:
        return trigger(o);
      case wire_call_kind::token:
        only(o, {"appId", "appSecret", "expire"});
        call_.app_id = text(o, "appId", true);
        call_.app_secret = text(o, "appSecret", true);
        if (o.contains("expire")) call_.expire = number(o, "expire");
        return;
      case wire_call_kind::list_partitions:
      case wire_call_kind::unknown:
        return;
    }
  }

  void list_plans(const json::object& o) {
    only(o, {"materializeType", "pager"});
    call_.materialize_type = text(o, "materializeType", true);
    const json::value* pager = o.if_contains("pager");
    if (pager == nullptr || !pager->is_object()) return complain("pager must be an object");
    only(pager->as_object(), {"pageNumber", "pageSize"});
    call_.page = number(pager->as_object(), "pageNumber");
    call_.page_size = number(pager->as_object(), "pageSize");
  }

  void trigger(const json::object& o) {
    only(o, {"tableName", "tenantId", "tablePartition"});
    call_.table = text(o, "tableName", true);
    call_.tenant = text(o, "tenantId", true);
    call_.date = text(o, "tablePartition", true);
    if (call_.table.size() > 128) complain("tableName has more than 128 characters");
    if (call_.tenant != call_.tenant_header) complain("tenantId differs from the tenant-id header");
    if (!is_date(call_.date)) complain("tablePartition \"" + call_.date + "\" is not a date");
  }

  void only(const json::object& o, std::initializer_list<std::string_view> known) {
    for (const auto& [key, value] : o)
      if (std::ranges::find(known, std::string_view(key)) == known.end()) complain("unknown field " + std::string(key));
  }

  std::string text(const json::object& o, std::string_view key, bool required) {
    const json::value* value = o.if_contains(key);
    if (value != nullptr && value->is_string() && !value->as_string().empty()) return std::string(value->as_string());
    if (required || value != nullptr) complain(std::string(key) + " must be a text that is not empty");
    return {};
  }

  std::int64_t number(const json::object& o, std::string_view key) {
    const json::value* value = o.if_contains(key);
    if (value != nullptr && value->is_int64() && value->as_int64() > 0) return value->as_int64();
    complain(std::string(key) + " must be a positive number");
    return 1;
  }

  void check_plan() {
    if (!call_.plan.empty() && call_.plan.size() > plan_name_bytes_max) complain("uuid is too long");
    if (call_.plan.empty() && call_.kind == wire_call_kind::list_partitions) complain("uuid is missing");
  }

  std::optional<std::vector<wire_range>> ranges(const json::object& o, std::string_view key) {
    const json::value* list = o.if_contains(key);
    if (list == nullptr) return std::nullopt;
    const std::string name(key);
    if (!list->is_array() || list->as_array().empty()) {
      complain(name + " must be a list that is not empty");
      return std::nullopt;
    }
    std::vector<wire_range> result;
    for (const json::value& item : list->as_array())
      if (auto r = one_range(item, name)) result.push_back(std::move(*r));
    check_order(result, name);
    return result;
  }

  std::optional<wire_range> one_range(const json::value& item, const std::string& list) {
    if (!item.is_object()) {
      complain(list + " holds something other than an object");
      return std::nullopt;
    }
    const json::object& o = item.as_object();
    only(o, {"dateGranularity", "startTime", "endTime"});
    const std::string unit_text = text(o, "dateGranularity", true);
    wire_range r;
    r.first_text = text(o, "startTime", true);
    r.last_text = text(o, "endTime", true);
    const auto unit = unit_named(unit_text);
    if (!unit) {
      complain(list + ": unknown granularity " + unit_text);
      return std::nullopt;
    }
    r.unit = *unit;
    const auto first = partition_at(*unit, r.first_text);
    const auto last = partition_at(*unit, r.last_text);
    if (!first || !last) {
      complain(list + ": " + (first ? r.last_text : r.first_text) + " starts no " + unit_text);
      return std::nullopt;
    }
    r.first = *first;
    r.last = *last;
    if (r.last < r.first) {
      complain(list + ": " + r.last_text + " is before " + r.first_text);
      return std::nullopt;
    }
    return r;
  }

  void check_order(const std::vector<wire_range>& list, const std::string& name) {
    for (std::size_t i = 1; i < list.size(); ++i) {
      const wire_range& before = list[i - 1];
      const wire_range& r = list[i];
      if (r.unit != before.unit) return complain(name + " mixes granularities");
      if (r.first <= before.last) complain(name + ": " + r.first_text + " is not after " + before.last_text);
      if (r.first == before.last + 1) complain(name + ": the range from " + r.first_text + " continues the one before it");
    }
  }

  void check_lists() {
    if (!call_.success || !call_.failed) return;
    for (const wire_range& s : *call_.success)
      for (const wire_range& f : *call_.failed) {
        if (s.unit != f.unit) return complain("the two lists mix granularities");
        if (s.first <= f.last && f.first <= s.last) complain("both lists speak of " + std::max(s.first_text, f.first_text));
      }
  }

  const http_request& request_;
  wire_call call_;
};

}  // namespace

std::string_view name_of(wire_call_kind kind) {
  for (const route& r : routes)
    if (r.kind == kind) return r.path.substr(r.path.rfind('/') + 1);
  return "unknown";
}

std::vector<wire_range> wire_call::all_ranges() const {
  std::vector<wire_range> all;
  for (const auto* list : {&success, &failed, &cleared})
    if (*list) all.insert(all.end(), (*list)->begin(), (*list)->end());
  return all;
}

wire_call read_wire_call(const http_request& request) { return reader(request).read(); }

}  // namespace partmark::testing
