// A run as a run_list keeps it. There may be a million plans with some runs each, and nearly all of these runs are of marks: a partition's
// ordinal needs 34 bits (the minutes of years 0001 to 9999), a mark one byte, and such a run lies in twelve bytes where its parts take 24.
#pragma once

#include "core/calendar.hpp"

#include <cassert>
#include <cstdint>
#include <type_traits>

namespace partmark {

template <class V>
struct run_of {
  range at;
  V value{};
};

// Any value.
template <class V>
class wide_run {
 public:
  wide_run() = default;
  explicit wide_run(const run_of<V>& r) : run_(r) {}

  [[nodiscard]] ordinal first() const { return run_.at.first; }
  [[nodiscard]] ordinal last() const { return run_.at.last; }
  [[nodiscard]] const V& value() const { return run_.value; }
  void end_at(ordinal last) { run_.at.last = last; }

 private:
  run_of<V> run_;
};

// A value of one byte.
template <class V>
class narrow_run {
  static_assert(sizeof(V) == 1);

 public:
  narrow_run() = default;
  explicit narrow_run(const run_of<V>& r)
      : first_(low(r.at.first)), first_high_(high(r.at.first)), value_(r.value), last_high_(high(r.at.last)), last_(low(r.at.last)) {
    assert(first() == r.at.first && last() == r.at.last);
  }

  [[nodiscard]] ordinal first() const { return join(first_high_, first_); }
  [[nodiscard]] ordinal last() const { return join(last_high_, last_); }
  [[nodiscard]] const V& value() const { return value_; }
  void end_at(ordinal last) {
    last_ = low(last);
    last_high_ = high(last);
    assert(this->last() == last);
  }

 private:
  static std::uint32_t low(ordinal o) { return static_cast<std::uint32_t>(o); }
  static std::int8_t high(ordinal o) { return static_cast<std::int8_t>(o >> 32); }
  static ordinal join(std::int8_t high, std::uint32_t low) { return ordinal{high} * (ordinal{1} << 32) + low; }

  // What grows lies apart from what stays: compilers read neighbours with one load, and that would wait for a store into half of it.
  std::uint32_t first_ = 0;
  std::int8_t first_high_ = 0;
  V value_{};
  std::int8_t last_high_ = 0;
  std::uint32_t last_ = 0;
};
static_assert(sizeof(narrow_run<std::uint8_t>) == 12);

template <class V>
using kept_run = std::conditional_t<sizeof(V) == 1, narrow_run<V>, wide_run<V>>;

}  // namespace partmark
