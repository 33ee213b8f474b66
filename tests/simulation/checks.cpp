// What must hold in a world, at every call, at every crash, and at the end.
#include "support/contract.hpp"
#include "world.hpp"

#include <algorithm>
#include <set>

namespace partmark::testing {
namespace {

using std::chrono::seconds;

bool equal_claims(std::vector<claim> a, std::vector<claim> b) {
  const auto by_first = [](const claim& x, const claim& y) { return x.at.first < y.at.first; };
  std::sort(a.begin(), a.end(), by_first);
  std::sort(b.begin(), b.end(), by_first);
  return a == b;
}

}  // namespace

world::inhabitant& world::plan_named(const std::string& uuid) {
  const auto it = std::find_if(plans_.begin(), plans_.end(), [&](const inhabitant& p) { return p.uuid == uuid; });
  require(it != plans_.end(), "a call speaks of a plan that exists");
  return *it;
}

void world::check_slot(const std::string& of, const std::string& endpoint) {
  std::size_t there = 0;
  for (const auto& [id, call] : flying_) {
    require(call.of != of, "one call of a plan or table is under way");
    there += call.endpoint == endpoint ? 1U : 0U;
  }
  const auto e = std::find_if(settings_.endpoints.begin(), settings_.endpoints.end(), [&](const auto& s) { return s.name == endpoint; });
  require(e != settings_.endpoints.end() && there < e->max_in_flight, "an endpoint has at most max_in_flight calls");
  require(!paused_[endpoint], "a paused endpoint is not called");
}

void world::check_trigger(const table_date& trigger) {
  const auto table = std::find_if(tables_.begin(), tables_.end(), [&](const auto& s) { return s.name == trigger.first; });
  require(table != tables_.end() && table->journal.contains(trigger.second), "a trigger speaks of a record");
  const last_word& word = table->journal.at(trigger.second);
  require(word.said == mark::success, "a later failure cancels an unsent trigger");
  const auto date = parse_partition(granularity::day, trigger.second);
  const auto stored = state_.stored().triggers.find({trigger.first, *date});
  require(stored != state_.stored().triggers.end() && stored->second.entry->status == trigger_status::in_flight,
          "a trigger's intent is stored before it is sent");
  const auto accepted = acknowledged_.find(trigger);
  require(accepted == acknowledged_.end() || accepted->second < word.seq, "an accepted trigger is never repeated");
  require(!quiet_ || platform_.refused_tables.contains(trigger.first), "after convergence nothing more is sent");
}

void world::check_call(std::uint64_t call_id, const told& said) {
  inhabitant& plan = plan_named(said.plan);
  require(said.what.claims.size() <= settings_.ranges_max, "a call has at most ranges_max ranges");

  const plan_tables* stored = state_.stored().find(said.plan);
  require(stored != nullptr, "a call speaks of a stored plan");
  const auto intent = state_.stored().intents.find(stored->row.id);
  require(intent != state_.stored().intents.end() && intent->second.call_id == call_id &&
              equal_claims(intent->second.claims.claims, said.what.claims),
          "an intent is stored before its call is sent");

  require(said.unit.has_value() == (stored->row.shape.kind == plan_kind::partitioned), "a call has its plan's kind");
  const auto& fold = plan.journal.fold(journal_.visible());
  for (const claim& c : said.what.claims)
    for (ordinal o = c.at.first; o <= c.at.last; ++o) {
      const auto word = fold.find(o);
      require(word != fold.end() && word->second.said == c.said, "no call claims another mark than the journal's latest, read to its end");
      require(!serene_ || accepted_[{said.plan, o}] < word->second.seq, "where nothing goes wrong, nothing is said twice");
      require(!quiet_ || is_excused(plan, o), "after convergence nothing more is sent");
    }
}

// Every record up to the cursor is folded once, or set aside.
void world::check_folded() const {
  const state_tables& stored = state_.stored();
  const std::int64_t until = stored.position.plans.folded_seq;
  for (const inhabitant& plan : plans_) {
    const plan_tables* tables = stored.find(plan.uuid);
    if (tables && tables->row.refold_next) continue;
    std::map<ordinal, mark> marks;
    std::set<std::int64_t> rejected;
    for (const meant_row& row : plan.journal.rows()) {
      if (row.seq > until) break;
      if (!row.valid || !tables || row.shape != tables->row.shape)
        rejected.insert(row.seq);
      else
        for (ordinal o = row.at.first; o <= row.at.last; ++o) marks[o] = row.said;
    }
    for (const auto& [key, row] : stored.rejected)
      if (row.plan == plan.uuid) require(rejected.erase(row.seq) == 1, "only what cannot be folded is rejected");
    require(rejected.empty(), "what cannot be folded is rejected");
    std::size_t covered = 0;
    if (tables)
      for (const auto& [first, run] : tables->marks)
        for (ordinal o = first; o <= run.last; ++o, ++covered) {
          const auto m = marks.find(o);
          require(m != marks.end() && m->second == run.value, "every record is folded once, in order");
        }
    require(covered == marks.size(), "every record is folded");
  }
}

void world::check_rest() {
  if (clock_ - busy_since_ > seconds(1)) {
    busy_since_ = clock_;
    turns_since_ = 0;
  }
  require(++turns_since_ < 600 + 8 * story_.rows, "the loop does not spin");
}

bool world::is_excused(const inhabitant& who, ordinal o) const {
  const platform_plan& there = platform_.plans.at(who.uuid);
  return there.refused_whole || there.poison.contains(o);
}

bool world::delivered(const plan_state& plan) {
  const inhabitant& who = plan_named(plan.row.uuid);
  if (platform_.plans.at(who.uuid).refused_whole) return true;  // it is tried again and again, which nobody else must feel
  if (plan.book.owed_partitions() > 0) return false;
  bool excused = true;
  plan.book.held().visit_all([&](range at, hold_id) {
    for (ordinal o = at.first; o <= at.last; ++o) excused = excused && is_excused(who, o);
  });
  return excused;
}

bool world::delivered_but_for(std::string_view endpoint) {
  const journal_position position = loop_->summary().position;
  if (position.plans.folded_seq != journal_.sequence() || position.tables.folded_seq != journal_.table_sequence()) return false;
  const auto& endpoints = loop_->calls().endpoints();
  for (const plan_state& plan : loop_->plans())
    if (endpoints[plan.endpoint].settings.name != endpoint && !delivered(plan)) return false;
  for (const table_state& table : loop_->calls().second_api().tables())
    if (endpoints[table.endpoint].settings.name != endpoint && table.owes && !platform_.refused_tables.contains(table.name)) return false;
  return true;
}

bool world::converged() {
  if (!loop_ || loop_->summary().behind || !landings_.empty() || !delivered_but_for({})) return false;
  for (const table_state& table : loop_->calls().second_api().tables())
    if (!table.queue.entries().empty() && !platform_.refused_tables.contains(table.name)) return false;
  return true;
}

void world::check_platform() {
  for (inhabitant& plan : plans_) {
    const platform_plan& there = platform_.plans.at(plan.uuid);
    const auto& fold = plan.journal.fold(journal_.visible());
    for (const auto& [o, word] : fold) {
      if (is_excused(plan, o)) continue;
      const auto marked = there.marks.find(o);
      if (plan.truth.kind == plan_kind::full_refresh && word.said == mark::failed) continue;  // cannot be told
      const std::string where = plan.uuid + " " + std::to_string(o) + ", record " + std::to_string(word.seq);
      if (marked == there.marks.end() || marked->second != word.said)
        throw contract_broken("the platform holds what the journal says: " + where);
      if (there.heard.at(o) < word.seq) throw contract_broken("the platform heard of every rebuild: " + where);
    }
    for (const auto& [o, unused] : there.marks) require(fold.contains(o), "the platform was told only what the journal said");
  }
  for (const source_table& table : tables_)
    for (const auto& [date, word] : table.journal)
      if (word.said == mark::success && !platform_.refused_tables.contains(table.name))
        require(platform_.triggered[{table.name, date}] >= word.seq, "the platform heard of every new partition of a source table");
}

std::string world::shown(const told& said) const {
  std::string text = said.plan;
  for (const claim& c : said.what.claims)
    text += " " + std::string(to_text(c.said)) + "[" + std::to_string(c.at.first) + "," + std::to_string(c.at.last) + "]";
  return text;
}

}  // namespace partmark::testing
