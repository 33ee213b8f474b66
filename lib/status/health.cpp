#include "status/health.hpp"

namespace partmark {

std::vector<std::string> troubles_of(const summary_view& now) {
  std::vector<std::string> all;
  if (now.journal_trouble)
    all.push_back(now.journal_trouble->empty() ? "the journal is not there yet: `partmark init` makes it"
                                               : "the journal cannot be read: " + *now.journal_trouble);
  if (!now.state_writable) all.emplace_back("state.db cannot be written, so nothing is pushed: most often the disk is full");
  for (const auto& e : now.endpoints) {
    if (e.unauthorized)
      all.push_back("endpoint " + e.name + " refuses the credential");
    else if (e.circuit_open)
      all.push_back("endpoint " + e.name + " does not answer as it should: it gets single probes only");
  }
  return all;
}

}  // namespace partmark
