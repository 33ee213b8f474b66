#include "status/site.hpp"

#include "status/asset.hpp"
#include "status/health.hpp"
#include "status/pages.hpp"

#include <algorithm>
#include <charconv>

namespace partmark {
namespace {

constexpr std::size_t held_on_overview = 5;
constexpr std::size_t rows_a_page = 50;

// What a person counts from 1; anything else is the first.
std::size_t page_of(const web_request& request) {
  const std::string_view text = request.argument("page");
  std::size_t page = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), page);
  return failed == std::errc() && end == text.data() + text.size() && page > 0 ? page - 1 : 0;
}

plan_query plan_query_of(const web_request& request) {
  plan_query query;
  query.search = request.argument("q").substr(0, 256);
  const std::string_view sort = request.argument("sort");
  if (sort == "name") query.order = plan_order::name;
  if (sort == "pending") query.order = plan_order::pending;
  if (sort == "held") query.order = plan_order::held;
  if (sort == "waiting") query.order = plan_order::waiting;
  query.descending = query.order != plan_order::attention && request.argument("order") == "desc";
  query.page = page_of(request);
  query.page_size = rows_a_page;
  return query;
}

web_reply page_reply(std::string text, unsigned status = 200) {
  web_reply reply;
  reply.status = status;
  reply.type = "text/html; charset=utf-8";
  reply.body = std::move(text);
  return reply;
}

web_reply asset_reply(const asset& a, const web_request& request) {
  web_reply reply;
  reply.type = a.type;
  reply.etag = a.etag;
  if (request.if_none_match == a.etag)
    reply.status = 304;
  else
    reply.body = a.text;
  return reply;
}

}  // namespace

web_reply site::answer(const web_request& request) {
  if (request.path == "/healthz") return health();
  if (request.path == "/readyz") return readiness();
  if (request.path == "/metrics") {
    web_reply reply;
    reply.type = "text/plain; version=0.0.4; charset=utf-8";
    reply.body = source_.metrics();
    return reply;
  }
  if (const asset* file = find_asset(request.path)) return asset_reply(*file, request);
  if (request.path == "/") return overview(request);
  if (request.path == "/plan") return plan(request);
  const summary_view now = source_.summary();
  if (request.path == "/held")
    return page_reply(framed(page_name::held, "Held", now, held_page(now, source_.held(page_of(request), rows_a_page))));
  if (request.path == "/rejected")
    return page_reply(framed(page_name::rejected, "Rejected", now, rejected_page(now, source_.rejected(page_of(request), rows_a_page))));
  if (request.path == "/events") return page_reply(framed(page_name::events, "Events", now, events_page(events_)));
  return page_reply(framed(page_name::missing, "Nothing here", now, missing_page("There is no page at this address.")), 404);
}

web_reply site::overview(const web_request& request) {
  const summary_view now = source_.summary();
  const plan_query query = plan_query_of(request);
  return page_reply(framed(page_name::overview, "Status", now,
                           overview_page(now, source_.plans(query), query, source_.held(0, held_on_overview), events_)));
}

web_reply site::plan(const web_request& request) {
  const summary_view now = source_.summary();
  const auto plan = source_.plan(request.argument("id"));
  if (!plan)
    return page_reply(framed(page_name::missing, "Nothing here", now, missing_page("No completion record has named this plan yet.")), 404);
  std::optional<ordinal> at;
  if (const std::string_view text = request.argument("at"); !text.empty() && plan->line.shape.kind == plan_kind::partitioned)
    if (const auto parsed = parse_partition(plan->line.shape.unit, text)) at = *parsed;
  const auto window = calendar_partitions(*plan, at);
  const auto cells = window ? source_.cells(plan->line.uuid, *window) : std::vector<cell_run>();
  return page_reply(
      framed(page_name::plan, plan->line.name.empty() ? plan->line.uuid : plan->line.name, now, plan_page(now, *plan, at, cells, events_)));
}

web_reply site::health() {
  const auto troubles = troubles_of(source_.summary());
  if (troubles.empty()) return plain_reply(200, "ok");
  std::string text;
  for (const auto& trouble : troubles) text += (text.empty() ? "" : "\n") + trouble;
  return plain_reply(503, text);
}

web_reply site::readiness() {
  const auto now = source_.summary();
  if (now.journal_trouble || now.behind) return plain_reply(503, "the journal is not read to its end yet");
  return plain_reply(200, "ready");
}

}  // namespace partmark
