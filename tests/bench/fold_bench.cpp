// bench_fold JOURNAL STATE ROUNDS: folds the whole journal into a new state.db with the daemon's own loop, journal and state, and scans the
// same rows with nothing but sqlite3_step; in turns, one JSON line a round. STATE is removed before each round, and left after the last.
#include "journal/sqlite_journal.hpp"
#include "reconcile/loop.hpp"
#include "state/sqlite_state.hpp"

#include <sqlite3.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace partmark::bench {
namespace {

using clock = std::chrono::steady_clock;

// Of the wall, and of this process: on a busy machine the second says more.
struct stopwatch {
  clock::time_point wall = clock::now();
  std::clock_t cpu = std::clock();

  [[nodiscard]] double wall_seconds() const { return std::chrono::duration<double>(clock::now() - wall).count(); }
  [[nodiscard]] double cpu_seconds() const { return static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC; }
};

struct no_events final : events {
  void emit(const event&) override {}
};

struct no_remote final : remote {
  void send(std::uint64_t, const std::string&, call_type, http_request) override { throw std::logic_error("nothing is to be sent here"); }
};

now present() { return {clock::now(), std::chrono::floor<milliseconds>(std::chrono::system_clock::now())}; }

void remove_database(const std::string& path) {
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
}

// Answers the rows folded.
std::int64_t fold_all(const std::string& journal_path, const std::string& state_path) {
  remove_database(state_path);
  auto store = sqlite_state::open(state_path).value();
  sqlite_journal source(journal_path);
  no_events log;
  no_remote out;
  loop_settings settings;
  settings.endpoints.push_back({"can", "tn", 8, milliseconds(1000)});
  settings.linger = std::chrono::hours(1);  // nothing is sent meanwhile
  loop folding(source, *store, out, log, settings, 1);
  folding.restore(store->load().value(), "boot", present());
  do {
    if (const turn done = folding.run(present()); done.fatal) throw start_up_failure(*done.fatal);
  } while (folding.summary().behind || !folding.stored());
  return folding.summary().folded;
}

// The columns that a fold reads, each fetched as text.
std::int64_t scan_all(const std::string& journal_path) {
  sqlite3* db = nullptr;
  sqlite3_stmt* rows = nullptr;
  if (sqlite3_open_v2(journal_path.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr) != SQLITE_OK ||
      sqlite3_prepare_v2(
          db, "SELECT seq, plan, granularity, first, last, outcome, run_type, job FROM plan_completion WHERE seq > 0 ORDER BY seq", -1,
          &rows, nullptr) != SQLITE_OK)
    throw std::runtime_error(journal_path + ": " + sqlite3_errmsg(db));
  std::int64_t count = 0;
  std::int64_t bytes = 0;
  while (sqlite3_step(rows) == SQLITE_ROW) {
    bytes += sqlite3_column_int64(rows, 0);
    for (int column = 1; column < 8; ++column) {
      if (sqlite3_column_type(rows, column) == SQLITE_NULL) continue;
      const auto* text = sqlite3_column_text(rows, column);
      bytes += sqlite3_column_bytes(rows, column) + *text;
    }
    ++count;
  }
  sqlite3_finalize(rows);
  sqlite3_close(db);
  return bytes == 0 ? 0 : count;
}

void run(const std::string& journal_path, const std::string& state_path, int rounds) {
  for (int i = 0; i < rounds; ++i) {
    const stopwatch scan;
    const std::int64_t scanned = scan_all(journal_path);
    const double scan_wall = scan.wall_seconds();
    const double scan_cpu = scan.cpu_seconds();
    const stopwatch fold;
    const std::int64_t folded = fold_all(journal_path, state_path);
    if (scanned != folded) throw std::runtime_error("folded " + std::to_string(folded) + " of " + std::to_string(scanned) + " rows");
    std::printf(R"({"rows": %lld, "scan_s": %.6f, "fold_s": %.6f, "scan_cpu_s": %.6f, "fold_cpu_s": %.6f})"
                "\n",
                static_cast<long long>(folded), scan_wall, fold.wall_seconds(), scan_cpu, fold.cpu_seconds());
    std::fflush(stdout);
  }
}

}  // namespace
}  // namespace partmark::bench

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: bench_fold JOURNAL STATE ROUNDS\n");
    return 2;
  }
  try {
    partmark::bench::run(argv[1], argv[2], std::atoi(argv[3]));
  } catch (const std::exception& e) {
    std::fprintf(stderr, "bench_fold: %s\n", e.what());
    return 1;
  }
  return 0;
}
