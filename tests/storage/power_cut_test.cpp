// Power cuts: the machine stops at some call to its disk, keeps any part of what was not synced, and goes on in another boot.
//   power_cut_test --cuts 2000 --seed 1      worlds of five cuts from this seed on
//   power_cut_test --world 42                one world, told aloud
#include "storage_world.hpp"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>

namespace partmark::testing {
namespace {

constexpr int cuts_a_world = 5;

struct totals {
  std::size_t worlds = 0;
  storage_world::story told;
  disk::lost_power lost;
};

// After so many calls to the disk the machine stops; on the way the process may die by itself.
void live_until_cut(storage_world& world, std::mt19937_64& chance) {
  const auto draw = [&](std::uint64_t most) { return chance() % most; };
  if (draw(4) == 0) {
    std::uint64_t calls_left = draw(600);
    world.disk.before = [&](const io_call&) -> std::optional<io_failure> {
      if (calls_left-- == 0) world.disk.die();
      return std::nullopt;
    };
    if (world.start()) world.busy(std::chrono::seconds(20), draw(12), draw(3));
    world.disk.before = nullptr;
    world.kill();
  }
  // Mostly in the thick of it, sometimes while everything is being made, sometimes long after.
  const std::uint64_t reach = draw(5) == 0 ? 120 : 1'500;
  std::uint64_t calls_left = draw(reach);
  world.disk.before = [&](const io_call&) -> std::optional<io_failure> {
    if (calls_left-- == 0) world.disk.die();
    return std::nullopt;
  };
  if (world.start())
    for (int i = 0; i < 4 && !world.disk.dead(); ++i) {
      world.busy(std::chrono::seconds(20), draw(14), draw(4));
      if (draw(3) != 0) continue;
      world.stop_cleanly();  // its last act is a checkpoint
      if (!world.disk.dead() && draw(3) == 0) world.rebuild();
      if (!world.disk.dead() && !world.start()) break;
    }
  world.disk.before = nullptr;
  world.cut_power();
}

void live(std::uint64_t seed, totals& sum, bool aloud) {
  storage_world world(seed);
  world.tell(aloud);
  std::mt19937_64 chance(seed);
  for (int cut = 0; cut < cuts_a_world; ++cut) live_until_cut(world, chance);
  world.heal_and_check();
  ++sum.worlds;
  const auto& s = world.told_story();
  sum.told.calls += s.calls;
  sum.told.cuts += s.cuts;
  sum.told.kills += s.kills;
  sum.told.records += s.records;
  sum.told.records_lost += s.records_lost;
  sum.told.rebuilds += s.rebuilds;
  sum.told.late += s.late;
  sum.lost.writes += world.disk.lost().writes;
  sum.lost.dropped += world.disk.lost().dropped;
  sum.lost.torn += world.disk.lost().torn;
  sum.lost.files += world.disk.lost().files;
}

std::uint64_t number(const char* text) {
  std::uint64_t value = 0;
  std::from_chars(text, text + std::strlen(text), value);
  return value;
}

int run(std::uint64_t first_seed, std::uint64_t worlds, bool aloud) {
  totals sum;
  int failed = 0;
  for (std::uint64_t seed = first_seed; seed < first_seed + worlds && failed < 5; ++seed) {
    try {
      live(seed, sum, aloud);
    } catch (const std::exception& e) {
      ++failed;
      std::printf("world %llu: %s\n  replay: power_cut_test --world %llu\n", static_cast<unsigned long long>(seed), e.what(),
                  static_cast<unsigned long long>(seed));
    }
  }
  std::printf(
      "%zu worlds, %zu power cuts, %zu kills, %zu whole rebuilds, %zu records (%zu unsynced ones lost), %zu calls, %zu of them late; of "
      "%zu unsynced writes "
      "%zu were "
      "dropped and %zu torn, %zu files vanished; %d worlds failed\n",
      sum.worlds, sum.told.cuts, sum.told.kills, sum.told.rebuilds, sum.told.records, sum.told.records_lost, sum.told.calls, sum.told.late,
      sum.lost.writes, sum.lost.dropped, sum.lost.torn, sum.lost.files, failed);
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace partmark::testing

int main(int argc, char** argv) {
  std::uint64_t cuts = 300;
  std::uint64_t seed = 1;
  std::uint64_t world = 0;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--cuts") cuts = partmark::testing::number(argv[i + 1]);
    if (name == "--seed") seed = partmark::testing::number(argv[i + 1]);
    if (name == "--world") world = partmark::testing::number(argv[i + 1]);
  }
  if (world != 0) return partmark::testing::run(world, 1, true);
  constexpr int each = partmark::testing::cuts_a_world;
  return partmark::testing::run(seed, (cuts + each - 1) / each, false);
}
