#include "cli/explanation_text.hpp"

#include "cli/owed_json.hpp"
#include "cli/partition_text.hpp"
#include "cli/text_table.hpp"
#include "cli/time_text.hpp"

namespace partmark {
namespace {

std::string_view verb_of(call_kind kind) {
  switch (kind) {
    case call_kind::update:
      return "update";
    case call_kind::clear:
      return "clear";
    case call_kind::refresh:
      return "refresh";
  }
  return "";
}

std::string standing_text(const explanation& e) {
  switch (e.where) {
    case standing::unknown:
      return "no record of it is folded";
    case standing::accepted:
      return "the platform has accepted it";
    case standing::waiting:
      return "waiting to be sent, or to be sent again";
    case standing::in_flight:
      return "under way to the platform";
    case standing::reassertion:
      return "the platform has accepted it; sent once more when a lost call can no longer land";
    case standing::held:
      return "held: the platform refused it";
    case standing::untellable:
      return "not told: the API has no words for a full refresh that failed";
  }
  return "";
}

tone colour_of(const explanation& e) {
  switch (e.where) {
    case standing::accepted:
      return tone::good;
    case standing::held:
      return tone::bad;
    default:
      return tone::warning;
  }
}

std::string may_land_text(mark_bits may_land) {
  std::string text;
  for (const mark m : {mark::success, mark::failed, mark::cleared})
    if ((may_land & bit(m)) != 0) text += (text.empty() ? "" : ", ") + std::string(to_text(m));
  return text;
}

std::string records_text(const explanation& e, const style& looks) {
  using side = text_table::side;
  if (e.records.empty()) return {};
  text_table table({{"seq", side::right},
                    {"recorded", side::left},
                    {"outcome", side::left},
                    {"range", side::left},
                    {"job", side::left},
                    {"fate", side::left}});
  for (const explained_record& r : e.records) {
    const bool decides = r.fate == record_fate::decides;
    std::string fate(to_text(r.fate));
    if (!r.reason.empty()) fate += ": " + r.reason;
    table.add({{std::to_string(r.seq), tone::plain},
               {r.recorded_at, tone::plain},
               {std::string(to_text(r.outcome)), tone::plain},
               {range_text(e.shape, r.at), tone::plain},
               {r.job.empty() ? "-" : r.job, tone::plain},
               {fate, decides ? tone::strong : tone::dim}});
  }
  return "\nRecords, latest first\n" + table.text(looks) + (e.more_records ? "Older ones are left out.\n" : "");
}

std::string gone_text(const explanation& e) {
  if (!e.cause_is_gone) return {};
  if (e.pruned_through > 0)
    return "\nThe record that decided it was pruned: the journal's records up to seq " + std::to_string(e.pruned_through) +
           " may be gone.\n";
  if (e.is_refolding) return "\nThe plan is being folded anew: the record that decides it is still to be read.\n";
  return "\nNo record in the journal gave this mark: it comes from a journal that was here before (`partmark state adopt-journal`).\n";
}

std::string rejected_text(const explanation& e) {
  if (e.rejected_others == 0) return {};
  return "\nOf the plan's records " + std::to_string(e.rejected_others) + (e.rejected_others == 1 ? " was" : " were") +
         " rejected, whatever partition meant: `partmark rejected` says why.\n";
}

std::string untold_text(const explanation& e) {
  const std::string kept = std::to_string(attempts_kept);
  if (e.call_cut_off)
    return "\nOf call " + std::to_string(*e.call_cut_off) + " only the first " + std::to_string(attempt_claims_kept) +
           " ranges are kept: it may have told of it, or a call before the plan's latest " + kept + " did.\n";
  return "\nThe call that told of it is no longer among the plan's latest " + kept + ", which is all that is kept.\n";
}

std::string said_by(const attempt_row& call, ordinal partition) {
  for (const claim& c : call.claims)
    if (c.at.first <= partition && partition <= c.at.last) return std::string(to_text(c.said));
  return {};
}

std::string calls_text(const explanation& e, const style& looks) {
  using side = text_table::side;
  if (e.calls.empty() && !e.open_call) return {};
  text_table table({{"call", side::right},
                    {"sent", side::left},
                    {"took", side::right},
                    {"says", side::left},
                    {"verdict", side::left},
                    {"reply", side::left}});
  if (e.open_call)
    table.add({{std::to_string(e.open_call->call_id), tone::plain},
               {short_utc(e.open_call->at), tone::plain},
               {"-", tone::plain},
               {std::string(verb_of(e.open_call->claims.kind)), tone::plain},
               {"open", tone::warning},
               {"-", tone::plain}});
  for (const attempt_row& call : e.calls)
    table.add({{std::to_string(call.call_id), tone::plain},
               {short_utc(call.sent_at), tone::plain},
               {duration_text(call.took), tone::plain},
               {std::string(verb_of(call.kind)) + " " + said_by(call, e.partition), tone::plain},
               {std::string(to_text(call.ended.kind)), call.ended.kind == verdict_kind::accepted ? tone::good : tone::bad},
               {reply_text(call.ended), tone::plain}});
  return "\nCalls that told of it, latest first\n" + table.text(looks);
}

void write_record(json_writer& json, const plan_shape& shape, const explained_record& r) {
  json.object().member("seq", r.seq);
  write_range(json, shape, r.at);
  json.member("outcome", to_text(r.outcome)).member("run_type", r.run_type).member("job", r.job).member("recorded_at", r.recorded_at);
  json.member("fate", to_text(r.fate)).member("reason", r.reason).end();
}

void write_call(json_writer& json, const attempt_row& call, ordinal partition) {
  const verdict& v = call.ended;
  json.object().member("call", call.call_id).member("kind", verb_of(call.kind)).member("mark", said_by(call, partition));
  json.member("partitions", call.partitions).member("sent_at", call.sent_at).member("took_ms", call.took.count());
  json.member("verdict", to_text(v.kind)).key("http_status");
  v.http_status == 0 ? json.null() : json.value(v.http_status);
  json.member("code", v.code).member("message", v.message).member("trace_id", v.trace_id).end();
}

}  // namespace

std::string reply_text(const verdict& v) {
  std::string text = v.http_status == 0 ? std::string("no reply") : "HTTP " + std::to_string(v.http_status);
  if (!v.code.empty()) text += ", code " + v.code;
  if (!v.message.empty()) text += ", " + v.message;
  if (!v.trace_id.empty()) text += ", traceId " + v.trace_id;
  return text;
}

std::string explanation_text(const explanation& e, std::string_view uuid, const plan_names& names, const style& looks) {
  std::string out = painted(names.title_of(uuid), tone::strong, looks) + "  " + range_text(e.shape, {e.partition, e.partition}) + "  " +
                    std::string(shape_text(e.shape)) + "  endpoint " + std::string(names.endpoint_of(uuid)) + "\n";
  out += (e.said ? std::string(to_text(*e.said)) + ": " : "") + painted(standing_text(e), colour_of(e), looks) + "\n";
  if (e.hold) out += "  " + reason_of(refusal_of(*e.hold)) + ", " + when_of(refusal_of(*e.hold)) + "\n";
  if (e.may_land != 0) out += "A lost call may still land here with: " + may_land_text(e.may_land) + "\n";
  out += records_text(e, looks) + rejected_text(e) + gone_text(e) + calls_text(e, looks);
  if (e.said && e.where == standing::accepted && e.calls.empty()) out += untold_text(e);
  if (e.journal_trouble) out += "\n" + painted("The journal's records: " + *e.journal_trouble, tone::bad, looks) + "\n";
  return out;
}

std::string explanation_json(const explanation& e, std::string_view uuid, const plan_names& names) {
  json_writer json(false);
  json.object();
  write_plan(json, uuid, names.name_of(uuid), e.shape);
  json.member("endpoint", names.endpoint_of(uuid)).key("partition");
  e.shape.kind == plan_kind::full_refresh ? json.null() : json.value(partition_start(e.shape.unit, e.partition));
  json.key("mark");
  e.said ? json.value(to_text(*e.said)) : json.null();
  json.member("standing", to_text(e.where)).key("held");
  if (e.hold) {
    json.object();
    write_refusal(json, refusal_of(*e.hold));
    json.end();
  } else {
    json.null();
  }
  json.key("may_land").array();
  for (const mark m : {mark::success, mark::failed, mark::cleared})
    if ((e.may_land & bit(m)) != 0) json.value(to_text(m));
  json.end().key("records").array();
  for (const explained_record& r : e.records) write_record(json, e.shape, r);
  json.end().member("more_records", e.more_records).member("pruned_through_seq", e.pruned_through).member("cause_is_gone", e.cause_is_gone);
  json.member("rejected_others", static_cast<std::int64_t>(e.rejected_others));
  json.key("open_call");
  e.open_call ? json.value(e.open_call->call_id) : json.null();
  json.key("calls").array();
  for (const attempt_row& call : e.calls) write_call(json, call, e.partition);
  json.end().member("journal_trouble", e.journal_trouble).end();
  return std::move(json).finish();
}

}  // namespace partmark
