#include "core/schedule.hpp"

#include <algorithm>

namespace partmark {
namespace {

// Of a heap's node: four children lie in two cache lines, and the tree is half as deep as a binary one.
constexpr std::size_t children = 4;
std::size_t parent_of(std::size_t at) { return (at - 1) / children; }
std::size_t first_child_of(std::size_t at) { return at * children + 1; }

}  // namespace

bool schedule::before(const entry& a, const entry& b) { return a.due != b.due ? a.due < b.due : a.plan < b.plan; }

schedule::place schedule::place_of(plan_id plan) const {
  const auto found = places_.find(plan / page_plans);
  return found == places_.end() ? 0 : found->second[plan % page_plans];
}

void schedule::put(std::size_t at, const entry& e) {
  heap_[at] = e;
  places_[e.plan / page_plans][e.plan % page_plans] = static_cast<place>(at + 1);
}

void schedule::rise(std::size_t at, const entry& e) {
  while (at > 0 && before(e, heap_[parent_of(at)])) {
    put(at, heap_[parent_of(at)]);
    at = parent_of(at);
  }
  put(at, e);
}

void schedule::sink(std::size_t at, const entry& e) {
  for (;;) {
    const std::size_t first = first_child_of(at);
    if (first >= heap_.size()) break;
    const auto begin = heap_.begin() + static_cast<std::ptrdiff_t>(first);
    const auto end = heap_.begin() + static_cast<std::ptrdiff_t>(std::min(first + children, heap_.size()));
    const auto least = std::min_element(begin, end, before);
    if (!before(*least, e)) break;
    put(at, *least);
    at = static_cast<std::size_t>(least - heap_.begin());
  }
  put(at, e);
}

void schedule::set(plan_id plan, steady_time due) {
  const place was = place_of(plan);
  const entry e{due, plan};
  if (was == 0) {
    heap_.push_back(e);
    return rise(heap_.size() - 1, e);
  }
  if (before(e, heap_[was - 1]))
    rise(was - 1, e);
  else
    sink(was - 1, e);
}

void schedule::remove(std::size_t at) {
  places_[heap_[at].plan / page_plans][heap_[at].plan % page_plans] = 0;
  const entry moved = heap_.back();
  heap_.pop_back();
  if (at == heap_.size()) return;
  if (before(moved, heap_[at]))
    rise(at, moved);
  else
    sink(at, moved);
}

void schedule::drop(plan_id plan) {
  if (const place at = place_of(plan); at != 0) remove(at - 1);
}

std::optional<plan_id> schedule::pop_due(steady_time t) {
  if (heap_.empty() || heap_.front().due > t) return std::nullopt;
  return pop_first();
}

std::optional<plan_id> schedule::pop_first() {
  if (heap_.empty()) return std::nullopt;
  const plan_id plan = heap_.front().plan;
  remove(0);
  return plan;
}

std::optional<steady_time> schedule::next_due() const {
  if (heap_.empty()) return std::nullopt;
  return heap_.front().due;
}

std::optional<steady_time> schedule::due(plan_id plan) const {
  const place at = place_of(plan);
  if (at == 0) return std::nullopt;
  return heap_[at - 1].due;
}

// By order, so that what was later stays later: a sorted array is a heap.
void schedule::bring_forward(steady_time t) {
  for (entry& e : heap_) e.due = std::min(e.due, t);
  std::sort(heap_.begin(), heap_.end(), before);
  for (std::size_t i = 0; i < heap_.size(); ++i) put(i, heap_[i]);
}

}  // namespace partmark
