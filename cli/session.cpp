#include "cli/session.hpp"

#include "cli/exit_code.hpp"
#include "config/load.hpp"

#include <utility>

namespace partmark {

const config::settings& session::settings() {
  if (!settings_) {
    auto loaded = config::load(config_path_, {.resolve_secrets = false, .credentials_directory = {}});
    if (!loaded) throw configuration_failure(std::move(loaded.error().messages));
    settings_ = std::move(loaded->values);
  }
  return *settings_;
}

int session::trouble(const error& e) {
  err_.write("partmark: " + e.message + "\n");
  return e.code == errc::identity || e.code == errc::newer_version ? exit_configuration : exit_trouble;
}

int session::usage(std::string_view message) {
  err_.write("partmark: ");
  err_.write(message);
  err_.write("\n");
  return exit_usage;
}

}  // namespace partmark
