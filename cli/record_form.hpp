// The three forms that `partmark record` takes, told apart before anything is looked at closely; and the key that stands in for --key in an
// ExecStopPost= line. Pure; any thread.
#pragma once

#include "cli/options.hpp"
#include "cli/service_end.hpp"
#include "core/result.hpp"

#include <string>

namespace partmark {

// errc::invalid when the options are no form of `record`: which one is missing, or which two exclude one another.
[[nodiscard]] result<void> check_form(const record_options& options);

// What the service's end says in place of --outcome, --job and --key; a given job or key stays. False: nothing is to be recorded.
// errc::invalid as outcome_of().
[[nodiscard]] result<bool> take_from(const service_end& end, record_options& options);

}  // namespace partmark
