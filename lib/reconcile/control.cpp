// Carries a person's command out.
#include "reconcile/control.hpp"
#include "core/text.hpp"
#include "reconcile/loop.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace partmark {
namespace {

namespace json = boost::json;

std::string named(const std::optional<std::string>& target) { return target ? printable(*target) : std::string("all"); }

control_reply at_once(loop& target, const control_command& command, now t) {
  std::optional<std::string_view> name;
  if (command.target) name = *command.target;
  const std::string shown = named(command.target);
  const control_reply unknown_plan{false, shown + ": no record ever named this plan; `partmark plans` lists them", {}};
  switch (command.verb) {
    case control_verb::retry:
      if (target.retry_held(name, t)) return {true, "what is held is tried now: " + shown, {}};
      return {false, shown + ": no record ever named this plan or table; `partmark plans` lists them", {}};
    case control_verb::resync:
      return target.resync(name, t) ? control_reply{true, "the whole state is pushed again: " + shown, {}} : unknown_plan;
    case control_verb::refold:
      return target.refold(*name, t) ? control_reply{true, shown + ": its records are folded anew", {}} : unknown_plan;
    case control_verb::pause:
    case control_verb::resume: {
      const bool pausing = command.verb == control_verb::pause;
      if (target.pause(name.value_or(std::string_view()), pausing, t)) return {true, (pausing ? "paused: " : "goes on: ") + shown, {}};
      return {false, shown + ": no endpoint of this name is configured", {}};
    }
    case control_verb::drift:
      break;
  }
  return unknown_plan;
}

constexpr std::size_t ranges_shown_max = 100;

json::array ranges_json(granularity unit, const std::vector<range>& ranges) {
  json::array out;
  for (const range r : ranges) {
    if (out.size() == ranges_shown_max) break;
    out.push_back(json::object{{"first", partition_start(unit, r.first)}, {"last", partition_start(unit, r.last)}});
  }
  return out;
}

std::int64_t count(const std::vector<range>& ranges) {
  std::int64_t n = 0;
  for (const range r : ranges) n += r.size();
  return n;
}

// Gathers the outcomes of the plans that one command checks, and answers when the last has come.
struct drift_gathering {
  control_done done;
  std::size_t awaited = 0;
  json::array plans;
  std::size_t differing = 0;
  std::size_t failed = 0;
  control_told told;          // may be empty
  control_progress progress;  // of all plans
  struct share {
    std::int64_t expected = 1;
    std::int64_t read = 0;
  };
  std::vector<share> pages;  // a plan each

  void paged(std::size_t plan, unsigned page) {
    progress.pages += page - pages[plan].read;
    pages[plan].read = page;
    progress.pages_expected += std::max<std::int64_t>(0, page - pages[plan].expected);
    pages[plan].expected = std::max<std::int64_t>(page, pages[plan].expected);
    if (told) told(progress);
  }

  void ended(std::size_t plan) {
    ++progress.plans_done;
    progress.pages_expected += pages[plan].read - pages[plan].expected;
    pages[plan].expected = pages[plan].read;
    if (told) told(progress);
  }

  void came(const drift_outcome& o, granularity unit) {
    json::object plan{{"plan", o.plan}, {"repaired", o.repaired}};
    if (o.report) {
      plan["compared"] = o.report->compared;
      plan["missing_partitions"] = count(o.report->missing);
      plan["missing"] = ranges_json(unit, o.report->missing);
      plan["unexpected_partitions"] = count(o.report->unexpected);
      plan["unexpected"] = ranges_json(unit, o.report->unexpected);
      plan["unknown_partitions"] = o.report->unknown;
      plan["unreadable"] = o.report->unreadable;
      differing += o.report->found() ? 1U : 0U;
    } else {
      plan["trouble"] = o.trouble;
      ++failed;
    }
    plans.push_back(std::move(plan));
    if (--awaited == 0) answer();
  }

  void answer() const {
    const std::string text = std::to_string(plans.size()) + (plans.size() == 1 ? " plan compared, " : " plans compared, ") +
                             std::to_string(differing) + (differing == 1 ? " differs" : " differ") +
                             (failed > 0 ? ", " + std::to_string(failed) + " could not be listed" : std::string());
    done({differing == 0 && failed == 0, text, json::serialize(plans)});
  }
};

// Pages that the remote's list of a plan will have, if it agrees.
std::int64_t pages_expected(const plan_state& plan) {
  if (plan.book.shape().kind == plan_kind::full_refresh) return 0;
  std::int64_t listed = 0;
  plan.book.marks().visit_all([&](range at, mark said) { listed += said == mark::success ? at.size() : 0; });
  return std::max<std::int64_t>(1, (listed + drift_page_size - 1) / drift_page_size);
}

void check_drift(loop& target, const control_command& command, now t, control_done done, control_told told) {
  std::vector<std::string> uuids;
  auto gathering = std::make_shared<drift_gathering>();
  for (const plan_state& plan : target.plans())
    if (!command.target || plan.uuid() == *command.target) {
      uuids.push_back(plan.name());
      gathering->pages.push_back({pages_expected(plan), 0});
      gathering->progress.pages_expected += gathering->pages.back().expected;
    }
  if (uuids.empty() && command.target)
    return done({false, printable(*command.target) + ": no record ever named this plan; `partmark plans` lists them", {}});
  if (uuids.empty()) return done({true, "there are no plans yet", "[]"});
  gathering->done = std::move(done);
  if (command.progress) gathering->told = std::move(told);
  gathering->progress.plans = static_cast<std::int64_t>(uuids.size());
  gathering->awaited = uuids.size();
  for (std::size_t i = 0; i < uuids.size(); ++i) {
    const auto ended = [gathering, i](const drift_outcome& o, granularity unit) {
      gathering->ended(i);
      gathering->came(o, unit);
    };
    target.check_drift(uuids[i], command.repair, t, ended, [gathering, i](unsigned page) { gathering->paged(i, page); });
  }
}

}  // namespace

void carry_out(loop& target, const control_command& command, now t, control_done done, control_told told) {
  if (command.verb == control_verb::drift) return check_drift(target, command, t, std::move(done), std::move(told));
  done(at_once(target, command, t));
}

}  // namespace partmark
