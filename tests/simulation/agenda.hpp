// What is going to happen in a world, earliest first; at one moment, in the order in which it was planned. Owned by the world; one thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

namespace partmark::testing {

using moment = std::chrono::microseconds;  // since the world began

enum class affair : std::uint8_t {
  deed,         // number: which
  reveal,       // number: rows up to here are seen from now on
  start,        // of the daemon
  land,         // number: of a carriage
  end,          // number: of a carriage
  token_reply,  // number: of the endpoint and the run
  no_token,     // number: of the endpoint and the run
  disk_free,
  journal_back,
  retry_held,
};

struct appointment {
  moment at{0};
  std::uint64_t order = 0;
  affair what = affair::deed;
  std::uint64_t number = 0;
};

class agenda {
 public:
  void add(moment at, affair what, std::uint64_t number = 0) {
    heap_.push_back({at, ++last_, what, number});
    std::push_heap(heap_.begin(), heap_.end(), later);
  }
  [[nodiscard]] moment next() const { return heap_.empty() ? moment::max() : heap_.front().at; }
  appointment take() {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    const appointment a = heap_.back();
    heap_.pop_back();
    return a;
  }

 private:
  static bool later(const appointment& a, const appointment& b) { return a.at != b.at ? a.at > b.at : a.order > b.order; }

  std::vector<appointment> heap_;
  std::uint64_t last_ = 0;
};

}  // namespace partmark::testing
