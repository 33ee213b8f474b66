// Reads back what the remote believes of a plan, page by page, and compares it with the ledger (DESIGN §5, drift). One check a plan at a
// time; its calls take turns with the others of the endpoint. Owned by the courier; one thread.
#pragma once

#include "can/requests.hpp"
#include "core/answer.hpp"
#include "core/drift.hpp"
#include "reconcile/drift_findings.hpp"
#include "reconcile/events.hpp"
#include "reconcile/plans.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace partmark {

// How one plan's check ended.
struct drift_outcome {
  std::string plan;
  std::optional<drift_report> report;  // absent: the listing could not be read
  std::string trouble;                 // then: why
  bool repaired = false;               // the differences are pending now
};

using drift_handler = std::function<void(const drift_outcome&, granularity unit)>;
using drift_page_handler = std::function<void(unsigned page)>;  // so many pages of the plan's list are read

inline constexpr unsigned drift_page_size = 1000;  // partitions

class drift_checks {
 public:
  explicit drift_checks(events& log) : log_(log) {}

  // Begins a check; `done` is called once, from ended() or moved(). False: one is under way, `done` is told when that one ends; or the plan
  // is a full refresh, which lists no partitions: `done` is told at once.
  // `paged`, where there is one, is called before that for each page read from here on.
  bool begin(plan_state& plan, bool repair, drift_handler done, drift_page_handler paged = {});

  [[nodiscard]] bool checking(plan_id plan) const { return checks_.contains(plan); }
  [[nodiscard]] http_request next_request(const plan_state& plan) const;

  // A page came, or didn't. True: another page is to be asked for. Repairs go into `batch`.
  bool ended(plan_state& plan, const call_answer& answer, system_time at, state_changes& batch);

  // The plan belongs to another endpoint from here on: its check, if there is one, ends without a result. With a page under way it does
  // when that ends.
  void moved(plan_state& plan, bool page_under_way);

  [[nodiscard]] drift_findings& findings() { return findings_; }
  [[nodiscard]] const drift_findings& findings() const { return findings_; }

 private:
  static constexpr unsigned pages_max = 10'000;  // a remote that never ends its list must not keep us

  struct check {
    bool repair = false;
    bool moved = false;
    unsigned page = 1;
    std::int64_t quiet_before = 0;  // partitions that could be compared when the first page was asked for
    range_set listed;
    std::int64_t unreadable = 0;
    std::vector<drift_handler> done;
    std::vector<drift_page_handler> paged;
  };

  void finish(plan_state& plan, drift_outcome outcome);
  void compare_and_repair(plan_state& plan, drift_outcome& outcome, state_changes& batch);

  events& log_;
  std::map<plan_id, check> checks_;
  drift_findings findings_;
};

}  // namespace partmark
