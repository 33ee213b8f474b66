#include "cli/options.hpp"

#include "cli/exit_code.hpp"
#include "cli/help_text.hpp"
#include "core/text.hpp"

#include <CLI/CLI.hpp>

#include <string_view>
#include <vector>

namespace partmark {
namespace {

constexpr const char* config_path_default = "/etc/partmark/partmarkd.yaml";

// The texts begin and end with a line break, for their own source's sake.
std::string without_frame(std::string_view text) {
  while (text.starts_with('\n')) text.remove_prefix(1);
  while (text.ends_with('\n')) text.remove_suffix(1);
  return std::string(text);
}

// Last first, as CLI11 takes them. It would take the next argument for the value of `--plan=`, which is what a job's empty variable leaves.
std::vector<std::string> arguments(int argc, char** argv) {
  std::vector<std::string> list;
  for (int i = argc - 1; i > 0; --i) {
    std::string_view text(argv[i]);
    if (text.starts_with("--") && text.find('=') == text.size() - 1) {
      list.emplace_back();
      text.remove_suffix(1);
    }
    list.emplace_back(text);
  }
  return list;
}

// One parser run. Each command fills its own struct; the one that was named becomes the result.
class parser {
 public:
  parser() {
    app_.name("partmark");
    app_.description(without_frame(help::program) + "\n");
    app_.footer(without_frame(help::program_footer));
    app_.set_version_flag("--version", "partmark " PARTMARK_VERSION);
    app_.add_option("--config", config_path_, "Configuration file")->envname("PARTMARK_CONFIG")->capture_default_str();
    app_.require_subcommand(1);
    app_.fallthrough();  // --config may follow the command
    app_.failure_message([](const CLI::App* app, const CLI::Error& e) {
      std::string what = e.what();
      // CLI11 misses a command before it minds the word that was none.
      const auto unknown = app->remaining(true);
      if (what == "A subcommand is required")
        what = unknown.empty() ? "a command is missing" : printable(unknown.front()) + ": no such command";
      return "partmark: " + what + "\nRun `partmark --help` or `partmark COMMAND --help`.\n";
    });
    add_init();
    add_record();
    add_import();
    add_reads();
    add_changes();
    add_prune();
    add_state();
  }

  std::variant<command_line, int> parse(int argc, char** argv) {
    try {
      app_.parse(arguments(argc, argv));
    } catch (const CLI::ParseError& e) {
      return app_.exit(e) == 0 ? exit_fine : exit_usage;
    }
    return command_line{config_path_, chosen_};
  }

 private:
  template <class Options>
  CLI::App& add(const char* name, const char* summary, std::string_view explanation, Options& options) {
    CLI::App* command = app_.add_subcommand(name, summary);
    command->footer(without_frame(explanation));
    command->callback([this, &options] { chosen_ = options; });
    return *command;
  }

  // Not CLI11's own optionals: an empty text must stay an empty text, to be refused as one.
  static void add_text(CLI::App& command, const char* name, std::optional<std::string>& to, const char* description, const char* what) {
    command.add_option_function<std::string>(name, [&to](const std::string& text) { to = text; }, description)->type_name(what);
  }

  static void add_json(CLI::App& command, bool& to) { command.add_flag("--json", to, "Write JSON (docs/cli.md)"); }

  void add_init() { add("init", "Make the journal", help::init, init_); }

  void add_record() {
    CLI::App& command = add("record", "Append one completion record to the journal", help::record, record_);
    add_text(command, "--plan", record_.plan, "The plan's uuid", "UUID");
    add_text(command, "--granularity", record_.granularity, "MINUTE, HOUR, DAY, WEEK, MONTH, QUARTER or YEAR", "GRANULARITY");
    add_text(command, "--first", record_.first, "Start of the first partition", "DATE");
    add_text(command, "--last", record_.last, "Start of the last partition; else one partition", "DATE");
    command.add_flag("--full-refresh", record_.full_refresh, "The whole table: no granularity, no dates");
    add_text(command, "--table", record_.table, "A source table: source.`catalog.schema`.table", "TABLE");
    add_text(command, "--partition", record_.partition, "The table's partition", "DATE");
    add_text(command, "--outcome", record_.outcome, "success, failed or cleared", "OUTCOME");
    command.add_flag("--from-systemd", record_.from_systemd, "In ExecStopPost=: outcome of the service");
    add_text(command, "--run-type", record_.run_type, "Backfill type for the platform, such as MANUAL", "TYPE");
    add_text(command, "--job", record_.job, "Who records: helps to find the cause", "JOB");
    add_text(command, "--key", record_.key, "Makes repeating the command harmless", "KEY");
    command.add_flag("--verbose", record_.verbose, "Say what was recorded");
    add_json(command, record_.json);
  }

  void add_import() {
    CLI::App& command = add("import", "Append many records to the journal", help::import, import_);
    command.add_option("FILE", import_.file, "NDJSON or CSV; - is standard input")->capture_default_str();
    command
        .add_option_function<std::string>(
            "--format", [this](const std::string& text) { import_.format = text == "csv" ? import_format::csv : import_format::ndjson; },
            "ndjson or csv; else by the file's name, or ndjson")
        ->check(CLI::IsMember({"ndjson", "csv"}))
        ->type_name("FORMAT");
    command.add_flag("--dry-run", import_.dry_run, "Check every line by itself, record nothing");
    add_json(command, import_.json);
  }

