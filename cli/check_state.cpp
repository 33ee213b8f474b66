// state check: what contradicts what in state.db, and between it and the journal.
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/json_writer.hpp"
#include "cli/stores.hpp"

#include <utility>

namespace partmark {
namespace {

struct findings {
  bool has_state = false;
  journal_position folded;
  journal_ends journal;
  std::vector<std::string> problems;
  int exit_code = exit_fine;
};

// A file that cannot be read because it is damaged is what this command is there to say.
result<void> note(findings& into, const error& e) {
  if (e.code != errc::corrupt && e.code != errc::newer_version && e.code != errc::identity) return e;
  into.problems.push_back(e.message);
  into.exit_code = e.code == errc::corrupt ? exit_trouble : exit_configuration;
  return {};
}

result<void> check_state_file(const config::settings& settings, findings& into) {
  auto state = open_state(settings);
  if (!state) {
    into.has_state = true;
    return note(into, state.error());
  }
  if (!*state) return {};
  into.has_state = true;
  auto problems = (*state)->check();
  if (!problems) return note(into, problems.error());
  if (!problems->empty()) {
    into.problems = std::move(*problems);
    into.exit_code = exit_trouble;
    return {};
  }
  auto summary = (*state)->summary();
  if (!summary) return note(into, summary.error());
  into.folded = summary->position;
  return {};
}

result<findings> look(const config::settings& settings) {
  findings found;
  if (auto done = check_state_file(settings, found); !done) return done.error();
  if (!found.problems.empty()) return found;
  // After the state: records that come meanwhile only add to the journal.
  found.journal = find_journal_ends(settings.journal.path, found.folded);
  if (found.journal.trouble)
    if (auto done = note(found, *found.journal.trouble); !done) return done.error();
  return found;
}

std::string json_of(const findings& found, const config::settings& settings) {
  json_writer json(false);
  json.object().member("fine", found.problems.empty());
  json.key("state").object().member("present", found.has_state).member("path", settings.state.path).end();
  json.key("journal").object().member("present", found.journal.present).member("path", settings.journal.path);
  json.member("last_seq", found.journal.last_seq).member("folded_seq", found.folded.plans.folded_seq);
  json.member("table_last_seq", found.journal.table_last_seq).member("table_folded_seq", found.folded.tables.folded_seq).end();
  json.key("problems").array();
  for (const std::string& problem : found.problems) json.value(problem);
  json.end().end();
  return std::move(json).finish();
}

// Where tables alone are recorded, of them alone.
std::string folded_text(const findings& found) {
  const auto part = [](std::string_view kind, std::int64_t folded, std::int64_t last) {
    return std::string(kind) + " " + std::to_string(folded) + " of " + std::to_string(last);
  };
  const std::string plans = part("record", found.folded.plans.folded_seq, found.journal.last_seq);
  if (found.journal.table_last_seq == 0) return plans;
  const std::string tables = part("table record", found.folded.tables.folded_seq, found.journal.table_last_seq);
  return found.journal.last_seq == 0 ? tables : plans + " and " + tables;
}

std::string page_of(const findings& found, const config::settings& settings) {
  std::string page;
  for (const std::string& problem : found.problems) page += problem + "\n";
  if (!page.empty()) {
    if (found.exit_code == exit_trouble) page += "`partmark state rebuild` makes the state anew from the journal.\n";
    return page;
  }
  if (!found.has_state) return settings.state.path + ": there is no state yet: partmarkd has not run with this state.path\n";
  page = settings.state.path + ": nothing contradicts anything\n";
  if (!found.journal.present) return page + settings.journal.path + ": there is no journal to compare with\n";
  return page + settings.journal.path + ": folded up to " + folded_text(found) + "\n";
}

}  // namespace

int run(const check_state_options& o, session& s) {
  const auto found = look(s.settings());
  if (!found) return s.trouble(found.error());
  s.out().write(o.json ? json_of(*found, s.settings()) : page_of(*found, s.settings()));
  return found->exit_code;
}

}  // namespace partmark
