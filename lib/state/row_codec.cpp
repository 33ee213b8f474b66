#include "state/row_codec.hpp"

#include <array>
#include <charconv>
#include <cstddef>

namespace partmark::row_codec {
namespace {

// Indexed by the enumerators' values.
constexpr std::array<std::string_view, 3> call_kind_names{"update", "clear", "refresh"};

void append(std::string& to, std::int64_t value) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  to.append(digits.data(), end);
}

// What is left of a text that is read from its beginning.
class remainder {
 public:
  explicit remainder(std::string_view text) : text_(text) {}

  bool takes(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool takes_number(std::int64_t& into) {
    const auto [end, failed] = std::from_chars(text_.data(), text_.data() + text_.size(), into);
    if (failed != std::errc()) return false;
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    return true;
  }
  [[nodiscard]] bool empty() const { return text_.empty(); }

 private:
  std::string_view text_;
};

// The one with the most ordinals: a claim is read before it is known whose it is.
constexpr plan_shape any_plan{plan_kind::partitioned, granularity::minute};

bool takes_claim(remainder& text, claim& into) {
  std::int64_t said = 0;
  return text.takes('[') && text.takes_number(into.at.first) && text.takes(',') && text.takes_number(into.at.last) && text.takes(',') &&
         text.takes_number(said) && text.takes(']') && is_range_of(any_plan, into.at) && decode(said, into.said);
}

}  // namespace

bool is_range_of(plan_shape shape, range at) {
  const range limits = shape.kind == plan_kind::full_refresh ? whole_table : ordinal_limits(shape.unit);
  return limits.first <= at.first && at.first <= at.last && at.last <= limits.last;
}

void append_text(std::string& to, std::span<const claim> claims) {
  to += '[';
  for (const claim& c : claims) {
    if (&c != claims.data()) to += ',';
    to += '[';
    append(to, c.at.first);
    to += ',';
    append(to, c.at.last);
    to += ',';
    append(to, encode(c.said));
    to += ']';
  }
  to += ']';
}

bool decode(std::string_view stored, std::vector<claim>& into) {
  remainder text(stored);
  into.clear();
  if (!text.takes('[')) return false;
  while (!text.takes(']')) {
    if (!into.empty() && !text.takes(',')) return false;
    if (!takes_claim(text, into.emplace_back())) return false;
  }
  return text.empty();
}

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
