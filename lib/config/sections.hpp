// The whole file as a schema: every key, its rule and its place in `settings`. Internal to lib/config.
#pragma once

#include "config/schema.hpp"

namespace partmark::config {

[[nodiscard]] const schema<settings>& file_schema();

}  // namespace partmark::config
