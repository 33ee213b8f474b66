#include "support/told.hpp"

#include "support/contract.hpp"

#include <algorithm>
#include <utility>

namespace partmark::testing {
namespace {

void read_ranges(const std::optional<std::vector<wire_range>>& list, mark said, told& to) {
  if (!list) return;
  ordinal before = 0;
  bool is_first = true;
  for (const wire_range& r : *list) {
    require(!to.unit || *to.unit == r.unit, "a call speaks of one granularity");
    to.unit = r.unit;
    const auto first = parse_partition(r.unit, r.first_text);
    const auto last = parse_partition(r.unit, r.last_text);
    require(first && last && *first <= *last, "a range names the starts of its first and last partition");
    require(is_first || *first > before + 1, "the ranges of a list are sorted, disjoint and maximal");
    to.what.claims.push_back({{*first, *last}, said});
    before = *last;
    is_first = false;
  }
}

}  // namespace

http_request with_headers(http_request request) {
  request.headers.emplace_back("content-type", "application/json");
  request.headers.emplace_back("tenant-id", "tn_1");
  request.headers.emplace_back("auth-type", "UID");
  request.headers.emplace_back("auth-value", "1234");
  return request;
}

told told_by(const wire_call& call) {
  if (!call.violations.empty()) throw contract_broken("a request against CAN_API.md: " + call.violations.front());
  require(call.is_mark(), "a marking call");
  told t;
  t.plan = call.plan;
  t.run_type = call.run_type;
  t.what.kind = call.kind == wire_call_kind::clear ? call_kind::clear : call_kind::update;
  read_ranges(call.failed, mark::failed, t);
  read_ranges(call.success, mark::success, t);
  read_ranges(call.cleared, mark::cleared, t);
  if (!t.unit) t.what = {call_kind::refresh, {{whole_table, mark::success}}};
  std::vector<claim> sorted = t.what.claims;
  std::sort(sorted.begin(), sorted.end(), [](const claim& a, const claim& b) { return a.at.first < b.at.first; });
  for (std::size_t i = 1; i < sorted.size(); ++i) require(sorted[i - 1].at.last < sorted[i].at.first, "no partition is claimed twice");
  return t;
}

}  // namespace partmark::testing
