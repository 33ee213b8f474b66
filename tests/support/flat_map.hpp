// A sorted vector with the face of a std::map: for the few dozen entries that a simulated plan has, moving a few of them costs less than
// allocating one. Owned by whoever holds it; one thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace partmark::testing {

template <class K, class V>
class flat_map {
  using entries = std::vector<std::pair<K, V>>;

 public:
  using iterator = typename entries::iterator;
  using const_iterator = typename entries::const_iterator;

  [[nodiscard]] iterator begin() { return entries_.begin(); }
  [[nodiscard]] iterator end() { return entries_.end(); }
  [[nodiscard]] const_iterator begin() const { return entries_.begin(); }
  [[nodiscard]] const_iterator end() const { return entries_.end(); }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] bool empty() const { return entries_.empty(); }

  [[nodiscard]] iterator lower_bound(const K& key) { return std::lower_bound(begin(), end(), key, before); }
  [[nodiscard]] const_iterator lower_bound(const K& key) const { return std::lower_bound(begin(), end(), key, before); }
  // The first entry after `key`.
  [[nodiscard]] const_iterator upper_bound(const K& key) const {
    const auto it = lower_bound(key);
    return it != end() && it->first == key ? std::next(it) : it;
  }
  [[nodiscard]] iterator find(const K& key) {
    const auto it = lower_bound(key);
    return it != end() && it->first == key ? it : end();
  }
  [[nodiscard]] const_iterator find(const K& key) const {
    const auto it = lower_bound(key);
    return it != end() && it->first == key ? it : end();
  }
  [[nodiscard]] bool contains(const K& key) const { return find(key) != end(); }

  V& operator[](const K& key) {
    const auto it = lower_bound(key);
    return it != end() && it->first == key ? it->second : entries_.insert(it, {key, V{}})->second;
  }
  iterator erase(iterator it) { return entries_.erase(it); }

 private:
  static bool before(const std::pair<K, V>& e, const K& key) { return e.first < key; }

  entries entries_;
};

}  // namespace partmark::testing
