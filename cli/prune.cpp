// prune: old records that are folded leave the journal.
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/json_writer.hpp"
#include "cli/pruning.hpp"
#include "cli/stores.hpp"
#include "cli/time_text.hpp"
#include "config/duration.hpp"
#include "daemon/system_clock.hpp"

#include <utility>

namespace partmark {
namespace {

result<void> check_identity(const std::string& path, const journal_position& folded) {
  auto file = open_history(path);
  if (!file) return file.error();
  return *file ? (*file)->file().verify(folded) : result<void>();
}

std::string size_text(std::int64_t bytes) {
  constexpr std::int64_t mebibyte = 1 << 20;
  if (bytes >= mebibyte) return grouped(bytes / mebibyte) + " MiB";
  return grouped(bytes / 1024) + " KiB";
}

void json_of(json_writer& json, const char* name, const pruned_table& t) {
  json.key(name).object().member("records", t.records).member("through_seq", t.through).end();
}

std::string json_of(const prune_outcome& o, const prune_options& options, const prune_age& age, const journal_space& space) {
  json_writer json(false);
  json.object().member("dry_run", options.dry_run).member("before", age.before);
  json_of(json, "plans", o.of(journal_table_kind::plans));
  json_of(json, "tables", o.of(journal_table_kind::tables));
  json.member("freed_bytes", o.freed_bytes).member("file_bytes", space.file_bytes).member("unused_bytes", space.unused_bytes);
  json.member("shrinks", space.shrinks).end();
  return std::move(json).finish();
}

std::string text_of(const prune_outcome& o, const prune_options& options, const journal_space& space) {
  const std::string what = counted(o.records(), "record", "records") + " older than " + options.older_than;
  if (options.dry_run) return what + " would be dropped; nothing was changed\n";
  std::string text = what + (o.records() == 1 ? " was dropped" : " were dropped");
  if (o.freed_bytes > 0) text += "; the journal's file is " + size_text(o.freed_bytes) + " smaller: " + size_text(space.file_bytes);
  text += "\n";
  if (!space.shrinks && space.unused_bytes > 0)
    text += size_text(space.unused_bytes) +
            " in the file are free for new records, but it cannot become smaller, because an older partmark made it:"
            " docs/journal.md, \"Pruning\", says how to change that\n";
  return text;
}

}  // namespace

int run(const prune_options& options, session& s) {
  const auto older_than = config::parse_duration(options.older_than);
  if (!older_than) return s.usage("--older-than: " + older_than.error().message);
  const config::settings& settings = s.settings();
  auto state = open_state(settings);
  if (!state) return s.trouble(state.error());
  if (!*state)
    return s.trouble(
        {errc::not_found,
         settings.state.path + ": there is no state yet: no record was folded, so none may go. Nothing was pruned; start partmarkd"});
  auto journal = journal_pruner::open(settings.journal.path);
  if (!journal) return s.trouble(journal.error());
  const auto folded = (*state)->progress();
  if (!folded) return s.trouble(folded.error());
  if (auto same = check_identity(settings.journal.path, folded->position); !same) return s.trouble(same.error());

  const system_time t = clock_now().system;
  const prune_age age{t - *older_than, t};
  pruning work(**journal, **state, age, s);
  if (auto may = work.check(); !may) return s.trouble(may.error());
  result<void> done;
  prune_outcome outcome;
  if (options.dry_run) {
    const auto would = work.rehearse();
    if (!would) return s.trouble(would.error());
    outcome = *would;
  } else {
    done = work.run();
    outcome = work.outcome();
  }
  const auto space = (*journal)->space();
  if (!space) return s.trouble(done ? space.error() : done.error());
  s.out().write(options.json ? json_of(outcome, options, age, *space) : text_of(outcome, options, *space));
  if (!done) return s.trouble({done.error().code, done.error().message + "; what was dropped until then stays dropped: prune again"});
  return exit_fine;
}

}  // namespace partmark
