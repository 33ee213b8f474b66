// The command line of `partmark`, understood (DESIGN §4.2): one struct a command. Values.
#pragma once

#include "core/clock.hpp"
#include "reconcile/control.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace partmark {

struct init_options {};

struct record_options {
  std::optional<std::string> plan;
  std::optional<std::string> granularity;
  std::optional<std::string> first;
  std::optional<std::string> last;
  std::optional<std::string> table;
  std::optional<std::string> partition;
  std::optional<std::string> outcome;  // absent only with from_systemd
  std::optional<std::string> run_type;
  std::optional<std::string> job;
  std::optional<std::string> key;
  bool full_refresh = false;
  bool from_systemd = false;
  bool verbose = false;
  bool json = false;
};

enum class import_format : std::uint8_t { ndjson, csv };

struct import_options {
  std::string file = "-";  // "-": standard input
  std::optional<import_format> format;
  bool dry_run = false;
  bool json = false;
};

struct status_options {
  bool json = false;
  bool watch = false;
  std::string interval = "2s";  // between two drawings; a duration, not checked yet
};

struct plans_options {
  bool json = false;
};

struct show_options {
  std::string plan;
  bool json = false;
  bool all = false;
};

struct explain_options {
  std::string plan;
  std::optional<std::string> partition;  // absent only for a full refresh
  bool json = false;
};

struct preview_options {
  std::optional<std::string> plan;
  bool json = false;  // on one line; JSON it is anyway
};

struct pending_options {
  bool json = false;
};

struct held_options {
  bool json = false;
};

struct rejected_options {
  bool json = false;
};

// retry, resync, refold, pause, resume, drift.
struct control_options {
  control_command command;
  bool json = false;
};

struct prune_options {
  std::string older_than;  // a duration, not checked yet
  bool dry_run = false;
  bool json = false;
};

struct adopt_journal_options {};

struct check_state_options {
  bool json = false;
};

struct rebuild_options {
  bool replay_triggers = false;
  bool without_pruned = false;
};

using command_options = std::variant<init_options, record_options, import_options, status_options, plans_options, show_options,
                                     explain_options, preview_options, pending_options, held_options, rejected_options, control_options,
                                     prune_options, adopt_journal_options, check_state_options, rebuild_options>;

struct command_line {
  std::string config_path;
  command_options command;
};

// The options, or the exit code when there is nothing to run: --help, --version (0) or wrong usage (2), already told to the user.
[[nodiscard]] std::variant<command_line, int> parse_command_line(int argc, char** argv);

}  // namespace partmark
