// From what the configuration file says to what each part of the program takes.
#pragma once

#include "config/settings.hpp"
#include "daemon/loop_settings.hpp"
#include "http/client_settings.hpp"
#include "observe/log.hpp"

namespace partmark {

[[nodiscard]] http::client_settings client_settings_of(const config::endpoint_settings& e);
[[nodiscard]] log_options log_options_of(const config::log_settings& l);

}  // namespace partmark
