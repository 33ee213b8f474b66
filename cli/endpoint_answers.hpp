// What an endpoint said last to plans that wait, where it did not accept it: why nothing moves. From the state, so with the daemon down
// too. Plain values; owned by `partmark status`.
#pragma once

#include "cli/plan_names.hpp"
#include "core/result.hpp"
#include "state/state_reader.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace partmark {

struct endpoint_answer {
  std::string endpoint;
  std::int64_t plans = 0;  // that wait, and whose latest call was not accepted
  attempt_row last;        // the latest of these calls

  // The endpoint's own trouble, not that of one plan.
  [[nodiscard]] bool is_trouble() const { return last.ended.endpoint_trouble || last.ended.kind == verdict_kind::unauthorized; }
};

// One for each endpoint that has such plans, the latest call first. Errors as of state_reader.
[[nodiscard]] result<std::vector<endpoint_answer>> find_endpoint_answers(state_reader& state, const plan_names& names);

// "refuses the credential, 12 s ago: HTTP 401, …"
[[nodiscard]] std::string text_of(const endpoint_answer& a, system_time now);

}  // namespace partmark
