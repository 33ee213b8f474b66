// What the model holds, as JSON and back: for GET /_control/state and for --state FILE.
#include "can_simulator/can_model.hpp"
#include "can_simulator/civil.hpp"

#include <boost/json.hpp>

namespace partmark::testing {
namespace {

namespace json = boost::json;

json::array ranges_json(const simulated_plan& plan, partition_state state) {
  json::array list;
  for (const partition_book::run& r : plan.book.runs())
    if (r.state == state) list.push_back({{"first", start_of(*plan.unit, r.first)}, {"last", start_of(*plan.unit, r.last)}});
  return list;
}

json::object plan_json(const simulated_plan& plan) {
  json::object o{{"kind", plan.unit ? "partitioned" : "full_refresh"},
                 {"granularity", nullptr},
                 {"name", plan.name},
                 {"materializeType", plan.materialize_type},
                 {"success", json::array()},
                 {"failed", json::array()},
                 {"refreshes", plan.refreshes},
                 {"updates", plan.updates},
                 {"clears", plan.clears},
                 {"runType", plan.run_type}};
  if (plan.unit) {
    o["granularity"] = name_of(*plan.unit);
    o["success"] = ranges_json(plan, partition_state::success);
    o["failed"] = ranges_json(plan, partition_state::failed);
  }
  return o;
}

void restore_ranges(simulated_plan& plan, const json::value& list, partition_state state) {
  for (const json::value& r : list.as_array()) {
    const auto first = partition_at(*plan.unit, r.at("first").as_string());
    const auto last = partition_at(*plan.unit, r.at("last").as_string());
    plan.book.mark(first.value(), last.value(), state);
  }
}

}  // namespace

json::object can_model::to_json() const {
  json::object plans;
  for (const auto& [uuid, plan] : plans_) plans[uuid] = plan_json(plan);
  json::array triggers;
  for (const auto& [what, times] : triggers_) triggers.push_back({{"table", what.first}, {"partition", what.second}, {"times", times}});
  json::object tokens;
  for (const auto& [token, dies_at] : tokens_) tokens[token] = dies_at;
  json::object calls;
  for (const auto& [name, times] : calls_) calls[name] = times;
  json::array violations;
  for (const std::string& what : violations_) violations.push_back(json::value(what));
  return {{"plans", std::move(plans)},
          {"triggers", std::move(triggers)},
          {"tokens", std::move(tokens)},
          {"tokens_made", tokens_made_},
          {"calls", std::move(calls)},
          {"violations", std::move(violations)},
          {"violations_dropped", violations_dropped_}};
}

void can_model::restore(const json::object& state) {
  forget();
  for (const auto& [uuid, o] : state.at("plans").as_object()) {
    const json::value& unit = o.at("granularity");
    simulated_plan& plan = define_plan(uuid, unit.is_null() ? std::nullopt : unit_named(unit.as_string()));
    plan.name = o.at("name").as_string();
    plan.materialize_type = o.at("materializeType").as_string();
    if (plan.unit) {
      restore_ranges(plan, o.at("success"), partition_state::success);
      restore_ranges(plan, o.at("failed"), partition_state::failed);
    }
    plan.refreshes = o.at("refreshes").as_int64();
    plan.updates = o.at("updates").as_int64();
    plan.clears = o.at("clears").as_int64();
    plan.run_type = o.at("runType").as_string();
  }
  for (const json::value& t : state.at("triggers").as_array())
    triggers_[{std::string(t.at("table").as_string()), std::string(t.at("partition").as_string())}] = t.at("times").as_int64();
  for (const auto& [token, dies_at] : state.at("tokens").as_object()) tokens_[token] = dies_at.as_int64();
  tokens_made_ = state.at("tokens_made").as_int64();
  for (const auto& [name, times] : state.at("calls").as_object()) calls_[name] = times.as_int64();
  for (const json::value& what : state.at("violations").as_array()) violations_.emplace_back(what.as_string());
  violations_dropped_ = state.at("violations_dropped").as_int64();
}

}  // namespace partmark::testing
