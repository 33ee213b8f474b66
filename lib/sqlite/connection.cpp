#include "sqlite/connection.hpp"

#include "sqlite/failure.hpp"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <limits>
#include <thread>

namespace partmark::sqlite {
namespace {

int open_flags(open_mode mode) {
  // No mutex: a connection belongs to one thread.
  constexpr int common = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  switch (mode) {
    case open_mode::read_only:
      return common | SQLITE_OPEN_READONLY;
    case open_mode::read_write:
      return common | SQLITE_OPEN_READWRITE;
    case open_mode::read_write_create:
      return common | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  }
  return common;
}

// Its statistics of memory, which nobody reads here, cost a lock at each allocation. Only before SQLite's first use: where somebody else
// was first, they stay.
void without_memory_statistics() {
  static const int once = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(once);
}

// How SQLite waits for another's lock. Its own waiting soon looks only every 100 ms, and beside a writer that comes back at once it hardly
// ever meets the moment in which the lock is free; this looks about every millisecond. `patience`: how often, as a number in a pointer.
int wait_a_little(void* patience, int waits) {
  if (waits >= static_cast<int>(reinterpret_cast<std::intptr_t>(patience))) return 0;
  std::this_thread::sleep_for(milliseconds(1));
  return 1;
}

}  // namespace

void connection::closer::operator()(sqlite3* db) const {
  const int code = sqlite3_close(db);
  assert(code == SQLITE_OK && "a statement outlived its connection");
  static_cast<void>(code);
}

connection& connection::operator=(connection&& other) noexcept {
  if (this != &other) {
    often_run_.reset();  // before the handle that they belong to
    handle_ = std::move(other.handle_);
    log_frames_ = std::move(other.log_frames_);
    often_run_ = std::move(other.often_run_);
    path_ = std::move(other.path_);
  }
  return *this;
}

result<connection> connection::open(const std::string& path, open_mode mode, milliseconds busy_timeout) {
  // Both would quietly make a database that is gone at close.
  if (path.empty() || path == ":memory:") return error{errc::invalid, "\"" + path + "\": the path of a database file was expected"};

  without_memory_statistics();
  // Debian's SQLite reads "file:..." as a URI without being asked.
  const std::string plain = path.starts_with("file:") ? "./" + path : path;
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(plain.c_str(), &raw, open_flags(mode), nullptr);
  std::unique_ptr<sqlite3, closer> handle(raw);
  if (code != SQLITE_OK) return failure(raw, code, "open", path);
  if (mode != open_mode::read_only && sqlite3_db_readonly(raw, "main") == 1) return failure(raw, SQLITE_READONLY, "open for writing", path);

  // The journal's file is open to many users: functions that its schema might call must be harmless ones.
  sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  connection opened(std::move(handle), path);
  if (auto set = opened.set_busy_timeout(busy_timeout); !set) return set.error();
  return opened;
}

result<statement> connection::prepare(std::string_view sql) {
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (code != SQLITE_OK) return failure(handle_.get(), code, "read");
  assert(raw != nullptr && "empty SQL");
  return statement(raw);
}

result<statement*> connection::often(often_run_statement which, std::string_view sql) {
  if (!often_run_) often_run_ = std::make_unique<often_run>();
  std::optional<statement>& kept = (*often_run_).*which;
  if (!kept) {
    auto prepared = prepare(sql);
    if (!prepared) return prepared.error();
    kept = std::move(*prepared);
  }
  return &*kept;
}

result<void> connection::run_often(often_run_statement which, std::string_view sql, std::string_view doing) {
  const auto prepared = often(which, sql);
  if (!prepared) return prepared.error();
  sqlite3_stmt* const raw = (*prepared)->handle_.get();
  const int code = sqlite3_step(raw);
  result<void> done = code == SQLITE_DONE ? result<void>() : result<void>(failure(handle_.get(), code, doing));
  sqlite3_reset(raw);
  return done;
}

result<void> connection::execute(const std::string& sql) {
  const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure(handle_.get(), code, "execute");
  return {};
}

result<std::optional<std::int64_t>> connection::query_int64(std::string_view sql) {
  auto prepared = prepare(sql);
  if (!prepared) return prepared.error();
  auto rows = prepared->query();
  const auto row = rows.step();
  if (!row) return row.error();
  return *row ? rows.optional_int64(0) : std::nullopt;
}

result<std::optional<std::string>> connection::query_text(std::string_view sql) {
  auto prepared = prepare(sql);
  if (!prepared) return prepared.error();
  auto rows = prepared->query();
  const auto row = rows.step();
  if (!row) return row.error();
  if (!*row || rows.is_null(0)) return std::optional<std::string>();
  return std::optional<std::string>(rows.text(0));
}

result<void> connection::use_wal(milliseconds patience) {
  constexpr const char* turn = "PRAGMA journal_mode = WAL";
  auto mode = query_text(turn);
  // It reads before it writes, and SQLite's busy handler is not asked where waiting might be for ever.
  for (std::int64_t waits = 0; !mode && mode.error().code == errc::busy && waits < patience.count(); ++waits) {
    std::this_thread::sleep_for(milliseconds(1));
    mode = query_text(turn);
  }
  if (!mode) return mode.error();
  if (*mode != "wal")
    return error{errc::io,
                 path_ + ": this file system or SQLite does not allow WAL (journal mode stays " + mode->value_or("unknown") + ")"};
  return {};
}

result<void> connection::set_synchronous(synchronous level) {
  switch (level) {
    case synchronous::off:
      return execute("PRAGMA synchronous = OFF");
    case synchronous::normal:
      return execute("PRAGMA synchronous = NORMAL");
    case synchronous::full:
      return execute("PRAGMA synchronous = FULL");
  }
  return {};
}

result<void> connection::set_busy_timeout(milliseconds timeout) {
  const auto bounded = std::clamp<std::int64_t>(timeout.count(), 0, std::numeric_limits<int>::max());
  auto* const patience = reinterpret_cast<void*>(static_cast<std::intptr_t>(bounded));  // NOLINT(performance-no-int-to-ptr): see above
  const int code = sqlite3_busy_handler(handle_.get(), bounded > 0 ? wait_a_little : nullptr, patience);
  if (code != SQLITE_OK) return failure(handle_.get(), code, "set the busy timeout");
  return {};
}

result<void> connection::set_query_only(bool on) { return execute(on ? "PRAGMA query_only = ON" : "PRAGMA query_only = OFF"); }

result<void> connection::set_persistent_wal(bool on) {
  int value = on ? 1 : 0;
  const int code = sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_PERSIST_WAL, &value);
  if (code != SQLITE_OK) return failure(handle_.get(), code, "make the write-ahead log persistent");
  return {};
}

