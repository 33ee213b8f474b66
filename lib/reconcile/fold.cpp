#include "reconcile/fold.hpp"

#include "core/text.hpp"
#include "reconcile/event_names.hpp"

#include <array>
#include <cassert>
#include <utility>

namespace partmark {
namespace {

// So many at once are a catch-up, not a day's work.
constexpr std::int64_t many_records = 100'000;

// Of a job, which only a log line names, and of whose length nothing but the journal's triggers takes care.
constexpr std::size_t job_bytes_kept = 1024;

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
  const auto decoded = decode(r, settings_.partitions_max);
  if (decoded) return understood(r, *decoded);
  last_seq_ = r.seq;
  apply_staged();  // rejections come in the order of the rows
  reject(r.seq, r.plan, r.job.value_or(std::string_view{}), decoded.error().message);
}

std::optional<completion> fold::understand(const completion_row& r) const {
  const auto decoded = decode(r, settings_.partitions_max);
  return decoded ? std::optional<completion>(*decoded) : std::nullopt;
}

void fold::understood(const completion_row& r, const completion& what) {
  assert(batch_);
  last_seq_ = r.seq;
  stage(r, what);
}

void fold::end() { apply_staged(); }

void fold::stage(const completion_row& r, const completion& what) {
  const auto keep = [&](std::optional<std::string_view> text) {
    texts_ += text.value_or(std::string_view{});
    return static_cast<std::uint32_t>(texts_.size());
  };
  staged_row& s = staged_.emplace_back();
  s.seq = r.seq;
  s.what = what;
  s.hash = plan_table::hash_of(r.plan);
  plans_.fetch_slot(s.hash);
  s.plan_end = keep(r.plan);
  s.run_type_end = keep(r.run_type);
  s.job_end = keep(r.job.value_or(std::string_view{}).substr(0, job_bytes_kept));
  if (staged_.size() == staged_max) apply_staged();
}

void fold::fetch_staged() const {
  std::array<const plan_state*, staged_max> plans{};
  for (std::size_t i = 0; i < staged_.size(); ++i) {
    plans[i] = plans_.guess(staged_[i].hash);
    if (plans[i]) plans[i]->fetch();
  }
  for (std::size_t i = 0; i < staged_.size(); ++i) {
    if (!plans[i]) continue;
    plans[i]->kept_uuid.fetch();
    plans[i]->book.fetch();
    marks_.fetch(batch_->marks, plans[i]->id);
    pending_.fetch(batch_->pending, plans[i]->id);
  }
}

void fold::apply_staged() {
  fetch_staged();
  const std::string_view texts = texts_;
  std::size_t begin = 0;
  for (const staged_row& s : staged_) {
    const auto text = [&](std::size_t from, std::size_t to) { return texts.substr(from, to - from); };
    apply(s, text(begin, s.plan_end), text(s.plan_end, s.run_type_end), text(s.run_type_end, s.job_end));
    begin = s.job_end;
  }
  staged_.clear();
  texts_.clear();
}

void fold::apply(const staged_row& r, std::string_view name, std::string_view run_type, std::string_view job) {
  const auto found = plan_for(r, name);
  if (!found) return reject(r.seq, name, job, found.error().message);
  plan_state& plan = **found;
  plan.book.complete(r.what.partitions, r.what.outcome, scratch_);
  marks_.append(batch_->marks, plan.id, scratch_.marks);
  pending_.append(batch_->pending, plan.id, scratch_.pending);
  append(*batch_, plan.id, scratch_);
  if (plans_.recorded_run_type(plan) != run_type) {
    plans_.set_run_type(plan, run_type);
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

result<plan_state*> fold::plan_for(const staged_row& r, std::string_view name) {
  plan_state* plan = plans_.find(name, r.hash);
  if (!plan) {
    const placement where = place(name);
    // Known from now on also when this record is refused: a corrected configuration then folds it anew.
    plan = &plans_.add(name, where.shape.value_or(r.what.shape));
    plan->endpoint = static_cast<std::uint16_t>(where.endpoint);
    plans_.set_configured_run_type(*plan, where.run_type);
    batch_->plans.push_back(plans_.row(*plan));
  }
  if (plan->book.shape() != r.what.shape)
    return error{errc::invalid, "granularity: " + describe(r.what.shape) + ": this plan is " + describe(plan->book.shape())};
  return plan;
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
  if (batch_folded_ > many_records) {
    marks_.release();
    pending_.release();
  }
  batch_folded_ = 0;
  batch_rejected_ = 0;
  return std::exchange(touched_, {});
}

}  // namespace partmark
