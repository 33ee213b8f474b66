// What must hold in a world at every call, at every commit, and at every crash.
#include "request_reader.hpp"
#include "support/contract.hpp"
#include "world.hpp"

#include <algorithm>
#include <charconv>

namespace partmark::testing {
namespace {

using std::chrono::seconds;

bool equal_claims(const std::vector<claim>& a, const std::vector<claim>& b) {
  return a.size() == b.size() && std::is_permutation(a.begin(), a.end(), b.begin());
}

std::size_t number_of(const std::string& uuid) {
  std::size_t n = 0;
  std::from_chars(uuid.data() + plan_prefix.size(), uuid.data() + uuid.size(), n);
  return n;
}

}  // namespace

void world::check_slot(const message& said, std::size_t endpoint) {
  std::size_t there = 0;
  for (const std::uint64_t n : flying_) {
    const carriage& other = carriages_[n];
    require(other.said.who != said.who || other.said.kind != said.kind, "one call of a plan or table is under way");
    there += other.endpoint == endpoint ? 1U : 0U;
  }
  require(there < settings_.endpoints[endpoint].max_in_flight, "an endpoint has at most max_in_flight calls");
  require(!paused_[endpoint], "a paused endpoint is not called");
}

void world::check_trigger(const message& said) {
  story_.add(tally::triggers);
  require(said.who < tables_.size(), "a trigger speaks of a table that exists");
  source_table& table = tables_[said.who];
  const auto word = table.journal.find(said.date);
  require(word != table.journal.end(), "a trigger speaks of a record");
  require(word->second.said == mark::success, "a later failure cancels an unsent trigger");
  const auto stored = state_.stored().triggers.find({table.name, said.date});
  require(stored != state_.stored().triggers.end() && stored->second.entry->status == trigger_status::in_flight,
          "a trigger's intent is stored before it is sent");
  const auto accepted = table.acknowledged.find(said.date);
  require(accepted == table.acknowledged.end() || accepted->second < word->second.seq, "an accepted trigger is never repeated");
  require(!quiet_ || platform_.refused_tables[said.who], "after convergence nothing more is sent");
}

void world::check_call(std::uint64_t call_id, const message& said) {
  require(said.who < plans_.size(), "a call speaks of a plan that exists");
  inhabitant& plan = plans_[said.who];
  require(said.what.claims.size() <= settings_.ranges_max, "a call has at most ranges_max ranges");

  const plan_tables* stored = state_.stored().find(plan.uuid);
  require(stored != nullptr, "a call speaks of a stored plan");
  const auto intent = state_.stored().intents.find(stored->row.id);
  require(intent != state_.stored().intents.end() && intent->second.call_id == call_id &&
              equal_claims(intent->second.claims.claims, said.what.claims),
          "an intent is stored before its call is sent");
  require(said.unit.has_value() == (stored->row.shape.kind == plan_kind::partitioned), "a call has its plan's kind");

  const auto& fold = plan.journal.seen(journal_.visible());
  for (const claim& c : said.what.claims)
    for (ordinal o = c.at.first; o <= c.at.last; ++o) {
      const last_word* word = fold.find(o);
      require(word && word->seq > 0 && word->said == c.said, "no call claims another mark than the journal's latest, read to its end");
      require(!serene_ || plan.accepted.at(o) < word->seq, "where nothing goes wrong, nothing is said twice");
      require(!quiet_ || is_excused(said.who, o), "after convergence nothing more is sent");
      story_.add(tally::partitions_told);
    }
}

// What a commit changed is as the journal says up to the cursor that it moved.
void world::check_commit(const state_changes& changes) {
  std::uint64_t changed = 0;
  for (const auto& c : changes.marks) changed |= std::uint64_t{1} << c.plan;
  const state_tables& stored = state_.stored();
  for (plan_id id = 0; changed != 0; ++id, changed >>= 1)
    if ((changed & 1U) != 0) check_marks(plans_[number_of(stored.plans[id].row.uuid)], stored.plans[id]);
  for (const hold_row& hold : changes.holds) require(hold.message.find(secret_mark) == std::string::npos, "no secret is stored");
  for (const attempt_row& a : changes.attempts) require(a.ended.message.find(secret_mark) == std::string::npos, "no secret is stored");
}

// Every record up to the cursor is folded once.
void world::check_marks(inhabitant& plan, const plan_tables& tables) {
  if (tables.row.refold_next) return;
  const window<last_word>* words = nullptr;
  const row_fold& fold = plan.journal.stored(tables.row.shape, state_.stored().position.plans.folded_seq, words);
  std::size_t covered = 0;
  for (const auto& [first, run] : tables.marks)
    for (ordinal o = first; o <= run.last; ++o, ++covered) {
      const last_word* word = words->find(o);
      require(word && word->seq > 0 && word->said == run.value, "every record is folded once, in order");
    }
  require(covered == fold.partitions(), "every record is folded");
}

// Every record up to the cursor is folded once, or set aside.
void world::check_folded() {
  for (inhabitant& plan : plans_) {
    const plan_tables* tables = state_.stored().find(plan.uuid);
    if (tables) check_marks(plan, *tables);
  }
  check_rejected();
}

void world::check_rejected() {
  const state_tables& stored = state_.stored();
  std::vector<std::vector<std::int64_t>> rejected(plans_.size());
  for (const auto& [key, row] : stored.rejected)
    if (row.plan.starts_with(plan_prefix)) rejected[number_of(row.plan)].push_back(row.seq);
  for (std::size_t i = 0; i < plans_.size(); ++i) {
    const plan_tables* tables = stored.find(plans_[i].uuid);
    if (tables && tables->row.refold_next) continue;
    std::size_t next = 0;
    for (const meant_row& row : plans_[i].journal.rows()) {
      if (row.seq > stored.position.plans.folded_seq) break;
      if (row.valid && tables && row.shape == tables->row.shape) continue;
      require(next < rejected[i].size() && rejected[i][next] == row.seq, "what cannot be folded is rejected, and nothing else");
      ++next;
    }
    require(next == rejected[i].size(), "only what cannot be folded is rejected");
  }
}

void world::check_rest() {
  if (clock_ - busy_since_ > seconds(1)) {
    busy_since_ = clock_;
    turns_since_ = 0;
  }
  require(++turns_since_ < 600 + 8 * story_.of(tally::completions), "the loop does not spin");
}

bool world::is_excused(std::size_t plan, ordinal o) const {
  const platform_plan& there = platform_.plans[plan];
  return there.refused_whole || std::find(there.poison.begin(), there.poison.end(), o) != there.poison.end();
}

}  // namespace partmark::testing
