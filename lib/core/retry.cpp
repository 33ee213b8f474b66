#include "core/retry.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace partmark {

milliseconds backoff_ceiling(const retry_settings& s, unsigned tries) {
  assert(s.multiplier >= 1.0 && s.initial.count() >= 0);
  if (s.initial.count() == 0) return std::min(s.initial, s.max);  // times infinity it would be no number
  const double grown = static_cast<double>(s.initial.count()) * std::pow(s.multiplier, static_cast<double>(tries));
  // Compared as doubles: after many tries the power is infinite, which no integer holds.
  if (grown >= static_cast<double>(s.max.count())) return s.max;
  return milliseconds(static_cast<std::int64_t>(grown));
}

milliseconds backoff_delay(const retry_settings& s, unsigned tries, random_source& random) {
  const auto ceiling = static_cast<std::uint64_t>(std::max<std::int64_t>(0, backoff_ceiling(s, tries).count()));
  return milliseconds(static_cast<std::int64_t>(random() % (ceiling + 1)));
}

}  // namespace partmark
