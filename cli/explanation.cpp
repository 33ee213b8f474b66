#include "cli/explanation.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>

namespace partmark {
namespace {

bool covers(range at, ordinal o) { return at.first <= o && o <= at.last; }

bool tells_of(const std::vector<claim>& claims, ordinal o) {
  return std::any_of(claims.begin(), claims.end(), [o](const claim& c) { return covers(c.at, o); });
}

std::optional<mark> mark_at(const std::vector<claim>& runs, ordinal o) {
  for (const claim& run : runs)
    if (covers(run.at, o)) return run.said;
  return std::nullopt;
}

standing standing_of(const plan_detail& plan, ordinal o, std::optional<mark> said) {
  if (!said) return standing::unknown;
  for (const held_part& part : plan.held)
    if (covers(part.at, o)) return standing::held;
  for (const pending_part& part : plan.pending)
    if (covers(part.said.at, o)) switch (part.why) {
        case pending_why::waiting:
          return standing::waiting;
        case pending_why::in_flight:
          return standing::in_flight;
        case pending_why::reassertion:
          return standing::reassertion;
      }
  const bool is_table = plan.overview.plan.shape.kind == plan_kind::full_refresh;
  return is_table && *said == mark::failed ? standing::untellable : standing::accepted;
}

std::optional<hold_row> hold_of(const plan_detail& plan, ordinal o) {
  for (const held_part& part : plan.held)
    if (covers(part.at, o))
      for (const hold_row& hold : plan.holds)
        if (hold.id == part.hold) return hold;
  return std::nullopt;
}

std::string shown(const std::optional<std::string_view>& text) { return text ? printable(*text, 256) : std::string(); }

}  // namespace

std::string_view to_text(record_fate f) {
  switch (f) {
    case record_fate::decides:
      return "decides";
    case record_fate::overridden:
      return "overridden";
    case record_fate::rejected:
      return "rejected";
    case record_fate::unread:
      return "unread";
  }
  return "";
}

std::string_view to_text(standing s) {
  switch (s) {
    case standing::unknown:
      return "unknown";
    case standing::accepted:
      return "accepted";
    case standing::waiting:
      return "waiting";
    case standing::in_flight:
      return "in_flight";
    case standing::reassertion:
      return "reassertion";
    case standing::held:
      return "held";
    case standing::untellable:
      return "untellable";
  }
  return "";
}

explanation explain_state(const plan_detail* plan, const plan_shape& shape, ordinal partition) {
  explanation e;
  e.shape = shape;
  e.partition = partition;
  if (plan == nullptr) return e;
  e.said = mark_at(plan->marks, partition);
  e.where = standing_of(*plan, partition, e.said);
  e.hold = hold_of(*plan, partition);
  e.is_refolding = plan->overview.plan.refold_next.has_value();
  for (const limbo_part& part : plan->limbo)
    if (covers(part.at, partition)) e.may_land = part.may_land;
  for (const attempt_row& call : plan->attempts) {
    if (tells_of(call.claims, partition))
      e.calls.push_back(call);
    else if (!e.call_cut_off && call.claims.size() == attempt_claims_kept)
      e.call_cut_off = call.call_id;
  }
  if (plan->open_call && tells_of(plan->open_call->claims.claims, partition)) e.open_call = plan->open_call;
  return e;
}

void explain_records(explanation& e, journal_history& journal, std::string_view plan, std::int64_t folded_seq,
                     const std::vector<rejected_row>& rejected) {
  std::map<std::int64_t, const rejected_row*> refused;
  for (const rejected_row& row : rejected)
    if (row.table == "plan_completion") refused.emplace(row.seq, &row);

  bool decided = false;
  const auto walked = journal.walk_plan(plan, [&](const completion_row& row) {
    // However many partitions: what was folded was within the limit of then, and what was not is among the rejected.
    const auto said = decode(row, std::numeric_limits<std::int64_t>::max());
    if (!said || said->shape != e.shape || !covers(said->partitions, e.partition)) return true;
    // What is older than the cause is history: enough of it to see a pattern, no walk through all of it.
    if (e.records.size() >= explained_records_max) {
      e.more_records = true;
      if (decided) return false;
    }
    explained_record r{.seq = row.seq,
                       .at = said->partitions,
                       .outcome = said->outcome,
                       .run_type = shown(row.run_type),
                       .job = shown(row.job),
                       .recorded_at = printable(row.recorded_at),
                       .reason = {}};
    if (row.seq > folded_seq) {
      r.fate = record_fate::unread;
    } else if (const auto why = refused.find(row.seq); why != refused.end()) {
      r.fate = record_fate::rejected;
      r.reason = why->second->reason;
    } else if (!decided) {
      r.fate = record_fate::decides;
      decided = true;
    }
    if (!e.more_records || r.fate == record_fate::decides) e.records.push_back(std::move(r));
    return true;
  });
  const auto listed = std::ranges::count(e.records, record_fate::rejected, &explained_record::fate);
  e.rejected_others = refused.size() - static_cast<std::size_t>(listed);
  const auto pruned = journal.plans_pruned_through();
  if (!walked) e.journal_trouble = walked.error().message;
  if (pruned) e.pruned_through = *pruned;
  e.cause_is_gone = walked && e.said.has_value() && !decided;
}

}  // namespace partmark
