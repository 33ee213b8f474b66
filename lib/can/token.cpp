#include "can/token.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace partmark::can {

std::optional<steady_time> token_keeper::next_fetch() const {
  if (fetching_since_) return std::nullopt;
  const steady_time due = token_.empty() ? steady_time::min() : renew_at_;
  return not_before_ ? std::max(due, *not_before_) : due;
}

bool token_keeper::should_fetch(steady_time t) const {
  const auto due = next_fetch();
  return due && t >= *due;
}

void token_keeper::fetch_started(steady_time t) {
  assert(!fetching_since_);
  fetching_since_ = t;
}

void token_keeper::fetched(std::string token) {
  assert(fetching_since_ && !token.empty());
  retire();
  token_ = std::move(token);
  ++generation_;
  dies_at_ = *fetching_since_ + settings_.lifetime;
  renew_at_ = *fetching_since_ + std::chrono::duration_cast<steady_time::duration>(settings_.lifetime * settings_.renew_at);
  fetching_since_.reset();
  not_before_.reset();
}

void token_keeper::retire() {
  if (token_.empty()) return;
  if (former_.size() == former_max) former_.erase(former_.begin());
  former_.push_back(std::exchange(token_, {}));
}

void token_keeper::fetch_failed(steady_time not_before) {
  assert(fetching_since_);
  fetching_since_.reset();
  not_before_ = not_before;
}

token_keeper::refusal token_keeper::refused(std::uint64_t generation) {
  // Several calls may have gone out with one token: the first refusal speaks for all of them.
  if (generation != generation_ || token_.empty()) return refusal::try_again;
  retire();
  return std::exchange(after_refusal_, true) ? refusal::give_up : refusal::try_again;
}

void token_keeper::worked(std::uint64_t generation) {
  if (generation == generation_ && !token_.empty()) after_refusal_ = false;
}

}  // namespace partmark::can
