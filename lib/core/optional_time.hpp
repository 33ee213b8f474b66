// A time or none, in the space of a time: what a million plans each hold some of. Pure.
#pragma once

#include <cassert>
#include <chrono>
#include <optional>

namespace partmark {

// `Time` is a time_point; its least value stands for none, and is never a time of anything.
template <class Time>
class optional_time {
 public:
  constexpr optional_time() = default;
  constexpr optional_time(std::nullopt_t) {}
  constexpr optional_time(Time at) : at_(at) {}
  constexpr optional_time(std::optional<Time> at) : at_(at.value_or(none)) {}

  [[nodiscard]] constexpr explicit operator bool() const { return at_ != none; }
  [[nodiscard]] constexpr bool has_value() const { return at_ != none; }
  [[nodiscard]] constexpr const Time& operator*() const {
    assert(has_value());
    return at_;
  }
  [[nodiscard]] constexpr Time value_or(Time other) const { return has_value() ? at_ : other; }
  constexpr operator std::optional<Time>() const { return has_value() ? std::optional<Time>(at_) : std::nullopt; }
  constexpr void reset() { at_ = none; }

  friend constexpr bool operator==(const optional_time&, const optional_time&) = default;

 private:
  static constexpr Time none = Time::min();

  Time at_ = none;
};

}  // namespace partmark
