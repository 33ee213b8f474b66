#include "daemon/options.hpp"

#include "config/duration.hpp"

#include <CLI/CLI.hpp>

namespace partmark {
namespace {

std::string check_duration(const std::string& text) {
  const auto d = config::parse_duration(text);
  return d ? std::string() : d.error().message;
}

}  // namespace

std::variant<daemon_options, int> parse_options(int argc, char** argv) {
  daemon_options options;
  std::string deadline;
  CLI::App app{"Keeps a metrics platform's partition metadata true: folds the job journal and pushes partition marks until accepted."};
  app.name("partmarkd");
  app.set_version_flag("--version", "partmarkd " PARTMARK_VERSION);
  app.add_option("--config", options.config_path, "Configuration file")->capture_default_str();
  app.add_flag("--check-config", options.check_config,
               "Say whether the configuration is right (exit 0) or everything that is wrong with it (exit 78)");
  auto* once =
      app.add_flag("--once", options.once,
                   "Fold and push what is there, try held partitions once, then exit: 0 all accepted, 1 something is held or was rejected, "
                   "75 still pending at the deadline");
  app.add_option("--deadline", deadline, "How long --once may take, for example 30s or 5m; without it, it waits")
      ->needs(once)
      ->check(check_duration, "DURATION");
  app.footer(
      "Exit codes: 0 fine, 1 held or rejected (--once), 2 usage, 75 not finished in time (--once), 78 configuration or journal identity.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  if (!deadline.empty()) options.deadline = config::parse_duration(deadline).value();
  return options;
}

}  // namespace partmark
