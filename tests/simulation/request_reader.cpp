#include "request_reader.hpp"

#include "clockwork.hpp"
#include "support/contract.hpp"
#include "support/told.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace partmark::testing {
namespace {

constexpr std::string_view plan_path = "/anymetrics/api/v1/accelerate/plan/";

std::size_t number_after(std::string_view prefix, std::string_view name) {
  require(name.starts_with(prefix), "a call speaks of a plan or table that exists");
  std::size_t n = 0;
  const auto [end, failed] = std::from_chars(name.data() + prefix.size(), name.data() + name.size(), n);
  require(failed == std::errc() && end == name.data() + name.size(), "a call speaks of a plan or table that exists");
  return n;
}

// One pass over a body as the loop writes it. Any step that does not find what it expects ends the reading.
class quick_reader {
 public:
  explicit quick_reader(std::string_view body) : left_(body) {}

  bool marks(message& m, bool is_clear) {
    std::string_view plan;
    if (!skip(R"({"uuid":")") || !text(plan)) return false;
    m.who = number_after(plan_prefix, plan);
    std::string_view run_type;
    if (skip(R"(,"runType":")") && !text(run_type)) return false;
    m.what.kind = is_clear ? call_kind::clear : call_kind::update;
    if (is_clear) {
      if (!skip(R"(,"timeRange":[)") || !ranges(m, mark::cleared)) return false;
    } else {
      if (skip(R"(,"successTimeRange":[)") && !ranges(m, mark::success)) return false;
      if (skip(R"(,"failedTimeRange":[)") && !ranges(m, mark::failed)) return false;
    }
    if (!m.unit) m.what = {call_kind::refresh, {{whole_table, mark::success}}};
    return left_ == "}" && is_disjoint(m.what.claims);
  }

  bool trigger(message& m) {
    std::string_view table, tenant, date;
    if (!skip(R"({"tableName":")") || !text(table) || !skip(R"(,"tenantId":")") || !text(tenant)) return false;
    if (!skip(R"(,"tablePartition":")") || !text(date) || left_ != "}" || tenant != "tn_1") return false;
    m.who = number_after(table_prefix, table);
    const auto day = partition_at(granularity::day, std::string(date) + "T00:00:00");
    if (day) m.date = *day;
    return day.has_value();
  }

 private:
  bool skip(std::string_view expected) {
    if (!left_.starts_with(expected)) return false;
    left_.remove_prefix(expected.size());
    return true;
  }
  bool text(std::string_view& into) {
    const std::size_t end = left_.find('"');
    if (end == left_.npos || end == 0) return false;
    into = left_.substr(0, end);
    if (into.find('\\') != into.npos) return false;
    left_.remove_prefix(end + 1);
    return true;
  }
  bool ranges(message& m, mark said) {
    std::optional<ordinal> before;
    do {
      std::string_view unit_text, first_text, last_text;
      if (!skip(R"({"dateGranularity":")") || !text(unit_text) || !skip(R"(,"startTime":")") || !text(first_text)) return false;
      if (!skip(R"(,"endTime":")") || !text(last_text) || !skip("}")) return false;
      const auto unit = unit_named(unit_text);
      if (!unit || (m.unit && *m.unit != *unit)) return false;
      m.unit = unit;
      const auto first = partition_at(*unit, first_text);
      const auto last = first_text == last_text ? first : partition_at(*unit, last_text);
      if (!first || !last || *last < *first || (before && *first <= *before + 1)) return false;
      before = last;
      const std::int64_t origin = civil_origin(*unit);
      m.what.claims.push_back({{*first - origin, *last - origin}, said});
    } while (skip(","));
    return skip("]");
  }
  static bool is_disjoint(const std::vector<claim>& claims) {
    for (std::size_t i = 0; i < claims.size(); ++i)
      for (std::size_t j = i + 1; j < claims.size(); ++j)
        if (claims[i].said != claims[j].said && claims[i].at.first <= claims[j].at.last && claims[j].at.first <= claims[i].at.last)
          return false;
    return true;
  }

  std::string_view left_;
};

std::optional<message> read_quickly(const http_request& request) {
  message m;
  if (request.method != "POST" || !request.headers.empty()) return std::nullopt;
  quick_reader body(request.body);
  const std::string_view target = request.target;
  if (target == "/anymetrics/api/v1/scheduler/task/trigger") {
    m.kind = message_kind::trigger;
    return body.trigger(m) ? std::optional(m) : std::nullopt;
  }
  if (!target.starts_with(plan_path)) return std::nullopt;
  const std::string_view last = target.substr(plan_path.size());
  if (last != "updatePartition" && last != "clearPartition") return std::nullopt;
  return body.marks(m, last == "clearPartition") ? std::optional(std::move(m)) : std::nullopt;
}

void order(std::vector<claim>& claims) {
  std::sort(claims.begin(), claims.end(), [](const claim& a, const claim& b) { return a.at.first < b.at.first; });
}

message read_strictly(http_request request) {
  const wire_call call = read_wire_call(with_headers(std::move(request)));
  if (!call.violations.empty()) throw contract_broken("a request against CAN_API.md: " + call.violations.front());
  message m;
  if (call.kind == wire_call_kind::list_partitions) {
    m.kind = message_kind::listing;
    m.who = number_after(plan_prefix, call.plan);
    m.page = call.page;
  } else if (call.kind == wire_call_kind::list_plans) {
    m.kind = message_kind::plan_listing;
    m.page = call.page;
    while (m.list != plan_list::none && name_of(m.list) != call.materialize_type)
      m.list = static_cast<plan_list>(static_cast<unsigned>(m.list) + 1);
    require(m.list != plan_list::none, "a list of plans is one of those that there are");
  } else if (call.kind == wire_call_kind::trigger) {
    m.kind = message_kind::trigger;
    m.who = number_after(table_prefix, call.table);
    m.date = *partition_at(granularity::day, call.date + "T00:00:00");
  } else {
    told said = told_by(call);
    m.who = number_after(plan_prefix, said.plan);
    m.unit = said.unit;
    m.what = std::move(said.what);
  }
  return m;
}

bool same(message a, message b) {
  order(a.what.claims);
  order(b.what.claims);
  return a.kind == b.kind && a.who == b.who && a.unit == b.unit && a.date == b.date && a.what.kind == b.what.kind &&
         a.what.claims == b.what.claims;
}

}  // namespace

message read_message(const http_request& request, bool thoroughly) {
  auto quick = read_quickly(request);
  if (quick && !thoroughly) return std::move(*quick);
  message strict = read_strictly(request);
  if (quick) require(same(*quick, strict), "the simulation's two readers agree");
  return strict;
}

}  // namespace partmark::testing