  void add_reads() {
    CLI::App& status = add("status", "Health at a glance", help::status, status_);
    add_json(status, status_.json);
    status.add_flag("--watch", status_.watch, "Draw it again and again, until q");
    status.add_option("--interval", status_.interval, "How long each stays, with --watch")->type_name("DURATION")->capture_default_str();

    add_json(add("plans", "One line a plan", help::plans, plans_), plans_.json);

    CLI::App& show = add("show", "A plan's partitions as a calendar", help::show, show_);
    show.add_option("PLAN", show_.plan, "The plan's uuid or configured name")->required();
    show.add_flag("--all", show_.all, "Draw all rows, not just the last 60");
    add_json(show, show_.json);

    CLI::App& explain = add("explain", "Why a partition is marked as it is", help::explain, explain_);
    explain.add_option("PLAN", explain_.plan, "The plan's uuid or configured name")->required();
    add_text(explain, "PARTITION", explain_.partition, "Start of the partition; none for a full refresh", "DATE");
    add_json(explain, explain_.json);

    CLI::App& preview = add("preview", "The requests that would go out now; sends nothing", help::preview, preview_);
    add_text(preview, "PLAN", preview_.plan, "Only this plan's", "PLAN");
    preview.add_flag("--json", preview_.json, "On one line, on a terminal too");

    add_json(add("pending", "What the remote has still to accept", help::pending, pending_), pending_.json);
    add_json(add("held", "What the remote refused, and why", help::held, held_), held_.json);
    add_json(add("rejected", "Records that cannot be right, and why", help::rejected, rejected_), rejected_.json);
  }

  // A command that changes something.
  CLI::App& add_change(const char* name, const char* summary, std::string_view explanation, control_verb verb, const char* target,
                       const char* target_name) {
    CLI::App& command = *app_.add_subcommand(name, summary);
    command.footer(without_frame(explanation));
    command.callback([this, verb] {
      control_.command.verb = verb;
      chosen_ = control_;
    });
    add_text(command, target_name, control_.command.target, target, target_name);
    add_json(command, control_.json);
    return command;
  }

  // One that takes PLAN or --all, and neither by accident.
  void add_change_of_all(const char* name, const char* summary, std::string_view explanation, control_verb verb, const char* target) {
    CLI::App& command = add_change(name, summary, explanation, verb, target, "PLAN");
    CLI::Option* plan = command.get_option("PLAN");
    plan->excludes(command.add_flag("--all", all_, "Everything"));
    command.callback([this, verb, plan] {
      if (!all_ && plan->count() == 0) throw CLI::RequiredError("PLAN or --all");
      control_.command.verb = verb;
      chosen_ = control_;
    });
  }

  void add_changes() {
    add_change_of_all("retry", "Try now what is held", help::retry, control_verb::retry, "The plan, or a source table");
    add_change_of_all("resync", "Push a plan's whole state again", help::resync, control_verb::resync, "The plan");
    add_change("refold", "Fold a plan anew from its records", help::refold, control_verb::refold, "The plan's uuid", "PLAN")
        .get_option("PLAN")
        ->required();
    add_change("pause", "Stop calls to an endpoint", help::pause, control_verb::pause, "The endpoint; else all", "ENDPOINT");
    add_change("resume", "Let calls to an endpoint go on", help::resume, control_verb::resume, "The endpoint; else all", "ENDPOINT");
    add_change("drift", "Compare with the platform's own list", help::drift, control_verb::drift, "The plan; else all", "PLAN")
        .add_flag("--repair", control_.command.repair, "Push the differences again");
  }

  void add_prune() {
    CLI::App& command = add("prune", "Drop old records that are folded", help::prune, prune_);
    command.add_option("--older-than", prune_.older_than, "How long records stay, such as 90d")->required()->type_name("DURATION");
    command.add_flag("--dry-run", prune_.dry_run, "Say what would go, drop nothing");
    add_json(command, prune_.json);
  }

  void add_state() {
    CLI::App& state = *app_.add_subcommand("state", "What the daemon keeps");
    state.require_subcommand(1);
    CLI::App& check = *state.add_subcommand("check", "Look for contradictions in the state");
    check.footer(without_frame(help::check_state));
    check.callback([this] { chosen_ = check_state_; });
    add_json(check, check_state_.json);
    CLI::App& rebuild = *state.add_subcommand("rebuild", "Make the state anew from the journal");
    rebuild.footer(without_frame(help::rebuild));
    rebuild.callback([this] { chosen_ = rebuild_; });
    rebuild.add_flag("--replay-triggers", rebuild_.replay_triggers, "Tell the platform of every table again");
    rebuild.add_flag("--without-pruned", rebuild_.without_pruned, "Also from a journal that was pruned");
    CLI::App& adopt = *state.add_subcommand("adopt-journal", "Accept a journal that was replaced");
    adopt.footer(without_frame(help::adopt_journal));
    adopt.callback([this] { chosen_ = adopt_journal_options{}; });
  }

  CLI::App app_;
  std::string config_path_ = config_path_default;
  command_options chosen_;
  init_options init_;
  record_options record_;
  import_options import_;
  status_options status_;
  plans_options plans_;
  show_options show_;
  explain_options explain_;
  preview_options preview_;
  pending_options pending_;
  held_options held_;
  rejected_options rejected_;
  control_options control_;
  prune_options prune_;
  check_state_options check_state_;
  rebuild_options rebuild_;
  bool all_ = false;
};

}  // namespace

std::variant<command_line, int> parse_command_line(int argc, char** argv) { return parser().parse(argc, argv); }

}  // namespace partmark
