// partmarkd's command line (DESIGN §4.2).
#pragma once

#include "core/clock.hpp"

#include <optional>
#include <string>
#include <variant>

namespace partmark {

struct daemon_options {
  std::string config_path = "/etc/partmark/partmarkd.yaml";
  bool once = false;
  std::optional<milliseconds> deadline;  // only with once
  bool check_config = false;
};

// The options, or the exit code when there is nothing to run: --help, --version (0) or wrong usage (2), already told to the user.
[[nodiscard]] std::variant<daemon_options, int> parse_options(int argc, char** argv);

}  // namespace partmark
