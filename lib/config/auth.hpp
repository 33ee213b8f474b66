// The auth section of an endpoint: which of its keys belong together, and where its secrets come from. Internal to lib/config; opens the
// secrets' files when the options ask for it.
#pragma once

#include "config/schema.hpp"

#include <string>

namespace partmark::config {

[[nodiscard]] field<endpoint_settings> auth_section();

// Whether the endpoint carries something that must not be overheard or read in the file.
[[nodiscard]] bool has_secret(const auth_settings& auth);

}  // namespace partmark::config
