// Which plans the platform lists, and what the daemon makes of its lists where it is to verify its plans (CAN_API.md §4).
#include "reconcile/event_names.hpp"
#include "support/contract.hpp"
#include "world.hpp"

#include <algorithm>
#include <array>

namespace partmark::testing {
namespace {

const std::string& said_of(const event& e, std::string_view key) {
  const auto field = std::ranges::find(e.fields, key, &event_field::key);
  require(field != e.fields.end(), "an event has its documented fields");
  return std::get<std::string>(field->value);
}

}  // namespace

// A stream of their own: worlds in which nobody asks are as they would be without.
void world::draw_plan_lists() {
  static constexpr std::array kinds{plan_list::result, plan_list::accelerate, plan_list::none};
  dice chance(wish_.seed, 900);
  const bool are_known = chance.chance(40);
  for (platform_plan& plan : platform_.plans)
    if (!are_known && chance.chance(30)) plan.listed = chance.pick(kinds);
  for (endpoint_settings& e : settings_.endpoints) e.verify_plans = chance.chance(5);
}

std::set<std::string> world::configured_plans(const std::string& endpoint, bool only_not_external) const {
  std::set<std::string> found;
  for (std::size_t i = 0; i < plans_.size(); ++i)
    for (const plan_settings& p : settings_.plans)
      if (p.uuid == plans_[i].uuid && (p.endpoint.empty() ? settings_.endpoints.front().name : p.endpoint) == endpoint &&
          (!only_not_external || platform_.plans[i].listed != plan_list::external))
        found.insert(p.uuid);
  return found;
}

// Hears what the loop says of its plans' lists.
void world::heard(const event& e) {
  if (e.name == event_name::endpoint_plans_unlisted) {
    story_.add(tally::plans_unlisted);
    unlisted_.insert(said_of(e, "endpoint"));
  }
  if (e.name == event_name::endpoint_plans_verified) {
    story_.add(tally::plans_verified);
    const std::string& endpoint = said_of(e, "endpoint");
    require(configured_plans(endpoint, true).empty(), "only plans that are EXTERNAL are called so");
    verified_.insert(endpoint);
  }
  if (e.name != event_name::plan_unverified) return;
  story_.add(tally::plans_unverified);
  const std::string& endpoint = said_of(e, "endpoint");
  const std::string& uuid = said_of(e, "plan");
  require(configured_plans(endpoint, true).contains(uuid), "only a configured plan that is not EXTERNAL is warned of");
  const auto plan = std::ranges::find(plans_, uuid, &inhabitant::uuid);
  const plan_list listed = platform_.plans[static_cast<std::size_t>(plan - plans_.begin())].listed;
  require(said_of(e, "type") == (listed == plan_list::none ? "" : name_of(listed)), "a plan is told as what the platform lists it");
  unverified_[endpoint].insert(uuid);
}

// Whether it has told what became of the plans that are configured for an endpoint.
bool world::is_told(const endpoint_settings& e) const {
  constexpr std::size_t warnings_max = 20;
  if (!e.verify_plans || unlisted_.contains(e.name) || configured_plans(e.name, false).empty()) return true;
  const std::set<std::string> missing = configured_plans(e.name, true);
  if (missing.empty()) return verified_.contains(e.name);
  const auto told = unverified_.find(e.name);
  return told != unverified_.end() && (told->second == missing || missing.size() > warnings_max);
}

// Once the faults have stopped, every endpoint that is to verify its plans does so.
void world::check_plan_lists() {
  const auto are_told = [this] { return std::ranges::all_of(settings_.endpoints, [this](const auto& e) { return is_told(e); }); };
  pass_until(clock_ + std::chrono::minutes(10), are_told);
  require(are_told(), "what an endpoint lists of its configured plans is told in bounded time");
  for (std::size_t i = 0; i < senders_.size(); ++i)  // who has to wait for a token may give up
    require(senders_[i].uses_token || !unlisted_.contains(settings_.endpoints[i].name), "a platform that answers is not given up");
}

// Another start or configuration: the lists are asked for anew.
void world::forget_plan_lists() {
  verified_.clear();
  unverified_.clear();
  unlisted_.clear();
}

}  // namespace partmark::testing
