// What must come about in a world once its faults stop.
#include "support/contract.hpp"
#include "world.hpp"

#include <charconv>

namespace partmark::testing {

bool world::delivered(const plan_state& plan) {
  std::size_t who = 0;
  const std::string_view uuid = plan.uuid();
  std::from_chars(uuid.data() + uuid.rfind('-') + 1, uuid.data() + uuid.size(), who);
  if (platform_.plans[who].refused_whole) return true;  // it is tried again and again, which nobody else must feel
  if (plan.owes && plan.book.owed_partitions() > 0) return false;
  bool excused = true;
  plan.book.held().visit_all([&](range at, hold_id) {
    for (ordinal o = at.first; o <= at.last; ++o) excused = excused && is_excused(who, o);
  });
  return excused;
}

bool world::delivered_but_for(std::optional<std::size_t> endpoint) {
  if (!loop_) return false;
  const journal_position position = loop_->summary().position;
  if (position.plans.folded_seq != journal_.sequence() || position.tables.folded_seq != journal_.table_sequence()) return false;
  for (const plan_state& plan : loop_->plans())
    if (endpoint != plan.endpoint && !delivered(plan)) return false;
  for (const table_state& table : loop_->calls().second_api().tables())
    if (endpoint != table.endpoint && table.owes && !platform_.refused_tables[static_cast<std::size_t>(table.name.back() - '0')])
      return false;
  return true;
}

bool world::converged() {
  if (!loop_ || loop_->summary().behind || !delivered_but_for({})) return false;
  for (const plan_state& plan : loop_->plans())
    if (plan.affairs->refold_to) return false;  // a person asked for it, and it waits for the end of a call
  for (const carriage& c : carriages_)
    if (c.landings > 0) return false;
  for (const table_state& table : loop_->calls().second_api().tables())
    if (!table.queue.entries().empty() && !platform_.refused_tables[static_cast<std::size_t>(table.name.back() - '0')]) return false;
  return true;
}

void world::check_platform() {
  for (std::size_t i = 0; i < plans_.size(); ++i) {
    inhabitant& plan = plans_[i];
    const auto& there = platform_.plans[i].cells[endpoint_of(i)];
    const auto& fold = plan.journal.seen(journal_.visible());
    for (ordinal o = fold.first(); o < fold.end(); ++o) {
      const last_word& word = *fold.find(o);
      if (word.seq == 0 || is_excused(i, o)) continue;
      if (plan.truth.kind == plan_kind::full_refresh && word.said == mark::failed) continue;  // cannot be told
      const platform_cell* cell = there.find(o);
      const auto where = [&] { return plan.uuid + " " + std::to_string(o) + ", record " + std::to_string(word.seq); };
      if (!cell || !cell->marked || cell->said != word.said) throw contract_broken("the platform holds what the journal says: " + where());
      if (cell->heard < word.seq) throw contract_broken("the platform heard of every rebuild: " + where());
    }
    for (ordinal o = there.first(); o < there.end(); ++o) {
      const last_word* word = fold.find(o);
      require(!there.find(o)->marked || (word && word->seq > 0), "the platform was told only what the journal said");
    }
  }
  for (std::size_t i = 0; i < tables_.size(); ++i)
    for (const auto& [date, word] : tables_[i].journal)
      if (word.said == mark::success && !platform_.refused_tables[i])
        require(platform_.triggered[{i, date}] >= word.seq, "the platform heard of every new partition of a source table");
}

}  // namespace partmark::testing
