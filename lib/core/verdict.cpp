#include "core/verdict.hpp"

#include <array>
#include <cstddef>

namespace partmark {

namespace {

// Indexed by the enumerators' values.
constexpr std::array<std::string_view, 5> verdict_kind_names{"accepted", "retry", "rejected", "unauthorized", "ambiguous"};

}  // namespace

std::string_view to_text(verdict_kind k) { return verdict_kind_names.at(static_cast<std::size_t>(k)); }

}  // namespace partmark
