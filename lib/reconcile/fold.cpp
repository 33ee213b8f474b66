#include "reconcile/fold.hpp"

#include "core/text.hpp"
#include "reconcile/event_names.hpp"

#include <cassert>
#include <utility>

namespace partmark {
namespace {

std::string describe(plan_shape s) {
  return s.kind == plan_kind::full_refresh ? std::string("full refresh") : std::string(to_text(s.unit));
}

}  // namespace

void fold::begin(state_changes& batch, now t) {
  batch_ = &batch;
  now_ = t;
  last_seq_.reset();
  marks_.resume(batch.marks);
  pending_.resume(batch.pending);
}

void fold::row(const completion_row& r) {
  assert(batch_);
  last_seq_ = r.seq;
  const auto decoded = decode(r, settings_.partitions_max);
  if (!decoded) return reject(r, decoded.error().message);
  const auto found = plan_for(r, decoded->shape);
  if (!found) return reject(r, found.error().message);
  plan_state& plan = **found;
  plan.book.complete(decoded->partitions, decoded->outcome, scratch_);
  marks_.append(batch_->marks, plan.row.id, scratch_.marks);
  pending_.append(batch_->pending, plan.row.id, scratch_.pending);
  append(*batch_, plan.row.id, scratch_);
  if (const auto run_type = r.run_type.value_or(std::string_view{}); plan.row.run_type != run_type) {
    plan.row.run_type = run_type;
    plan.row_changed = true;
  }
  if (!plan.lingering_since) plan.lingering_since = now_.steady;
  if (is_touched_.size() < plans_.size()) is_touched_.resize(plans_.size());
  if (!is_touched_[plan.row.id]) {
    is_touched_[plan.row.id] = true;
    touched_.push_back(plan.row.id);
  }
  ++folded_;
  ++batch_folded_;
}

result<plan_state*> fold::plan_for(const completion_row& r, plan_shape shape) {
  plan_state* plan = plans_.find(r.plan);
  if (!plan) {
    const placement where = place(r.plan);
    // Known from now on also when this record is refused: a corrected configuration then folds it anew.
    plan = &plans_.add(r.plan, where.shape.value_or(shape), where.endpoint);
    plan->configured_run_type = where.run_type;
    batch_->plans.push_back(plan->row);
  }
  if (plan->row.shape != shape)
    return error{errc::invalid, "granularity: " + describe(shape) + ": this plan is " + describe(plan->row.shape)};
  return plan;
}

void fold::reject(const completion_row& r, const std::string& reason) {
  ++rejected_;
  ++batch_rejected_;
  batch_->rejected.push_back({r.seq, "plan_completion", printable(r.plan, plan_name_bytes_max), reason, now_.system});
  if (batch_rejected_ > rejects_logged_per_batch) return;
  log_.emit({severity::warning,
             event_name::record_rejected,
             "record " + std::to_string(r.seq) + " was not folded: " + reason,
             {{"seq", r.seq}, {"plan", printable(r.plan)}, {"reason", reason}, {"job", r.job ? printable(*r.job) : std::string()}}});
}

std::vector<plan_id> fold::take_touched() {
  if (batch_folded_ + batch_rejected_ > 0 && log_.wants(severity::info))
    log_.emit({severity::info,
               event_name::journal_folded,
               "folded " + std::to_string(batch_folded_) + " records of " + std::to_string(touched_.size()) + " plans",
               {{"records", batch_folded_}, {"plans", static_cast<std::int64_t>(touched_.size())}, {"rejected", batch_rejected_}}});
  for (const plan_id id : touched_) is_touched_[id] = false;
  batch_folded_ = 0;
  batch_rejected_ = 0;
  return std::exchange(touched_, {});
}

}  // namespace partmark
