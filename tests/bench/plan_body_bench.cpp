// One plan of 74,388 partitions (HOURs of eight and a half years, one failed in 97) from its records, as the journal has them, to the bytes
// of its request bodies.
#include "can/requests.hpp"
#include "core/completion.hpp"
#include "core/ledger.hpp"

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

namespace partmark {
namespace {

constexpr std::int64_t partitions = 74'388;

struct record {
  std::string first;
  std::string_view outcome;
};

std::vector<record> records(std::int64_t failed_every) {
  std::vector<record> all;
  for (std::int64_t i = 0; i < partitions; ++i)
    all.push_back({partition_start(granularity::hour, 394'464 + i), failed_every != 0 && i % failed_every == 0 ? "failed" : "success"});
  return all;
}

std::size_t push_all(const std::vector<record>& all) {
  ledger book({plan_kind::partitioned, granularity::hour});
  ledger_changes changes;
  completion_row row;
  row.plan = "5f0c4c1b-9a77-4c1b-9a77-0123456789ab";
  row.granularity = "HOUR";
  for (const record& r : all) {
    row.first = r.first;
    row.outcome = r.outcome;
    const auto decoded = decode(row, 100'000);
    if (book.grow(decoded->partitions, decoded->outcome)) continue;  // as the fold does
    book.complete(decoded->partitions, decoded->outcome, changes);
    changes.clear();
  }
  std::size_t bytes = 0;
  while (auto next = book.next_call(500)) {
    bytes += can::update_partitions(row.plan, {}, book.shape(), next->ranges_of(mark::success), next->ranges_of(mark::failed)).body.size();
    book.take(std::move(*next));
    book.accepted(changes);
    changes.clear();
  }
  return bytes;
}

void records_to_bodies(benchmark::State& state) {
  const auto all = records(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(push_all(all));
}

BENCHMARK(records_to_bodies)->Arg(0)->Arg(97)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace partmark

BENCHMARK_MAIN();
