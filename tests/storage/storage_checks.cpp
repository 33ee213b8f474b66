// What must hold in a storage world: at every call, after every cut, and at the end.
#include "storage_world.hpp"
#include "support/contract.hpp"

#include <algorithm>
#include <string_view>

namespace partmark::testing {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

}  // namespace

// The journal as anyone would read it now.
void storage_world::read_truth() {
  disk.listening = false;
  truth_.clear();
  last_seq_ = 0;
  auto file = sqlite::connection::open(journal_path_, sqlite::open_mode::read_write, milliseconds(0));
  if (file) {
    file->set_checkpoint_on_close(false);
    auto rows_of = file->prepare("SELECT seq, plan, first, coalesce(last, first), outcome FROM plan_completion ORDER BY seq");
    if (rows_of) {
      auto rows = rows_of->query();
      for (auto row = rows.step(); row && *row; row = rows.step()) {
        last_seq_ = rows.int64(0);
        const mark said = parse_mark(rows.text(4)).value();
        const std::string plan(rows.text(1));
        const range at = rows.is_null(2)
                             ? whole_table
                             : range{*parse_partition(granularity::day, rows.text(2)), *parse_partition(granularity::day, rows.text(3))};
        for (ordinal o = at.first; o <= at.last; ++o) truth_[plan][o] = said;
      }
    }
  }
  disk.listening = true;
}

void storage_world::check_call(const told& said) {
  const auto is_true = [&] {
    const auto& marks = truth_[said.plan];
    return std::all_of(said.what.claims.begin(), said.what.claims.end(), [&](const claim& c) {
      for (ordinal o = c.at.first; o <= c.at.last; ++o)
        if (const auto word = marks.find(o); word == marks.end() || word->second != c.said) return false;
      return true;
    });
  };
  if (!is_true() && in_doubt_) read_truth();  // a job's commit that failed may have come to light
  require(is_true(), "no call claims another mark than the journal's latest, read to its end");
}

void storage_world::heal_and_check() {
  say("healed");
  disk.before = nullptr;
  rough_ = false;
  poison_.clear();
  read_truth();
  for (int tries = 0; !start(); ++tries) require(tries < 3, "the daemon starts when nothing is wrong");
  loop_->journal_hint();
  poke();
  after(seconds(1), [this] {
    loop_->retry_held(std::nullopt, t());
    poke();
  });
  pass_until(clock_ + minutes(20),
             [this] { return clock_ > seconds(2) && loop_->settled() && loop_->summary().held_plans == 0 && events_.empty(); });
  pass_until(clock_ + seconds(180), nullptr);
  require(loop_->settled() && loop_->summary().held_plans == 0, "once the faults stop, everything is accepted in bounded time");
  require(loop_->summary().position.plans.folded_seq == last_seq_, "everything is folded");
  check_platform();
  check_marks();
}

void storage_world::check_platform() {
  for (const char* plan : plan_names) {
    const auto& heard = platform_[plan];
    for (const auto& [o, said] : truth_[plan]) {
      // A failed refresh has no word of its own: what was true before stays.
      if (std::string_view(plan) == "whole" && said != mark::success) continue;
      const auto it = heard.find(o);
      require(it != heard.end() && it->second == said, "in the end the platform holds what the journal says");
    }
    for (const auto& [o, said] : heard) require(truth_[plan].contains(o), "the platform was told of nothing that no record says");
  }
}

void storage_world::check_marks() {
  auto stored = state_->load();
  require(stored.has_value(), "the state can be read");
  std::map<std::string, std::map<ordinal, mark>> folded;
  for (const auto& run : stored->marks)
    for (ordinal o = run.change.at.first; o <= run.change.at.last; ++o) folded[stored->plans[run.plan].uuid][o] = run.change.value;
  for (const char* plan : plan_names) require(folded[plan] == truth_[plan], "every record is folded exactly once");
}

}  // namespace partmark::testing
