#include "reconcile/plan_checks.hpp"

#include "can/listings.hpp"
#include "can/requests.hpp"
#include "core/retry.hpp"
#include "reconcile/event_names.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace partmark {
namespace {

// EXTERNAL first: mostly that answers everything. The others only tell what a plan is instead.
constexpr std::array<std::string_view, 3> types{"EXTERNAL", "RESULT", "ACCELERATE"};

// Nothing of a listing is logged as it came: it may be anything, and quote what is secret.
std::string_view shown(std::string_view type) {
  const auto* const known = std::ranges::find(types, type);
  return known == types.end() ? "of a type unknown here" : *known;
}

}  // namespace

plan_checks::check plan_checks::made_for(const endpoint_settings& of) const {
  check c;
  c.endpoint = of.name;
  if (!of.verify_plans) return c;
  const std::string& standard = settings_.endpoints.front().name;
  for (const plan_settings& plan : settings_.plans)
    if ((plan.endpoint.empty() ? standard : plan.endpoint) == of.name) c.missing.insert(plan.uuid);
  c.plans = c.missing.size();
  return c;
}

bool plan_checks::begin(std::size_t endpoint, const endpoint_settings& of) {
  check wanted = made_for(of);
  const auto known = checks_.find(endpoint);
  const bool asked = known != checks_.end() && known->second.asked;
  wanted.asked = asked;
  wanted.superseded = asked;
  if (wanted.plans == 0 && !asked) {
    checks_.erase(endpoint);
    return false;
  }
  checks_.insert_or_assign(endpoint, std::move(wanted));
  return !asked;
}

http_request plan_checks::next_request(std::size_t endpoint) {
  check& c = checks_.at(endpoint);
  c.asked = true;
  return can::list_plans(types[c.type], c.page, page_size);
}

std::optional<milliseconds> plan_checks::ended(std::size_t endpoint, const call_answer& answer) {
  check& c = checks_.at(endpoint);
  c.asked = false;
  if (std::exchange(c.superseded, false)) {
    if (c.plans > 0) return milliseconds(0);
    checks_.erase(endpoint);
    return std::nullopt;
  }
  const verdict& v = answer.ended;
  if (v.kind != verdict_kind::accepted)
    return failed(endpoint, v.message.empty() ? "the list was refused" : v.message, v.kind == verdict_kind::rejected);
  const auto page = can::read_plan_page(answer.listing);
  if (!page) return failed(endpoint, page.error().message, true);

  c.tries = 0;
  for (const can::plan_entry& plan : page->plans) {
    const auto wanted = c.missing.find(plan.id);
    if (wanted == c.missing.end()) continue;
    const std::string_view type = plan.materialize_type.empty() ? types[c.type] : std::string_view(plan.materialize_type);
    if (type == types.front())
      c.missing.erase(wanted);
    else
      c.other[plan.id] = shown(type);
  }
  if (page->has_next && ++c.page > pages_max)
    return failed(endpoint, "the list did not end after " + std::to_string(pages_max) + " pages", true);
  if (page->has_next) return milliseconds(0);
  if (!c.missing.empty() && c.type + 1 < types.size()) {
    ++c.type;
    c.page = 1;
    return milliseconds(0);
  }
  tell(c);
  checks_.erase(endpoint);
  return std::nullopt;
}

std::optional<milliseconds> plan_checks::failed(std::size_t endpoint, const std::string& why, bool is_final) {
  check& c = checks_.at(endpoint);
  if (!is_final && ++c.tries < tries_max) return backoff_ceiling(settings_.retry, c.tries);
  log_.emit({severity::warning,
             event_name::endpoint_plans_unlisted,
             "endpoint " + c.endpoint + ": its plans could not be verified: " + why + "; marks are pushed all the same",
             {{"endpoint", c.endpoint}, {"reason", why}}});
  checks_.erase(endpoint);
  return std::nullopt;
}

void plan_checks::tell(const check& c) const {
  if (c.missing.empty()) {
    log_.emit({severity::info,
               event_name::endpoint_plans_verified,
               "endpoint " + c.endpoint + " knows all configured plans as EXTERNAL",
               {{"endpoint", c.endpoint}, {"plans", static_cast<std::int64_t>(c.plans)}}});
    return;
  }
  std::size_t told = 0;
  for (const std::string& plan : c.missing) {
    if (++told > warnings_max) break;
    const auto other = c.other.find(plan);
    const std::string found = other == c.other.end() ? "is not known" : "is " + other->second + ", not EXTERNAL";
    log_.emit({severity::warning,
               event_name::plan_unverified,
               "plan " + plan + " " + found + " at endpoint " + c.endpoint + ": correct the uuid or the endpoint in the configuration" +
                   (told == warnings_max && c.missing.size() > warnings_max
                        ? " (and " + std::to_string(c.missing.size() - warnings_max) + " more like it)"
                        : ""),
               {{"plan", plan}, {"endpoint", c.endpoint}, {"type", other == c.other.end() ? std::string() : other->second}}});
  }
}

}  // namespace partmark
