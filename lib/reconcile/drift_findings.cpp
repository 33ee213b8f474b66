#include "reconcile/drift_findings.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace partmark {

std::size_t drift_findings::ranges() const {
  std::size_t all = 0;
  for (const auto& [plan, finding] : found_) all += finding.parts.runs();
  return all;
}

void drift_findings::compared(plan_id plan, const drift_report& report, system_time at) {
  found_.erase(plan);
  if (!report.found()) return;
  std::vector<std::pair<range, drift_kind>> parts;
  parts.reserve(report.missing.size() + report.unexpected.size());
  for (const range r : report.missing) parts.emplace_back(r, drift_kind::missing);
  for (const range r : report.unexpected) parts.emplace_back(r, drift_kind::unexpected);
  std::sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.first.first > b.first.first; });
  const std::size_t room = std::min(ranges_max, ranges_of_all_max - std::min(ranges_of_all_max, ranges()));
  drift_finding finding{at, {}, parts.size() > room};
  parts.resize(std::min(parts.size(), room));
  run_changes<drift_kind> unused;
  for (const auto& [r, kind] : parts) finding.parts.assign(r, kind, unused);
  found_.emplace(plan, std::move(finding));
}

void drift_findings::accepted(plan_id plan, range at) {
  const auto found = found_.find(plan);
  if (found == found_.end()) return;
  std::vector<range> mended;
  found->second.parts.visit(at, [&](range part, drift_kind) { mended.push_back(part); });
  run_changes<drift_kind> unused;
  for (const range r : mended) {
    // A call that mends every other partition must not make the finding grow.
    if (found->second.parts.runs() < 2 * ranges_max) found->second.parts.assign(r, drift_kind::mended, unused);
  }
}

void drift_findings::forget(plan_id plan) { found_.erase(plan); }

const drift_finding* drift_findings::of(plan_id plan) const {
  const auto found = found_.find(plan);
  return found == found_.end() ? nullptr : &found->second;
}

}  // namespace partmark
