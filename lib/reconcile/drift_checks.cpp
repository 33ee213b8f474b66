#include "reconcile/drift_checks.hpp"

#include "can/listings.hpp"
#include "reconcile/event_names.hpp"

#include <cassert>
#include <utility>

namespace partmark {
namespace {

constexpr auto moved_meanwhile = "the plan was moved to another endpoint meanwhile: check it again once that one was told";

std::int64_t partitions(const std::vector<range>& ranges) {
  std::int64_t n = 0;
  for (const range r : ranges) n += r.size();
  return n;
}

}  // namespace

bool drift_checks::begin(plan_state& plan, bool repair, drift_handler done, drift_page_handler paged) {
  if (plan.book.shape().kind == plan_kind::full_refresh) {
    drift_outcome none{plan.name(), drift_report{}, {}, false};
    if (done) done(none, plan.book.shape().unit);
    return false;
  }
  const auto [at, is_new] = checks_.try_emplace(plan.id);
  check& c = at->second;
  c.repair = c.repair || repair;
  if (done) c.done.push_back(std::move(done));
  if (paged) c.paged.push_back(std::move(paged));
  if (is_new) {
    plan.book.watch_quiet();
    c.quiet_before = plan.book.quiet()->partitions();
  }
  return is_new;
}

http_request drift_checks::next_request(const plan_state& plan) const {
  return can::list_partitions(plan.uuid(), checks_.at(plan.id).page, drift_page_size);
}

bool drift_checks::ended(plan_state& plan, const call_answer& answer, system_time at, state_changes& batch) {
  check& c = checks_.at(plan.id);
  drift_outcome outcome{plan.name(), std::nullopt, {}, false};
  if (c.moved) {
    outcome.trouble = moved_meanwhile;
    finish(plan, std::move(outcome));
    return false;
  }
  if (answer.ended.kind != verdict_kind::accepted) {
    outcome.trouble = answer.ended.message.empty() ? "the listing was refused" : answer.ended.message;
    finish(plan, std::move(outcome));
    return false;
  }
  const auto page = can::read_partition_page(answer.listing, plan.book.shape().unit);
  if (!page) {
    outcome.trouble = page.error().message;
    finish(plan, std::move(outcome));
    return false;
  }
  if (!page->is_partitioned && page->has_data) {
    outcome.trouble = "the platform keeps it as a full refresh, without partitions: is its uuid the right one?";
    finish(plan, std::move(outcome));
    return false;
  }
  run_changes<in_set> unused;
  for (const ordinal o : page->listed) c.listed.assign({o, o}, {}, unused);
  c.unreadable += static_cast<std::int64_t>(page->unreadable);
  for (const auto& paged : c.paged) paged(c.page);
  if (page->has_next && c.page < pages_max) {
    ++c.page;
    return true;
  }
  if (page->has_next)
    outcome.trouble = "the listing did not end after " + std::to_string(pages_max) + " pages";
  else if (!plan.book.quiet())
    outcome.trouble = "the plan was folded anew meanwhile";
  else
    compare_and_repair(plan, outcome, batch);
  if (outcome.report) findings_.compared(plan.id, *outcome.report, at);
  finish(plan, std::move(outcome));
  return false;
}

void drift_checks::moved(plan_state& plan, bool page_under_way) {
  const auto at = checks_.find(plan.id);
  if (at == checks_.end()) return;
  at->second.moved = true;
  if (!page_under_way) finish(plan, {plan.name(), std::nullopt, moved_meanwhile, false});
}

void drift_checks::compare_and_repair(plan_state& plan, drift_outcome& outcome, state_changes& batch) {
  const check& c = checks_.at(plan.id);
  drift_report report = compare(plan.book, c.listed);
  report.unreadable = c.unreadable;
  // Where the plan's list changed between two pages, one that slipped from the second to the first only looks missing. The next check
  // tells.
  if (c.page > 1 && plan.book.quiet()->partitions() != c.quiet_before) report.missing.clear();
  outcome.repaired = c.repair && report.found() && report.unreadable == 0;
  if (report.found())
    log_.emit({severity::warning,
               event_name::drift_found,
               "plan " + plan.name() + ": the remote's list differs" + (outcome.repaired ? ", and is put right" : ""),
               {{"plan", plan.name()},
                {"missing", partitions(report.missing)},
                {"unexpected", partitions(report.unexpected)},
                {"unreadable", report.unreadable},
                {"repaired", outcome.repaired}}});
  if (outcome.repaired) {
    ledger_changes changes;
    for (const range r : report.missing) plan.book.touch(r, changes);
    for (const range r : report.unexpected) plan.book.touch(r, changes);
    append(batch, plan, changes);
    batch.durable = true;
  }
  outcome.report = std::move(report);
}

void drift_checks::finish(plan_state& plan, drift_outcome outcome) {
  plan.book.end_quiet_watch();
  const auto ended = checks_.extract(plan.id);
  for (const auto& done : ended.mapped().done) done(outcome, plan.book.shape().unit);
}

}  // namespace partmark
