// The mark map beside Boost.ICL's interval_map and a std::map with one entry a partition. Ranges of one partition, like most records.
#include "core/range_map.hpp"

#include "core/mark.hpp"

#include <benchmark/benchmark.h>
#include <boost/icl/interval_map.hpp>

#include <map>
#include <random>

namespace partmark {
namespace {

// ICL's identity element is the absence of a run, so marks count from 1.
using icl_map = boost::icl::interval_map<ordinal, int, boost::icl::partial_enricher, std::less, boost::icl::inplace_plus,
                                         boost::icl::inter_section, boost::icl::discrete_interval<ordinal>>;

mark mark_of(std::uint64_t n) { return n % 2 == 0 ? mark::success : mark::failed; }

struct ours {
  range_map<mark> map;
  run_changes<mark> changes;

  void put(ordinal o, mark m) {
    map.assign({o, o}, m, changes);
    changes.clear();
  }
  [[nodiscard]] std::size_t runs() const { return map.runs(); }
};

struct icl {
  icl_map map;

  void put(ordinal o, mark m) { map.set({boost::icl::discrete_interval<ordinal>::closed(o, o), static_cast<int>(m) + 1}); }
  [[nodiscard]] std::size_t runs() const { return map.iterative_size(); }
};

struct one_a_partition {
  std::map<ordinal, mark> map;

  void put(ordinal o, mark m) { map[o] = m; }
  [[nodiscard]] std::size_t runs() const { return map.size(); }
};

// So many runs of one partition each, marks in turns.
template <class Map>
Map with_runs(std::int64_t runs) {
  Map made;
  for (std::int64_t i = 0; i < runs; ++i) made.put(i, mark_of(static_cast<std::uint64_t>(i)));
  return made;
}

// The next partition, of the same mark: a run grows.
template <class Map>
void tail_append(benchmark::State& state) {
  auto made = with_runs<Map>(state.range(0));
  ordinal next = state.range(0);
  for (auto _ : state) made.put(next++, mark::success);
  state.SetItemsProcessed(state.iterations());
}

// The next partition, of the other mark: a run more each time.
template <class Map>
void tail_alternating(benchmark::State& state) {
  auto made = with_runs<Map>(state.range(0));
  ordinal next = state.range(0);
  for (auto _ : state) {
    made.put(next, mark_of(static_cast<std::uint64_t>(next)));
    ++next;
  }
  state.SetItemsProcessed(state.iterations());
}

// Some partition changes its mark: runs are split and joined.
template <class Map>
void random_rerun(benchmark::State& state) {
  auto made = with_runs<Map>(state.range(0));
  std::mt19937_64 dice(7);
  for (auto _ : state) {
    const auto n = dice();
    made.put(static_cast<ordinal>(n % static_cast<std::uint64_t>(state.range(0))), mark_of(n >> 40U));
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(tail_append<ours>)->Arg(1)->Arg(1000)->Arg(1000000);
BENCHMARK(tail_append<icl>)->Arg(1)->Arg(1000)->Arg(1000000);
BENCHMARK(tail_append<one_a_partition>)->Arg(1)->Arg(1000)->Arg(1000000);
BENCHMARK(tail_alternating<ours>)->Arg(1)->Arg(1000)->Arg(1000000)->Iterations(1000000);
BENCHMARK(tail_alternating<icl>)->Arg(1)->Arg(1000)->Arg(1000000)->Iterations(1000000);
BENCHMARK(random_rerun<ours>)->Arg(10)->Arg(1000)->Arg(100000)->Arg(1000000);
BENCHMARK(random_rerun<icl>)->Arg(10)->Arg(1000)->Arg(100000)->Arg(1000000);
BENCHMARK(random_rerun<one_a_partition>)->Arg(10)->Arg(1000)->Arg(100000)->Arg(1000000);

}  // namespace
}  // namespace partmark

BENCHMARK_MAIN();
