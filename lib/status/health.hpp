// Whether partmark does its work, in sentences: for /healthz and for the top of the page. Pure; any thread.
#pragma once

#include "status/views.hpp"

#include <string>
#include <vector>

namespace partmark {

// What keeps marks from reaching the platform now; empty: nothing. A held plan is not among it: the others go on.
[[nodiscard]] std::vector<std::string> troubles_of(const summary_view& now);

}  // namespace partmark
