#include "state/sqlite_state.hpp"

#include "sql/state_migrations.hpp"
#include "sqlite/migrations.hpp"
#include "sqlite/transaction.hpp"
#include "state/load_state.hpp"
#include "state/replace_state.hpp"
#include "state/schema.hpp"
#include "state/state_files.hpp"

#include <utility>

namespace partmark {
namespace {

constexpr milliseconds patience_at_start{5000};
constexpr mode_t state_mode = 0640;

// A turn that wrote much must not leave a log of that size for good.
constexpr const char* limit_log = "PRAGMA journal_size_limit = 16777216";

// What can still be done about a damaged file.
error with_advice(error e) {
  constexpr const char* advice = "; `partmark state check` says more, and `partmark state rebuild` makes it anew from the journal";
  if (e.code == errc::corrupt && e.message.find("partmark state") == std::string::npos) e.message += advice;
  return e;
}

result<void> advised(result<void> done) { return done ? done : result<void>(with_advice(done.error())); }

// At most so many KiB, taken as they are needed: a batch of half a million rows then spills little before it commits.
constexpr const char* page_cache = "PRAGMA cache_size = -8192";

// Debian's SQLite overwrites what is deleted. Nothing here is secret (invariant 8), and every call deletes its intent.
constexpr const char* plain_delete = "PRAGMA secure_delete = OFF";

// As many as SQLite itself leaves before it checkpoints; and how many more may come while the thread is at it.
constexpr int log_frames_kept = 1000;
constexpr int log_frames_max = 8000;

result<void> prepare_file(sqlite::connection& file) {
  const auto stage = examine_state(file);
  if (!stage) return stage.error();
  if (auto done = file.use_wal(patience_at_start); !done) return done;
  if (auto done = file.set_synchronous(sqlite::synchronous::normal); !done) return done;
  if (auto done = file.set_persistent_wal(true); !done) return done;
  if (auto done = file.execute(limit_log); !done) return done;
  if (auto done = file.execute(page_cache); !done) return done;
  if (auto done = file.execute(plain_delete); !done) return done;
  if (*stage == state_stage::current) return {};
  return sqlite::migrate(file, sql::state_migrations);
}

}  // namespace

result<std::unique_ptr<sqlite_state>> sqlite_state::open(const std::string& path) {
  if (auto done = finish_replacing(path); !done) return done.error();
  if (auto made = make_if_absent(path, state_mode); !made) return made.error();
  auto file = sqlite::connection::open(path, sqlite::open_mode::read_write, patience_at_start);
  if (!file) return file.error();
  if (auto done = prepare_file(*file); !done) return with_advice(done.error());
  auto statements = state_statements::prepare(*file);
  if (!statements) return with_advice(statements.error());
  if (auto done = file->set_busy_timeout(milliseconds(0)); !done) return done.error();
  return std::unique_ptr<sqlite_state>(new sqlite_state(std::move(*file), std::move(*statements)));
}

result<stored_state> sqlite_state::load() {
  auto loaded = load_state(file_);
  if (!loaded) return with_advice(loaded.error());
  return loaded;
}

result<stored_state> sqlite_state::load(stored_rows& rows) {
  auto loaded = load_state(file_, rows);
  if (!loaded) return with_advice(loaded.error());
  return loaded;
}

result<void> sqlite_state::commit(const state_changes& changes) {
  if (changes.empty()) return {};
  auto done = commit_durably_or_not(changes);
  if (done && checkpointer_) tend_log();
  return done;
}

result<void> sqlite_state::commit_durably_or_not(const state_changes& changes) {
  if (!changes.boot_id && !changes.durable) return advised(commit_batch(changes));
  // Were this lost, the next boot would not suspect the calls that follow from it (DESIGN §5).
  if (auto done = file_.set_synchronous(sqlite::synchronous::full); !done) return done;
  auto done = commit_batch(changes);
  static_cast<void>(file_.set_synchronous(sqlite::synchronous::normal));  // what is stored is; commits are slower until it succeeds
  return advised(done);
}

result<void> sqlite_state::commit_batch(const state_changes& changes) {
  auto scope = sqlite::transaction::begin(file_, sqlite::transaction_kind::immediate);
  if (!scope) return scope.error();
  auto done = statements_.apply(changes);
  if (done) done = scope->commit();
  if (!done) statements_.forget();
  return done;
}

result<void> sqlite_state::checkpoint_beside() {
  auto started = checkpointer::start(file_.path());
  if (!started) return started.error();
  checkpointer_ = std::move(*started);
  file_.take_over_checkpoints();
  return {};
}

// The thread does most of it. What was committed meanwhile is left to a commit, or the log would never come to an end, and never begin
// anew: little by then, and most of its pages are synced.
void sqlite_state::tend_log() {
  const int frames = file_.log_frames();
  if (frames < log_frames_kept) return;
  if (checkpointer_->busy()) {
    if (frames >= log_frames_max) static_cast<void>(file_.checkpoint());
    return;
  }
  if (std::exchange(checkpoint_begun_, !checkpoint_begun_))
    static_cast<void>(file_.checkpoint());
  else
    checkpointer_->begin();
}

result<void> sqlite_state::make_durable() { return file_.sync_wal(); }

result<void> sqlite_state::close_whole(std::unique_ptr<sqlite_state> store) {
  sqlite::connection& file = store->file_;
  if (auto done = file.set_persistent_wal(false); !done) return done;
  const auto blocked = file.query_int64("PRAGMA wal_checkpoint(TRUNCATE)");
  if (!blocked) return blocked.error();
  if (*blocked != 0) return error{errc::busy, file.path() + ": another process reads it; try again"};
  return {};
}

}  // namespace partmark
