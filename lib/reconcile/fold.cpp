#include "reconcile/fold.hpp"

#include "core/text.hpp"
#include "reconcile/event_names.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace partmark {
namespace {

// Of a job, which only a log line names, and of whose length nothing but the journal's triggers takes care.
constexpr std::size_t job_bytes_kept = 1024;

std::string describe(plan_shape s) {
  return s.kind == plan_kind::full_refresh ? std::string("full refresh") : std::string(to_text(s.unit));
}

// In place, field by field. The note is the hash of the plan's name.
void fill(understood_row& into, const completion_row& r, const completion& what) {
  into.seq = r.seq;
  into.plan = r.plan;
  if (r.run_type) into.run_type = *r.run_type;
  if (r.job) into.job = r.job->substr(0, job_bytes_kept);
  into.what = what;
  into.note = plan_table::hash_of(r.plan);
}

}  // namespace

void fold::begin(state_changes& batch, now t) {
  batch_ = &batch;
  now_ = t;
  last_seq_.reset();
  follows_a_slice_ = batch_folded_ > 0;
  marks_.resume(batch.marks);
  pending_.resume(batch.pending);
}

void fold::row(const completion_row& r) {
  assert(batch_);
  last_seq_ = r.seq;
  const auto decoded = decode(r, settings_.partitions_max);
  if (!decoded) return reject(r.seq, r.plan, r.job.value_or(std::string_view{}), decoded.error().message);
  understood_row row;
  fill(row, r, *decoded);
  apply(row, plans_.find(row.plan, row.note));
}

bool fold::understand(const completion_row& r, understood_row& into) const {
  const auto decoded = decode(r, settings_.partitions_max);
  if (decoded) fill(into, r, *decoded);
  return decoded.has_value();
}

void fold::understood(std::span<const understood_row> rows) {
  assert(batch_);
  while (!rows.empty()) {
    const auto some = rows.first(std::min(rows.size(), at_once));
    const auto plans = fetch(some);
    for (std::size_t i = 0; i < some.size(); ++i) {
      plan_state* const plan = plans[i];
      const bool is_it = plan != nullptr && plan->uuid() == some[i].plan;
      apply(some[i], is_it ? plan : plans_.find(some[i].plan, some[i].note));
    }
    last_seq_ = some.back().seq;
    rows = rows.subspan(some.size());
  }
}

std::array<plan_state*, fold::at_once> fold::fetch(std::span<const understood_row> rows) {
  std::array<plan_state*, at_once> plans{};
  for (const understood_row& row : rows) plans_.fetch_slot(row.note);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    plans[i] = plans_.guess(rows[i].note);
    if (plans[i]) plans[i]->fetch();
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!plans[i]) continue;
    plans[i]->kept_uuid.fetch();
    plans[i]->book.fetch();
    if (plans[i]->is_new) continue;
    marks_.fetch(batch_->marks, plans[i]->id);
    pending_.fetch(batch_->pending, plans[i]->id);
  }
  return plans;
}

void fold::apply(const understood_row& r, plan_state* known) {
  const auto found = plan_for(r, known);
  if (!found) return reject(r.seq, r.plan, r.job, found.error().message);
  plan_state& plan = **found;
  complete(plan, r.what);
  if (plans_.recorded_run_type(plan) != r.run_type) {
    plans_.set_run_type(plan, r.run_type);
    plan.row_changed = true;
  }
  if (!plan.lingering_since) plan.lingering_since = now_.steady;
  if (is_touched_.size() < plans_.size()) is_touched_.resize(plans_.size());
  if (!is_touched_[plan.id]) {
    is_touched_[plan.id] = true;
    touched_.push_back(plan.id);
  }
  ++folded_;
  ++batch_folded_;
}

void fold::complete(plan_state& plan, const completion& what) {
  if (plan.is_new && plan.book.grow(what.partitions, what.outcome)) return;  // as many rows as before
  if (plan.is_new || !follows_a_slice_) {
    // A day's work: no table as long as all the plans for the sake of a few.
    plan.book.complete(what.partitions, what.outcome, scratch_);
    append(*batch_, plan, scratch_);
    return;
  }
  if (const auto was = plan.book.grow(what.partitions, what.outcome)) {
    marks_.grow(batch_->marks, plan.id, was->marks, what.partitions.last, what.outcome);
    pending_.grow(batch_->pending, plan.id, was->pending, what.partitions.last, what.outcome);
    return;
  }
  plan.book.complete(what.partitions, what.outcome, scratch_);
  marks_.append(batch_->marks, plan.id, scratch_.marks);
  pending_.append(batch_->pending, plan.id, scratch_.pending);
  append(*batch_, plan, scratch_);
}

result<plan_state*> fold::plan_for(const understood_row& r, plan_state* plan) {
  if (!plan) {
    const placement where = place(r.plan);
    // Known from now on also when this record is refused: a corrected configuration then folds it anew.
    const bool is_other = where.partitioned && r.what.shape.kind == plan_kind::full_refresh;
    plan = &plans_.add(r.plan, where.shape.value_or(is_other ? plan_shape{} : r.what.shape));
    plan->endpoint = static_cast<std::uint16_t>(where.endpoint);
    plan->is_new = true;
    batch_->new_plans.push_back(plan->id);
    plans_.set_configured_run_type(*plan, where.run_type);
  }
  if (plan->book.shape() == r.what.shape || takes_shape(*plan, r.what.shape)) return plan;
  const bool is_open = plan->book.is_blank() && !place(plan->uuid()).shape;
  return error{errc::invalid, "granularity: " + describe(r.what.shape) + ": this plan is " +
                                  (is_open ? "configured as partitioned" : describe(plan->book.shape()))};
}

// A plan of which only refused records came, since a wrong configuration ruled that is gone now, is like one that nobody knows yet.
bool fold::takes_shape(plan_state& plan, plan_shape shape) {
  const placement where = place(plan.uuid());
  if (!plan.book.is_blank() || where.shape || (where.partitioned && shape.kind == plan_kind::full_refresh)) return false;
  ledger_changes none;
  plan.book.reset(shape, none);
  plan.row_changed = true;
  return true;
}

void fold::reject(std::int64_t seq, std::string_view plan, std::string_view job, const std::string& reason) {
  ++rejected_;
  ++batch_rejected_;
  batch_->rejected.push_back({seq, "plan_completion", printable(plan, plan_name_bytes_max), reason, now_.system});
  if (batch_rejected_ > rejects_logged_per_batch) return;
  log_.emit({severity::warning,
             event_name::record_rejected,
             "record " + std::to_string(seq) + " was not folded: " + reason,
             {{"seq", seq}, {"plan", printable(plan)}, {"reason", reason}, {"job", printable(job)}}});
}

std::vector<plan_id> fold::take_touched() {
  if (batch_folded_ + batch_rejected_ > 0 && log_.wants(severity::info))
    log_.emit({severity::info,
               event_name::journal_folded,
               "folded " + std::to_string(batch_folded_) + " records of " + std::to_string(touched_.size()) + " plans",
               {{"records", batch_folded_}, {"plans", static_cast<std::int64_t>(touched_.size())}, {"rejected", batch_rejected_}}});
  for (const plan_id id : touched_) is_touched_[id] = false;
  marks_.close();
  pending_.close();
  batch_folded_ = 0;
  batch_rejected_ = 0;
  return std::exchange(touched_, {});
}

}  // namespace partmark
