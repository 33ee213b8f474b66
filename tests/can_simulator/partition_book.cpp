#include "can_simulator/partition_book.hpp"

#include <algorithm>
#include <iterator>

namespace partmark::testing {

void partition_book::clear(std::int64_t first, std::int64_t last) {
  auto it = runs_.upper_bound(first);
  if (it != runs_.begin() && std::prev(it)->second.last >= first) --it;
  while (it != runs_.end() && it->first <= last) {
    const auto [begin, old] = *it;
    it = runs_.erase(it);
    if (begin < first) runs_.emplace(begin, rest{first - 1, old.state});
    if (old.last > last) runs_.emplace(last + 1, rest{old.last, old.state});
  }
}

void partition_book::mark(std::int64_t first, std::int64_t last, partition_state state) {
  clear(first, last);
  auto next = runs_.upper_bound(last);
  if (next != runs_.end() && next->first == last + 1 && next->second.state == state) {
    last = next->second.last;
    next = runs_.erase(next);
  }
  if (next != runs_.begin()) {
    const auto before = std::prev(next);
    if (before->second.last + 1 == first && before->second.state == state) {
      before->second.last = last;
      return;
    }
  }
  runs_.emplace(first, rest{last, state});
}

std::vector<partition_book::run> partition_book::runs() const {
  std::vector<run> all;
  all.reserve(runs_.size());
  for (const auto& [first, r] : runs_) all.push_back({first, r.last, r.state});
  return all;
}

std::int64_t partition_book::count(partition_state state) const {
  std::int64_t n = 0;
  for (const auto& [first, r] : runs_)
    if (r.state == state) n += r.last - first + 1;
  return n;
}

}  // namespace partmark::testing
