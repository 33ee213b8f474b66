// Runs worlds. Every failure names its seed; `simulation_test --seed N` shows that world step by step.
#include "support/contract.hpp"
#include "world.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <optional>
#include <string>

namespace {

using partmark::testing::world;
using partmark::testing::world_story;

struct wish {
  std::optional<std::uint64_t> seed;  // this one alone, told aloud
  std::uint64_t first = 1;
  std::uint64_t count = 2'500;
};

std::optional<std::uint64_t> number(const char* text) {
  char* end = nullptr;
  const std::uint64_t n = text ? std::strtoull(text, &end, 10) : 0;
  return text && *text != 0 && *end == 0 ? std::optional(n) : std::nullopt;
}

// The command line wins over the environment; nothing for what is neither.
std::optional<wish> read_wish(int argc, char** argv) {
  wish w;
  w.seed = number(std::getenv("SEED"));
  w.count = number(std::getenv("SEEDS")).value_or(w.count);
  for (int i = 1; i + 1 < argc; i += 2) {
    const auto n = number(argv[i + 1]);
    if (!n) return std::nullopt;
    if (std::strcmp(argv[i], "--seed") == 0)
      w.seed = n;
    else if (std::strcmp(argv[i], "--seeds") == 0)
      w.count = *n;
    else if (std::strcmp(argv[i], "--first") == 0)
      w.first = *n;
    else
      return std::nullopt;
  }
  return argc % 2 == 1 ? std::optional(w) : std::nullopt;
}

bool run(std::uint64_t seed, bool aloud, world_story& sum) {
  world w(seed);
  w.tell(aloud);
  std::string broken;
  try {
    w.live();
  } catch (const std::exception& e) {
    broken = e.what();
  }
  const world_story& s = w.story();
  sum.turns += s.turns;
  sum.calls += s.calls;
  sum.triggers += s.triggers;
  sum.refused += s.refused;
  sum.late += s.late;
  sum.crashes += s.crashes;
  sum.power_cuts += s.power_cuts;
  sum.rows += s.rows;
  sum.commits_failed += s.commits_failed;
  sum.held_at_end += s.held_at_end;
  sum.refolds += s.refolds;
  if (!broken.empty()) std::fprintf(stderr, "seed %llu: broken: %s\n", static_cast<unsigned long long>(seed), broken.c_str());
  return broken.empty();
}

}  // namespace

int main(int argc, char** argv) {
  const auto wished = read_wish(argc, argv);
  if (!wished) {
    std::fprintf(stderr, "usage: simulation_test [--seed N | [--first N] [--seeds N]]   (or SEED=N, SEEDS=N)\n");
    return 2;
  }
  world_story sum;
  if (wished->seed) {
    const bool held = run(*wished->seed, true, sum);
    std::printf("seed %llu: %s\n", static_cast<unsigned long long>(*wished->seed), held ? "holds" : "broken");
    return held ? 0 : 1;
  }
  constexpr int failures_max = 10;
  int failures = 0;
  const auto begun = std::chrono::steady_clock::now();
  std::uint64_t worlds = 0;
  for (std::uint64_t n = 0; n < wished->count && failures < failures_max; ++n, ++worlds)
    if (!run(wished->first + n, false, sum)) ++failures;
  const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  std::printf(
      "%llu worlds in %.1f s, %d broken: %zu rows, %zu turns, %zu calls (%zu triggers, %zu refused, %zu landed late), %zu crashes, %zu "
      "power cuts, "
      "%zu failed commits, %zu refolds, %zu plans held\n",
      static_cast<unsigned long long>(worlds), took, failures, sum.rows, sum.turns, sum.calls, sum.triggers, sum.refused, sum.late,
      sum.crashes, sum.power_cuts, sum.commits_failed, sum.refolds, sum.held_at_end);
  return failures == 0 ? 0 : 1;
}
