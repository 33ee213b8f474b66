// Reads what the loop sends, from its bytes. The everyday form is read in one pass; whatever is written in any other way goes through the
// simulator's strict reader, which says what is wrong with it, and so does one call in many, to see that the two agree. One thread.
#pragma once

#include "core/exchange.hpp"
#include "platform.hpp"

#include <string_view>

namespace partmark::testing {

inline constexpr std::string_view plan_prefix = "plan-";
inline constexpr std::string_view table_prefix = "source.`catalog.schema`.table_";

// contract_broken when the request is not what CAN_API.md asks. `thoroughly`: by both readers.
[[nodiscard]] message read_message(const http_request& request, bool thoroughly);

}  // namespace partmark::testing
