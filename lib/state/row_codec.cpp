#include "state/row_codec.hpp"

#include <array>
#include <cstddef>

namespace partmark::row_codec {
namespace {

// Indexed by the enumerators' values.
constexpr std::array<std::string_view, 3> call_kind_names{"update", "clear", "refresh"};

}  // namespace

std::string_view to_text(call_kind k) { return call_kind_names.at(static_cast<std::size_t>(k)); }

bool decode(std::string_view stored, call_kind& into) {
  for (std::size_t i = 0; i < call_kind_names.size(); ++i) {
    if (call_kind_names[i] != stored) continue;
    into = static_cast<call_kind>(i);
    return true;
  }
  return false;
}

bool decode(std::string_view stored, verdict_kind& into) {
  for (const verdict_kind k :
       {verdict_kind::accepted, verdict_kind::retry, verdict_kind::rejected, verdict_kind::unauthorized, verdict_kind::ambiguous}) {
    if (partmark::to_text(k) != stored) continue;
    into = k;
    return true;
  }
  return false;
}

bool decode(std::string_view kind, std::optional<std::string_view> unit, plan_shape& into) {
  const auto known = parse_plan_kind(kind);
  if (!known) return false;
  plan_shape shape{*known, granularity::day};
  if (unit) {
    const auto named = parse_granularity(*unit);
    if (!named) return false;
    shape.unit = *named;
  } else if (*known == plan_kind::partitioned) {
    return false;
  }
  into = shape;
  return true;
}

}  // namespace partmark::row_codec
