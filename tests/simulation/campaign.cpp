#include "campaign.hpp"

#include "can/verdict_table.hpp"
#include "support/contract.hpp"
#include "world.hpp"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <thread>

namespace partmark::testing {
namespace {

constexpr unsigned workers_max = 64;
constexpr std::uint64_t failures_max = 10;
constexpr std::uint64_t everything_happens_in = 5'000;  // worlds

// Shared by the processes of a campaign.
struct worker_slot {
  std::atomic<std::uint64_t> seed{0};  // it is in this world; 0: in none
  world_story story;
};
struct shared_state {
  std::atomic<std::uint64_t> next{0};
  std::atomic<std::uint64_t> done{0};
  std::atomic<std::uint64_t> failures{0};
  worker_slot workers[workers_max];
};

shared_state& share() {
  void* memory = mmap(nullptr, sizeof(shared_state), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  require(memory != MAP_FAILED, "memory for the campaign");
  return *new (memory) shared_state;
}

void report_failure(std::uint64_t seed, const std::string& broken) {
  std::fprintf(stderr,
               "seed %" PRIu64 ": broken: %s\n  replay: simulation_test --seed %" PRIu64 "   cut down: simulation_test --seed %" PRIu64
               " --shrink\n",
               seed, broken.c_str(), seed, seed);
}

void work(shared_state& shared, worker_slot& own, const simulation_options& o) {
  world_wish wish = o.world;
  while (shared.failures < failures_max) {
    const std::uint64_t n = shared.next++;
    if (n >= o.count) return;
    wish.seed = o.first + n;
    own.seed = wish.seed;
    const world_end end = run_world(wish, false);
    own.story.add(end.story);
    own.seed = 0;
    ++shared.done;
    if (end.broken.empty()) continue;
    report_failure(wish.seed, end.broken);
    ++shared.failures;
  }
}

pid_t employ(shared_state& shared, worker_slot& own, const simulation_options& o) {
  std::fflush(nullptr);
  const pid_t pid = fork();
  require(pid >= 0, "a process for the campaign");
  if (pid > 0) return pid;
  work(shared, own, o);
  std::exit(0);  // not _exit: a build that counts coverage writes it then
}

// A worker that an assertion killed is replaced; the world that it was in is broken.
void oversee(shared_state& shared, const simulation_options& o, unsigned jobs) {
  std::vector<pid_t> workers;
  for (unsigned i = 0; i < jobs; ++i) workers.push_back(employ(shared, shared.workers[i], o));
  for (unsigned left = jobs; left > 0;) {
    int status = 0;
    const pid_t pid = wait(&status);
    const auto i = static_cast<std::size_t>(std::find(workers.begin(), workers.end(), pid) - workers.begin());
    if (i == workers.size()) continue;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
      --left;
      continue;
    }
    report_failure(shared.workers[i].seed, "the process died of signal " + std::to_string(WIFSIGNALED(status) ? WTERMSIG(status) : 0));
    ++shared.done;
    ++shared.failures;
    workers[i] = employ(shared, shared.workers[i], o);
  }
}

void print(const world_story& sum, double worlds) {
  for (std::size_t i = 0; i < tallies; ++i) {
    const auto t = static_cast<tally>(i);
    if (t == tally::simulated_seconds) continue;
    std::printf("  %-38s %12" PRIu64 "   %10.3f a schedule\n", std::string(name_of(t)).c_str(), sum.of(t),
                static_cast<double>(sum.of(t)) / worlds);
  }
  std::printf("ends of calls, by row of the verdict table:\n");
  for (std::size_t i = 0; i < can::verdict_table().size(); ++i)
    std::printf("  %12" PRIu64 "  %s\n", sum.verdicts[i], std::string(can::verdict_table()[i].what).c_str());
}

// In many worlds everything happens: a kind of fault that never comes is a hole in the simulation.
bool everything_happened(const world_story& sum) {
  bool all = true;
  const auto missing = [&all](std::string_view what) {
    std::fprintf(stderr, "never happened: %s\n", std::string(what).c_str());
    all = false;
  };
  for (std::size_t i = 0; i < tallies; ++i)
    if (sum.counts[i] == 0) missing(name_of(static_cast<tally>(i)));
  for (std::size_t i = 0; i < can::verdict_table().size(); ++i)
    if (sum.verdicts[i] == 0) missing(can::verdict_table()[i].what);
  return all;
}

}  // namespace

world_end run_world(const world_wish& wish, bool aloud) {
  world_end end;
  world w(wish);
  w.tell(aloud);
  try {
    w.live();
  } catch (const std::exception& e) {
    end.broken = e.what();
  }
  end.story = w.story();
  end.deeds = w.deeds().size();
  return end;
}

int replay(const world_wish& wish) {
  const world_end end = run_world(wish, true);
  std::printf("%s: %s; trace %016" PRIx64 "\n", to_text(wish).c_str(), end.broken.empty() ? "holds" : ("broken: " + end.broken).c_str(),
              end.story.trace);
  return end.broken.empty() ? 0 : 1;
}

int campaign(const simulation_options& o) {
  shared_state& shared = share();
  const unsigned jobs = std::min(workers_max, o.jobs > 0 ? o.jobs : std::max(1U, std::thread::hardware_concurrency()));
  const auto begun = std::chrono::steady_clock::now();
  oversee(shared, o, jobs);
  const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  world_story sum;
  for (const worker_slot& worker : shared.workers) sum.add(worker.story);
  const auto worlds = static_cast<double>(shared.done.load());
  std::printf("seeds %" PRIu64 " to %" PRIu64 ": %" PRIu64
              " schedules in %.1f s by %u processes: %.0f schedules/s, %.1f simulated years, %" PRIu64 " broken, trace %016" PRIx64 "\n",
              o.first, o.first + o.count - 1, shared.done.load(), took, jobs, worlds / took,
              static_cast<double>(sum.of(tally::simulated_seconds)) / (365.2425 * 86'400), shared.failures.load(), sum.trace);
  print(sum, worlds);
  const bool complete = shared.done < everything_happens_in || o.world.kinds_left_out != 0 || everything_happened(sum);
  return shared.failures == 0 && complete ? 0 : 1;
}

int compare_clocks(const simulation_options& o) {
  const auto bit = [](deed_kind k) { return std::uint64_t{1} << static_cast<unsigned>(k); };
  int failures = 0;
  for (std::uint64_t n = 0; n < o.count; ++n) {
    // A restart reads wall times that were stored, and says so: what is held waits at most `reprobe_held` then. So there is none here, and
    // what comes after the one at the end is not compared.
    world_wish wish{o.first + n, o.world.kinds_left_out | bit(deed_kind::crash) | bit(deed_kind::deaths), {}};
    const world_end jumping = run_world(wish, false);
    wish.kinds_left_out |= bit(deed_kind::clock);
    const world_end steady = run_world(wish, false);
    if (jumping.story.trace_in_trouble == steady.story.trace_in_trouble && jumping.broken.empty()) continue;
    report_failure(wish.seed, jumping.broken.empty() ? "the wall clock matters" : jumping.broken);
    ++failures;
  }
  std::printf("%" PRIu64 " worlds with and without jumps of the wall clock: %d differ\n", o.count, failures);
  return failures == 0 ? 0 : 1;
}

}  // namespace partmark::testing
