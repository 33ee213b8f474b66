#include "cli/plan_names.hpp"

namespace partmark {

const config::plan_settings* plan_names::find(std::string_view uuid) const {
  for (const auto& plan : settings_.plans)
    if (plan.uuid == uuid) return &plan;
  return nullptr;
}

std::string_view plan_names::uuid_of(std::string_view given) const {
  if (find(given) != nullptr) return given;
  for (const auto& plan : settings_.plans)
    if (plan.name == given && !given.empty()) return plan.uuid;
  return given;
}

std::string_view plan_names::name_of(std::string_view uuid) const {
  const auto* plan = find(uuid);
  return plan == nullptr ? std::string_view() : std::string_view(plan->name);
}

std::string_view plan_names::endpoint_of(std::string_view uuid) const {
  const auto* plan = find(uuid);
  if (plan != nullptr && !plan->endpoint.empty()) return plan->endpoint;
  return settings_.endpoints.empty() ? std::string_view() : std::string_view(settings_.endpoints.front().name);
}

std::string_view plan_names::endpoint_of_table(std::string_view table) const {
  for (const auto& known : settings_.tables)
    if (known.name == table && !known.endpoint.empty()) return known.endpoint;
  return endpoint_of({});
}

std::string plan_names::title_of(std::string_view uuid) const {
  const std::string_view name = name_of(uuid);
  if (name.empty()) return std::string(uuid);
  return std::string(name) + " (" + std::string(uuid) + ")";
}

}  // namespace partmark
