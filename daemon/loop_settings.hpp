// What the reconciliation loop takes from the configuration. Apart from the daemon's other maps, because `partmark preview` runs the loop
// too and needs neither HTTP nor logs.
#pragma once

#include "config/settings.hpp"
#include "reconcile/settings.hpp"

#include <optional>
#include <string>

namespace partmark {

[[nodiscard]] loop_settings loop_settings_of(const config::settings& s);

[[nodiscard]] std::string url_text(const config::endpoint_url& url);

// nullopt: the plan's first record is to fix it.
[[nodiscard]] std::optional<plan_shape> configured_shape(const config::plan_settings& plan);

}  // namespace partmark
