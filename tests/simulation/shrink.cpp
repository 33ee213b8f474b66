#include "shrink.hpp"

#include "campaign.hpp"
#include "options.hpp"
#include "support/contract.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <vector>

namespace partmark::testing {
namespace {

// What makes two failures the same one: the text up to the first detail.
std::string kind_of(const std::string& broken) { return broken.substr(0, broken.find(':')); }

// How the world ends, found out in a process of its own: an assertion must not end the search. Empty: it holds.
std::string ends_how(const world_wish& wish) {
  std::array<int, 2> ends{};
  require(pipe(ends.data()) == 0, "a pipe");
  const pid_t pid = fork();
  require(pid >= 0, "a process");
  if (pid == 0) {
    close(ends[0]);
    (void)!freopen("/dev/null", "w", stderr);
    const std::string broken = run_world(wish, false).broken;
    (void)!write(ends[1], broken.data(), std::min<std::size_t>(broken.size(), 4'000));
    _exit(0);
  }
  close(ends[1]);
  std::string broken;
  std::array<char, 4'096> part{};
  for (ssize_t n = 0; (n = read(ends[0], part.data(), part.size())) > 0;) broken.append(part.data(), static_cast<std::size_t>(n));
  close(ends[0]);
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFSIGNALED(status) ? "killed by a signal" : broken;
}

std::vector<std::pair<std::size_t, std::size_t>> ranges_of(const std::vector<bool>& out) {
  std::vector<std::pair<std::size_t, std::size_t>> ranges;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (!out[i]) continue;
    if (i > 0 && out[i - 1])
      ranges.back().second = i;
    else
      ranges.emplace_back(i, i);
  }
  return ranges;
}

}  // namespace

int shrink(const world_wish& wish) {
  const std::string broken = ends_how(wish);
  if (broken.empty()) {
    std::printf("%s: holds\n", to_text(wish).c_str());
    return 0;
  }
  world_wish best = wish;
  const auto still_broken = [&](const world_wish& w) { return kind_of(ends_how(w)) == kind_of(broken); };
  for (std::size_t kind = 0; kind < deed_names.size(); ++kind) {
    world_wish less = best;
    less.kinds_left_out |= std::uint64_t{1} << kind;
    if (less.kinds_left_out != best.kinds_left_out && still_broken(less)) best = less;
  }
  // Then the deeds that are left, in halves, quarters, …, one by one.
  world_wish calm = wish;
  calm.left_out.emplace_back(0, 1'000'000);
  const std::size_t deeds = run_world(calm, false).deeds;
  std::vector<bool> out(deeds);
  for (std::size_t i = 0; i < deeds; ++i) out[i] = best.leaves_out(i);
  for (std::size_t size = std::max<std::size_t>(1, deeds / 2); size > 0; size /= 2)
    for (std::size_t from = 0; from < deeds; from += size) {
      std::vector<bool> more = out;
      std::fill(more.begin() + static_cast<std::ptrdiff_t>(from), more.begin() + static_cast<std::ptrdiff_t>(std::min(deeds, from + size)),
                true);
      if (more == out) continue;
      world_wish less = best;
      less.left_out = ranges_of(more);
      if (!still_broken(less)) continue;
      best = less;
      out = std::move(more);
    }
  const auto left = static_cast<std::size_t>(std::count(out.begin(), out.end(), false));
  std::printf("broken: %s\n%zu of %zu deeds are left\nreplay: simulation_test %s\n", broken.c_str(), left, deeds, to_text(best).c_str());
  return 1;
}

}  // namespace partmark::testing