void connection::set_checkpoint_on_close(bool on) {
  sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, on ? 0 : 1, nullptr);
}

void connection::take_over_checkpoints() {
  log_frames_ = std::make_unique<int>(0);
  const auto note = [](void* frames, sqlite3*, const char*, int in_log) {
    *static_cast<int*>(frames) = in_log;
    return SQLITE_OK;
  };
  sqlite3_wal_hook(handle_.get(), note, log_frames_.get());
}

result<void> connection::checkpoint() {
  const int code = sqlite3_wal_checkpoint_v2(handle_.get(), "main", SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (code != SQLITE_OK) return failure(handle_.get(), code, "checkpoint");
  return {};
}

result<void> connection::sync_wal() {
  sqlite3_file* log = nullptr;
  int code = sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_JOURNAL_POINTER, static_cast<void*>(&log));
  if (code != SQLITE_OK) return failure(handle_.get(), code, "find the write-ahead log");
  if (log == nullptr || log->pMethods == nullptr) return {};
  code = log->pMethods->xSync(log, SQLITE_SYNC_NORMAL);
  if (code != SQLITE_OK) return failure(handle_.get(), code, "make the write-ahead log durable");
  return {};
}

void connection::release_memory() { sqlite3_db_release_memory(handle_.get()); }

result<std::int64_t> connection::data_version() {
  const auto prepared = often(&often_run::data_version, "PRAGMA data_version");
  if (!prepared) return prepared.error();
  auto rows = (*prepared)->query();
  const auto row = rows.step();
  if (!row) return row.error();
  return rows.int64(0);
}

std::int64_t connection::last_insert_rowid() const { return sqlite3_last_insert_rowid(handle_.get()); }
std::int64_t connection::changes() const { return sqlite3_changes64(handle_.get()); }
bool connection::in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }

}  // namespace partmark::sqlite
