#include "core/isolation.hpp"

#include <algorithm>
#include <cassert>

namespace partmark {
namespace {

std::vector<range> ranges_of(const call& c) {
  std::vector<range> all;
  all.reserve(c.claims.size());
  for (const auto& claimed : c.claims) all.push_back(claimed.at);
  return joined(std::move(all));
}

std::int64_t count(const std::vector<range>& ranges) {
  std::int64_t n = 0;
  for (const range r : ranges) n += r.size();
  return n;
}

// The first `n` partitions, and the rest.
std::pair<std::vector<range>, std::vector<range>> split_at(const std::vector<range>& ranges, std::int64_t n) {
  std::pair<std::vector<range>, std::vector<range>> parts;
  for (const range r : ranges) {
    if (n <= 0) {
      parts.second.push_back(r);
    } else if (r.size() <= n) {
      parts.first.push_back(r);
    } else {
      parts.first.push_back({r.first, r.first + n - 1});
      parts.second.push_back({r.first + n, r.last});
    }
    n -= r.size();
  }
  return parts;
}

std::vector<range> without(const std::vector<range>& from, const std::vector<range>& taken) {
  std::vector<range> left;
  for (range r : from) {
    for (const range t : taken) {
      if (t.last < r.first || t.first > r.last) continue;
      if (t.first > r.first) left.push_back({r.first, t.first - 1});
      r.first = t.last + 1;
      if (r.first > r.last) break;
    }
    if (r.first <= r.last) left.push_back(r);
  }
  return left;
}

}  // namespace

std::vector<range> joined(std::vector<range> ranges) {
  std::sort(ranges.begin(), ranges.end(), [](range a, range b) { return a.first < b.first; });
  std::vector<range> out;
  for (const range r : ranges) {
    if (!out.empty() && r.first <= out.back().last + 1)
      out.back().last = std::max(out.back().last, r.last);
    else
      out.push_back(r);
  }
  return out;
}

void isolation::begin(const call& rejected, std::string_view signature) {
  const auto all = ranges_of(rejected);
  assert(count(all) > 1);
  searches_[0] = {0, 0, true, std::string(signature)};
  halve(all, 0);
}

void isolation::halve(const std::vector<range>& ranges, std::int64_t hold) {
  auto [left, right] = split_at(ranges, count(ranges) / 2);
  pieces_.push_back({std::move(left), hold});
  pieces_.push_back({std::move(right), hold});
}

void isolation::add_reprobe(std::vector<range> at, std::int64_t hold) {
  assert(hold != 0 && !at.empty());
  pieces_.push_back({joined(std::move(at)), hold});
}

bool isolation::reprobing(std::int64_t hold) const {
  return std::any_of(pieces_.begin(), pieces_.end(), [&](const piece& p) { return p.reprobe_of == hold; });
}

void isolation::done() {
  assert(active());
  const std::int64_t hold = pieces_.front().reprobe_of;
  pieces_.pop_front();
  forget_ended(hold);
}

void isolation::forget_ended(std::int64_t hold) {
  if (!reprobing(hold)) searches_.erase(hold);
}

// Before the last call, what is left becomes one piece: sound partitions among it get their chance, and the bound holds.
void isolation::count_call(search& s, std::int64_t hold) {
  if (++s.calls != calls_max - 1) return;
  if (auto rest = gather(hold); !rest.empty()) pieces_.push_back({std::move(rest), hold});
}

void isolation::accepted() {
  assert(active());
  const std::int64_t hold = pieces_.front().reprobe_of;
  const auto found = searches_.find(hold);
  if (found == searches_.end()) return;  // a re-probe that was not refused
  found->second.all_alike = false;
  count_call(found->second, hold);
}

isolation::advice isolation::rejected(const call& refused, std::string_view signature) {
  assert(active());
  const auto guilty = ranges_of(refused);
  const piece tried = pieces_.front();
  const std::int64_t hold = tried.reprobe_of;
  pieces_.pop_front();
  if (auto rest = without(tried.at, guilty); !rest.empty()) pieces_.push_front({std::move(rest), hold});
  const bool one = count(guilty) == 1;
  const auto found = searches_.find(hold);
  if (found == searches_.end()) {  // a re-probe
    if (one) return advice::hold_call;
    searches_[hold] = {0, 0, true, std::string(signature)};
    halve(guilty, hold);
    return advice::go_on;
  }
  search& s = found->second;
  ++s.refusals;
  if (signature != s.signature) s.all_alike = false;
  if ((s.all_alike && s.refusals >= alike_max) || s.calls + 1 >= calls_max) return advice::hold_all;
  if (!one) halve(guilty, hold);
  count_call(s, hold);
  forget_ended(hold);
  return one ? advice::hold_call : advice::go_on;
}

std::vector<range> isolation::gather(std::int64_t hold) {
  std::vector<range> all;
  std::list<piece> kept;
  for (auto& p : pieces_) {
    if (p.reprobe_of != hold)
      kept.push_back(std::move(p));
    else
      all.insert(all.end(), p.at.begin(), p.at.end());
  }
  pieces_ = std::move(kept);
  return joined(std::move(all));
}

std::vector<range> isolation::take_rest(std::int64_t hold) {
  searches_.erase(hold);
  return gather(hold);
}

void isolation::clear() {
  pieces_.clear();
  searches_.clear();
}

}  // namespace partmark
