// state rebuild: a new state.db, folded from the journal by the daemon's own loop, in the place of the old one.
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "daemon/loop_settings.hpp"
#include "daemon/system_clock.hpp"
#include "journal/journal_file.hpp"
#include "journal/sqlite_journal.hpp"
#include "reconcile/event_names.hpp"
#include "reconcile/loop.hpp"
#include "state/replace_state.hpp"
#include "state/sqlite_state.hpp"
#include "state/state_lock.hpp"
#include "state/state_reader.hpp"

#include <filesystem>
#include <thread>
#include <utility>
#include <vector>

namespace partmark {
namespace {

constexpr milliseconds patience_max{10'000};

// No machine is in this boot: at its next start the daemon takes everything pending for sent with every mark, as after a power cut
// (DESIGN §5), because calls of the old state's time may still land.
constexpr std::string_view no_boot = "rebuilt";

class no_remote final : public remote {
 public:
  void send(std::uint64_t /*call_id*/, const std::string& /*endpoint*/, call_type /*type*/, http_request /*request*/) override {}
};

// Keeps what went wrong last.
class trouble_log final : public events {
 public:
  std::string last;
  void emit(const event& e) override {
    if (e.name == event_name::journal_unreadable || e.name == event_name::state_unwritable) last = e.message;
  }
};

// The journal whose table records are passed over: the platform hears of no table again.
class plans_only final : public journal {
 public:
  explicit plans_only(journal& source) : source_(source) {}

  result<journal_look> look(const journal_position& folded) override { return source_.look(folded); }
  [[nodiscard]] const std::string& uuid() const override { return source_.uuid(); }
  [[nodiscard]] bool is_pruned() override { return source_.is_pruned(); }
  result<journal_slice> read_plans(const journal_cursor& from, std::size_t limit, plan_sink& sink) override {
    return source_.read_plans(from, limit, sink);
  }
  result<journal_slice> read_tables(const journal_cursor& from, std::size_t limit, table_sink& /*sink*/) override {
    deaf unheard;
    return source_.read_tables(from, limit, unheard);
  }
  result<journal_slice> read_again(std::int64_t after, std::int64_t until, std::size_t limit, const row_filter& wanted,
                                   plan_sink& sink) override {
    return source_.read_again(after, until, limit, wanted, sink);
  }
  result<void> sync() override { return source_.sync(); }

 private:
  class deaf final : public table_sink {
   public:
    void row(const table_row& /*r*/) override {}
  };
  journal& source_;
};

// nullopt: what is there makes no sense, or is of another version.
result<std::optional<stored_state>> read_old(const std::string& path) {
  const auto hopeless = [](const error& e) -> result<std::optional<stored_state>> {
    const bool may_pass =
        e.code == errc::busy || e.code == errc::io || e.code == errc::permission || e.code == errc::exists || e.code == errc::invalid;
    if (may_pass) return e;
    return std::optional<stored_state>();
  };
  auto reader = state_reader::open(path);
  if (!reader) return hopeless(reader.error());
  auto stored = reader->load();
  if (!stored) return hopeless(stored.error());
  return std::optional<stored_state>(std::move(*stored));
}

// What no journal says, and where the tables' records were folded to.
state_changes taken_over(const stored_state& old, bool replay_triggers) {
  state_changes kept;
  for (const std::string& endpoint : old.paused) kept.paused.emplace_back(endpoint, true);
  kept.drift_checked_at = old.drift_checked_at;
  if (replay_triggers) return kept;
  kept.triggers = old.triggers;
  if (old.position.uuid.empty()) return kept;  // a journal that was just adopted: its tables' records are news
  kept.position = journal_position{old.position.uuid, {}, old.position.tables};
  return kept;
}

// How far the records that a rebuild reads were pruned.
result<std::int64_t> pruned_through(const std::string& path, bool replay_triggers) {
  auto file = journal_file::open(path);
  if (!file) return file.error();
  if (*file == nullptr) return error{errc::not_found, path + ": there are no records to rebuild the state from"};
  const auto pruned =
      (*file)->db().query_int64(replay_triggers ? "SELECT max(plans_pruned_through, tables_pruned_through) FROM journal_identity"
                                                : "SELECT plans_pruned_through FROM journal_identity");
  if (!pruned) return pruned.error();
  return pruned->value_or(0);
}

result<void> check_journal(const std::string& path, const std::optional<stored_state>& old, const rebuild_options& options) {
  auto file = journal_file::open(path);
  if (!file) return file.error();
  if (*file == nullptr) return error{errc::not_found, path + ": there are no records to rebuild the state from"};
  if (old)
    if (auto same = (*file)->verify(old->position); !same) return same;
  const auto pruned = pruned_through(path, options.replay_triggers);
  if (!pruned) return pruned.error();
  if (*pruned > 0 && !options.without_pruned)
    return error{errc::invalid, path + ": the records up to " + std::to_string(*pruned) +
                                    " were pruned, and what they said would be forgotten; --without-pruned accepts that"};
  return {};
}

// Runs the loop until everything is folded and stored.
result<journal_position> fold_all(loop& l, const trouble_log& log) {
  steady_time give_up = clock_now().steady + patience_max;
  for (;;) {
    const now t = clock_now();
    const turn next = l.run(t);
    if (next.fatal) return *next.fatal;
    const loop_summary s = l.summary();
    if (!s.behind && l.idle()) return s.position;
    if (next.again) {
      give_up = t.steady + patience_max;
      continue;
    }
    if (t.steady >= give_up) return error{errc::io, log.last.empty() ? "the journal is in use by others all the time" : log.last};
    std::this_thread::sleep_for(milliseconds(2));
  }
}

// Of how many of the old state's plans the new one has not every mark.
std::size_t plans_cut(const stored_state& old, const loop& rebuilt) {
  std::vector<std::int64_t> kept(old.plans.size());
  std::vector<std::int64_t> had(old.plans.size());
  for (const auto& [id, change] : old.marks) {
    const plan_row& was = old.plans[id];
    const plan_state* const is = rebuilt.plans().find(was.uuid);
    if (is && is->book.shape() != was.shape) continue;  // configured otherwise since: its records are folded as they are meant now
    had[id] += change.at.size();
    if (is) is->book.marks().visit(change.at, [&, plan = id](range part, mark) { kept[plan] += part.size(); });
  }
  std::size_t cut = 0;
  for (std::size_t plan = 0; plan < had.size(); ++plan) cut += kept[plan] < had[plan] ? 1U : 0U;
  return cut;
}

result<journal_position> build(const config::settings& settings, const std::optional<stored_state>& old, const rebuild_options& options) {
  const std::string path = building_path(settings.state.path);
  if (auto done = discard_building(settings.state.path); !done) return done.error();
  auto store = sqlite_state::open(path);
  if (!store) return store.error();
  if (old)
    if (auto done = (*store)->commit(taken_over(*old, options.replay_triggers)); !done) return done.error();
  auto stored = (*store)->load();
  if (!stored) return stored.error();
  sqlite_journal whole(settings.journal.path);
  plans_only without_tables(whole);
  const bool reads_tables = old || options.replay_triggers;
  no_remote nobody;
  trouble_log log;
  {
    loop l(reads_tables ? static_cast<journal&>(whole) : without_tables, **store, nobody, log, loop_settings_of(settings), 0);
    l.restore(std::move(*stored), no_boot, clock_now());
    l.drain();
    auto folded = fold_all(l, log);
    if (!folded) return folded.error();
    if (const std::size_t cut = old && !options.without_pruned ? plans_cut(*old, l) : 0; cut > 0)
      return error{errc::invalid, settings.journal.path + ": of " + std::to_string(cut) + (cut == 1 ? " plan" : " plans") +
                                      " it has not every record that the marks of the state came from (another journal was here before, or"
                                      " records are refused now), and these marks would be forgotten; --without-pruned accepts that"};
    if (auto done = sqlite_state::close_whole(std::move(*store)); !done) return done.error();
    return *folded;
  }
}

// Where tables alone are recorded, of them alone.
std::string records_text(const journal_position& folded) {
  const std::string plans = "records up to " + std::to_string(folded.plans.folded_seq);
  if (folded.tables.folded_seq == 0) return plans;
  const std::string tables = "table records up to " + std::to_string(folded.tables.folded_seq);
  return folded.plans.folded_seq == 0 ? tables : plans + " and " + tables;
}

}  // namespace

int run(const rebuild_options& options, session& s) {
  const config::settings& settings = s.settings();
  const std::string& path = settings.state.path;
  auto lock = state_lock::acquire(path);
  if (!lock) return s.trouble(lock.error());
  if (auto done = finish_replacing(path); !done) return s.trouble(done.error());
  const bool is_there = std::filesystem::exists(path);
  const auto old = is_there ? read_old(path) : result<std::optional<stored_state>>(std::nullopt);
  if (!old) return s.trouble(old.error());
  if (auto done = check_journal(settings.journal.path, *old, options); !done) return s.trouble(done.error());
  const auto before = pruned_through(settings.journal.path, options.replay_triggers);
  if (!before) return s.trouble(before.error());
  auto folded = build(settings, *old, options);
  // Records that went while they were being read may be missing.
  if (const auto after = pruned_through(settings.journal.path, options.replay_triggers); folded && !after)
    folded = after.error();
  else if (folded && *after != *before)
    folded = error{errc::busy, settings.journal.path + ": it was pruned meanwhile, and the state was left alone: rebuild again"};
  if (!folded) {
    static_cast<void>(discard_building(path));
    return s.trouble(folded.error());
  }
  const auto backup = replace_state(path);
  if (!backup) return s.trouble(backup.error());
  s.out().write(path + ": rebuilt from the journal's " + records_text(*folded) + "; everything is pushed again when partmarkd starts\n");
  if (!*old && !options.replay_triggers)
    s.out().write(std::string(is_there ? "The old state could not be read" : "There was no state") +
                  ": what was paused or held, and what tables still owed, is forgotten.\n");
  if (is_there) s.out().write("The old state is kept as " + *backup + "\n");
  return exit_fine;
}

}  // namespace partmark
