// What a comparison with the platform's own list found, as a page for people. Pure; owned by `partmark drift`.
#pragma once

#include "cli/plan_names.hpp"

#include <string>
#include <string_view>

namespace partmark {

// `found` is control_reply::drift. A plan of which nothing is to be said has no line; empty: all agree, or `found` is no such JSON.
[[nodiscard]] std::string drift_text(std::string_view found, const plan_names& names);

}  // namespace partmark
