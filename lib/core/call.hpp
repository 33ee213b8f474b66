// One call's claims (DESIGN §1, push): what a plan tells the remote in one request.
#pragma once

#include "core/mark.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace partmark {

enum class call_kind : std::uint8_t {
  update,   // updatePartition with ranges
  clear,    // clearPartition with ranges
  refresh,  // the bare updatePartition of a full-refresh plan: success of the whole table
};

struct claim {
  range at;
  mark said = mark::success;

  friend bool operator==(const claim&, const claim&) = default;
};

// Claims are sorted, disjoint and maximal within each mark (DESIGN §6.5); an update holds no `cleared`, a clear nothing else.
struct call {
  call_kind kind = call_kind::update;
  std::vector<claim> claims;

  [[nodiscard]] std::int64_t partitions() const {
    std::int64_t n = 0;
    for (const auto& c : claims) n += c.at.size();
    return n;
  }
  [[nodiscard]] std::vector<range> ranges_of(mark m) const {
    std::vector<range> ranges;
    for (const auto& c : claims)
      if (c.said == m) ranges.push_back(c.at);
    return ranges;
  }
};

}  // namespace partmark
