// What no single key can tell: names that must exist or be unique, values that must agree, and settings that are allowed and dangerous.
// Internal to lib/config; opens TLS files when the options ask for it.
#pragma once

#include "config/reading.hpp"
#include "config/settings.hpp"

namespace partmark::config {

// Adds problems to `r` and fills in what follows from other keys: the endpoint of plans and tables, the kind of a plan with a granularity.
void check_whole(reading& r, settings& all);

// Adds warnings to `r`. For settings without problems.
void warn_of_dangers(reading& r, const settings& all);

}  // namespace partmark::config
