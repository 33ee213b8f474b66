#include "story.hpp"

namespace partmark::testing {

std::string_view name_of(tally t) {
  static constexpr std::array<std::string_view, tallies> names = {
      "plans",
      "completions",
      "table records",
      "turns of the loop",
      "commits",
      "calls",
      "partitions told",
      "triggers",
      "listings",
      "token calls",
      "simulated seconds",
      "plans held at the end",
      "crashes",
      "deaths within a step",
      "power cuts",
      "errors of the journal's port",
      "failed commits",
      "full disks",
      "journals gone",
      "changes of weather",
      "calls lost before they were applied",
      "calls lost after they were applied",
      "applied late",
      "applied twice",
      "failed before anything was processed",
      "refusals for good",
      "refusals in passing",
      "credentials refused",
      "tokens revoked",
      "token calls failed",
      "marks changed by others",
      "wrong records",
      "records seen late",
      "numbers burned",
      "jumps of the wall clock",
      "suspends",
      "stalls",
      "reloads",
      "pauses",
      "resumes",
      "retries",
      "resyncs",
      "refolds",
      "drift checks",
      "drift repairs",
  };
  return names[static_cast<std::size_t>(t)];
}

}  // namespace partmark::testing
