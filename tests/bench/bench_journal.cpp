#include "bench_journal.hpp"

#include "core/calendar.hpp"
#include "journal/init_journal.hpp"
#include "sqlite/connection.hpp"
#include "sqlite/transaction.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <random>
#include <vector>

namespace partmark::bench {
namespace {

constexpr ordinal first_day = 16'436;  // 2015-01-01
constexpr std::int64_t rows_per_commit = 50'000;

// uniform_int_distribution is the library's own; this is the same everywhere.
std::uint64_t below(std::mt19937_64& dice, std::uint64_t limit) { return dice() % limit; }

}  // namespace

std::string plan_uuid(std::uint32_t n) {
  char text[40];
  std::snprintf(text, sizeof text, "%08x-5e0d-4c1b-9a77-%012x", n * 2'654'435'761U, n);
  return text;
}

void make_journal(const std::string& path, const journal_plan& wanted) {
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
  init_journal(path).value();
  auto db = sqlite::connection::open(path, sqlite::open_mode::read_write, std::chrono::seconds(5)).value();
  db.set_synchronous(sqlite::synchronous::off).value();
  auto put = db.prepare("INSERT INTO plan_completion (plan, granularity, first, last, outcome) VALUES (?, ?, ?, ?, ?)").value();

  std::mt19937_64 dice(wanted.seed);
  std::vector<std::string> uuids;
  std::vector<ordinal> tails(wanted.plans, 0);
  for (std::uint32_t n = 0; n < wanted.plans; ++n) uuids.push_back(plan_uuid(n));
  for (std::int64_t done = 0; done < wanted.records;) {
    auto batch = sqlite::transaction::begin(db, sqlite::transaction_kind::immediate).value();
    for (const auto until = std::min(done + rows_per_commit, wanted.records); done < until; ++done) {
      const auto n = static_cast<std::uint32_t>(below(dice, wanted.plans));
      const granularity unit = n % 5 == 0 ? granularity::hour : granularity::day;
      const ordinal base = unit == granularity::hour ? first_day * 24 : first_day;
      range at{tails[n], tails[n]};
      const bool again = tails[n] > 0 && below(dice, 10) == 0;
      if (again) {
        at.first = static_cast<ordinal>(below(dice, static_cast<std::uint64_t>(tails[n])));
        const bool backfill = below(dice, 3) == 0;
        at.last = backfill ? std::min(tails[n] - 1, at.first + static_cast<ordinal>(below(dice, 30))) : at.first;
      } else {
        ++tails[n];
      }
      const auto text = [&](ordinal o) { return partition_label(unit, base + o); };
      const std::string first = text(at.first);
      const std::optional<std::string> last = at.last == at.first ? std::nullopt : std::optional(text(at.last));
      put.run(uuids[n], to_text(unit), first, last, below(dice, 100) < 3 ? "failed" : "success").value();
    }
    batch.commit().value();
  }
  db.execute("PRAGMA wal_checkpoint(TRUNCATE)").value();
}

}  // namespace partmark::bench
