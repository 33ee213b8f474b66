#include "reconcile/state.hpp"

namespace partmark {

bool state_changes::empty() const {
  return plans.empty() && marks.empty() && pending.empty() && limbo.empty() && held.empty() && holds.empty() && holds_ended.empty() &&
         rejects_forgotten.empty() && rejected.empty() && intents_ended.empty() && intents.empty() && attempts.empty() &&
         triggers.empty() && paused.empty() && !position && !boot_id;
}

void state_changes::clear() { *this = {}; }

}  // namespace partmark
