// Folding plans anew from their first record: a shape that changed, or a person's wish.
#include "reconcile/event_names.hpp"
#include "reconcile/loop.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace partmark {

void loop::want_refold(plan_state& plan, plan_shape shape, now t) {
  if (!plan.affairs->refold_to) refolds_wanted_.push_back(plan.id);
  plan.affairs.use().refold_to = shape;
  courier_.touched(plan, t, unsaved_);
  start_refolds(t);
}

// A call under way ends first. So does what may still land in another shape: its ordinals would mean nothing after, and it could win for
// good if that shape were configured again.
void loop::start_refolds(now t) {
  std::erase_if(refolds_wanted_, [&](plan_id id) {
    plan_state& plan = plans_.at(id);
    const bool is_free = !plan.under_way() && (*plan.affairs->refold_to == plan.book.shape() || plan.book.limbo().empty());
    if (is_free) start_refold(plan, t);
    return is_free;
  });
}

void loop::start_refold(plan_state& plan, now t) {
  const plan_shape shape = *std::exchange(plan.affairs.use().refold_to, std::nullopt);
  // What only pruned records said would be lost, though the remote may have still to hear it: the others are folded on top of it.
  const bool on_top = shape == plan.book.shape() && source_.is_pruned();
  log_.emit({severity::warning,
             event_name::plan_refolding,
             "plan " + plan.name() + ": its records are folded anew" +
                 (on_top ? ", on top of the marks that it has: older records were pruned" : ""),
             {{"plan", plan.name()}}});
  ledger_changes changes;
  if (on_top)
    plan.book.resync(changes);
  else
    plan.book.reset(shape, changes);
  unsaved_.durable = true;
  append(unsaved_, plan, changes);
  courier_.forget_drift(plan.id);
  plan.affairs.use().inside.clear();
  plan.row_changed = true;
  if (!plan.refolding()) refolding_.push_back(plan.id);
  plan.affairs.use().refold_next = 0;
  plan.affairs.use().refold_until = position_.plans.folded_seq;
  unsaved_.rejects_forgotten.push_back(plan.name());
  // Those that could not be stored yet are forgotten too: a batch forgets before it adds.
  std::erase_if(unsaved_.rejected, [&](const rejected_row& r) { return r.table == "plan_completion" && r.plan == plan.uuid(); });
  behind_ = true;
  courier_.touched(plan, t, unsaved_);
}

// One pass over the journal for all plans that are folded anew, however many: a record goes to its plan when that has not had it yet.
void loop::refold_slice(stage& s, now t) {
  std::int64_t after = std::numeric_limits<std::int64_t>::max();
  std::int64_t until = 0;
  for (const plan_id id : refolding_) {
    const plan_affairs& affairs = *plans_.at(id).affairs;
    after = std::min(after, *affairs.refold_next);
    until = std::max(until, affairs.refold_until);
  }
  const auto awaited = [this](std::int64_t seq, std::string_view uuid) {
    const plan_state* const plan = plans_.find(uuid);
    return plan && plan->refolding() && seq > *plan->affairs->refold_next && seq <= plan->affairs->refold_until;
  };
  fold_.begin(unsaved_, t);
  const auto slice = source_.read_again(after, until, settings_.slice_rows, awaited, fold_);
  fold_.end();
  refolded_through(slice ? slice->cursor.folded_seq : fold_.last_seq().value_or(after), t);
  if (slice)
    readable();
  else
    unreadable(slice.error(), s, t);
}

// What comes before a failed read's end is folded, and must not be folded twice.
void loop::refolded_through(std::int64_t seq, now t) {
  std::erase_if(refolding_, [&](plan_id id) {
    plan_state& plan = plans_.at(id);
    std::optional<std::int64_t>& next = plan.affairs.use().refold_next;
    const std::int64_t until = plan.affairs->refold_until;
    refolds_moved_ = refolds_moved_ || std::min(seq, until) > *next;
    next = std::max(*next, std::min(seq, until));
    if (*next < until) return false;
    next.reset();
    plan.row_changed = true;
    log_.emit({severity::info, event_name::plan_refolded, "plan " + plan.name() + ": folded anew", {{"plan", plan.name()}}});
    courier_.touched(plan, t, unsaved_);
    return true;
  });
}

// How far each has come is stored with what it has folded.
void loop::store_refolds(now t) {
  if (!std::exchange(refolds_moved_, false)) return;
  for (const plan_id id : refolding_) {
    plans_.at(id).row_changed = true;
    courier_.touched(plans_.at(id), t, unsaved_);
  }
}

}  // namespace partmark
