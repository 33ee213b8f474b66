#include "state/load_state.hpp"

#include "sqlite/transaction.hpp"
#include "state/row_codec.hpp"
#include "state/state_rows.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace partmark {
namespace {

class loader {
 public:
  explicit loader(sqlite::connection& file) : file_(file) {}

  result<stored_state> load() {
    for (const auto step :
         {&loader::plans, &loader::runs, &loader::holds, &loader::intents, &loader::triggers, &loader::paused, &loader::progress})
      if (auto done = (this->*step)(); !done) return done.error();
    return std::move(loaded_);
  }

 private:
  template <class F>
  result<void> each(std::string_view table, const std::string& sql, F f) {
    return state_rows::each_of(file_, table, sql, f);
  }

  [[nodiscard]] bool known(std::int64_t plan) const { return plan >= 0 && plan < static_cast<std::int64_t>(loaded_.plans.size()); }

  result<void> plans() {
    const auto last = file_.query_int64("SELECT max(id) FROM plan");
    if (!last) return last.error();
    if (*last && **last >= 0) loaded_.plans.reserve(static_cast<std::size_t>(std::min<std::int64_t>(**last + 1, 4'000'000)));
    return each("plan", state_rows::select(state_rows::plan_columns, "plan ORDER BY id"), [&](const auto& row) {
      plan_row& into = loaded_.plans.emplace_back();
      return state_rows::read(row, into) && into.id + 1 == loaded_.plans.size();
    });
  }

  template <class V>
  result<void> runs_of(std::string_view table, std::string_view value, std::vector<plan_run_change<V>>& into) {
    const std::string sql =
        "SELECT plan_id, first, last, " + std::string(value) + " FROM " + std::string(table) + " ORDER BY plan_id, first";
    return each(table, sql, [&](const auto& row) {
      const std::int64_t plan = row.int64(0);
      plan_run_change<V>& run = into.emplace_back();
      run.plan = static_cast<plan_id>(plan);
      run.change.at = {row.int64(1), row.int64(2)};
      run.change.added = true;
      return known(plan) && run.change.at.first <= run.change.at.last && row_codec::decode(row.int64(3), run.change.value);
    });
  }

  result<void> runs() {
    if (auto done = runs_of("mark_run", "mark", loaded_.marks); !done) return done;
    if (auto done = runs_of("pending_run", "mark", loaded_.pending); !done) return done;
    if (auto done = runs_of("limbo_run", "may_land", loaded_.limbo); !done) return done;
    return runs_of("held_run", "hold_id", loaded_.held);
  }

  result<void> holds() {
    return each("hold", state_rows::select(state_rows::hold_columns, "hold ORDER BY id"), [&](const auto& row) {
      hold_row& into = loaded_.holds.emplace_back();
      return state_rows::read(row, into) && known(into.plan);
    });
  }

  result<void> intents() {
    auto done = each("intent", state_rows::select(state_rows::intent_columns, "intent ORDER BY plan_id"), [&](const auto& row) {
      intent_row& into = loaded_.intents.emplace_back();
      return state_rows::read(row, into) && known(into.plan);
    });
    if (!done) return done;
    auto at = loaded_.intents.begin();
    return each("intent_range", state_rows::select("plan_id, first, last, mark", "intent_range ORDER BY plan_id, position"),
                [&](const auto& row) {
                  while (at != loaded_.intents.end() && static_cast<std::int64_t>(at->plan) < row.int64(0)) ++at;
                  if (at == loaded_.intents.end() || static_cast<std::int64_t>(at->plan) != row.int64(0)) return false;
                  return state_rows::read(row, 1, at->claims.claims.emplace_back());
                });
  }

  result<void> triggers() {
    return each("trigger_entry", state_rows::select(state_rows::trigger_columns, "trigger_entry ORDER BY table_name, date"),
                [&](const auto& row) { return state_rows::read(row, loaded_.triggers.emplace_back()); });
  }

  result<void> paused() {
    return each("paused_endpoint", "SELECT name FROM paused_endpoint ORDER BY name", [&](const auto& row) {
      loaded_.paused.emplace_back(row.text(0));
      return true;
    });
  }

  result<void> progress() {
    bool found = false;
    auto done = each("progress", state_rows::select(state_rows::position_columns, "progress"), [&](const auto& row) {
      found = true;
      return state_rows::read(row, loaded_.position);
    });
    if (!done) return done;
    if (!found) return state_rows::corrupt(file_.path(), "progress", "has no row");
    const auto boot = file_.query_text("SELECT boot_id FROM progress");
    if (!boot) return boot.error();
    loaded_.boot_id = boot->value_or("");
    // The counter alone would do for whatever this program wrote; an open intent guards against a file that was edited. (Of attempts there
    // may be millions: the check compares them.)
    const auto last_call =
        file_.query_int64("SELECT max((SELECT last_call_id FROM progress), (SELECT coalesce(max(call_id), 0) FROM intent))");
    if (!last_call) return last_call.error();
    loaded_.last_call_id = static_cast<std::uint64_t>(last_call->value_or(0));
    const auto rejected = file_.query_int64("SELECT count(*) FROM rejected");
    if (!rejected) return rejected.error();
    loaded_.rejected_rows = rejected->value_or(0);
    return {};
  }

  sqlite::connection& file_;
  stored_state loaded_;
};

}  // namespace

result<stored_state> load_state(sqlite::connection& file) {
  auto scope = sqlite::transaction::begin(file, sqlite::transaction_kind::deferred);
  if (!scope) return scope.error();
  auto loaded = loader(file).load();
  if (!loaded) return loaded.error();
  if (auto done = scope->commit(); !done) return done.error();
  return loaded;
}

}  // namespace partmark
