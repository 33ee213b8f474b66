#include "core/mark.hpp"

#include <array>
#include <cstddef>

namespace partmark {

namespace {

// Indexed by the enumerators' values.
constexpr std::array<std::string_view, 3> mark_names{"success", "failed", "cleared"};
constexpr std::array<std::string_view, 2> plan_kind_names{"partitioned", "full_refresh"};

template <class Enum, std::size_t count>
std::optional<Enum> find_name(const std::array<std::string_view, count>& names, std::string_view text) {
  for (std::size_t i = 0; i < count; ++i)
    if (names[i] == text) return static_cast<Enum>(i);
  return std::nullopt;
}

}  // namespace

std::string_view to_text(mark m) { return mark_names.at(static_cast<std::size_t>(m)); }

std::optional<mark> parse_mark(std::string_view text) { return find_name<mark>(mark_names, text); }

std::string_view to_text(plan_kind k) { return plan_kind_names.at(static_cast<std::size_t>(k)); }

std::optional<plan_kind> parse_plan_kind(std::string_view text) { return find_name<plan_kind>(plan_kind_names, text); }

}  // namespace partmark
