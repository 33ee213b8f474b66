// What the simulated service holds for one plan: which partitions were marked how. Runs of equal state in a map, so that a range over all
// minutes of a century costs no more than one day. Pure; one thread.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

namespace partmark::testing {

enum class partition_state { success, failed };

class partition_book {
 public:
  struct run {
    std::int64_t first = 0;
    std::int64_t last = 0;
    partition_state state = partition_state::success;

    friend bool operator==(const run&, const run&) = default;
  };

  void mark(std::int64_t first, std::int64_t last, partition_state state);
  void clear(std::int64_t first, std::int64_t last);

  // Ascending, disjoint, maximal.
  [[nodiscard]] std::vector<run> runs() const;
  [[nodiscard]] std::int64_t count(partition_state state) const;

 private:
  struct rest {
    std::int64_t last;
    partition_state state;
  };
  std::map<std::int64_t, rest> runs_;  // by first
};

}  // namespace partmark::testing
