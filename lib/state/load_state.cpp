#include "state/load_state.hpp"

#include "sqlite/row_function.hpp"
#include "sqlite/transaction.hpp"
#include "state/row_codec.hpp"
#include "state/row_relay.hpp"
#include "state/state_rows.hpp"

#include <algorithm>
#include <future>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

namespace partmark {
namespace {

class loader {
 public:
  loader(sqlite::connection& file, stored_rows* rows) : file_(file), rows_(rows) {}

  result<stored_state> load() {
    for (const auto step :
         {&loader::plans, &loader::runs, &loader::holds, &loader::intents, &loader::triggers, &loader::paused, &loader::progress})
      if (auto done = (this->*step)(); !done) return done.error();
    return std::move(loaded_);
  }

 private:
  // f(row) for each, until one answers false. Of these tables there may be millions of rows: they come through `function`, which `sql`
  // calls in its WHERE with so many columns.
  template <class F>
  result<void> each_of_many(std::string_view table, const char* function, int columns, const std::string& sql, F f) {
    auto rows = sqlite::row_function::add(file_, function, columns);
    if (!rows) return rows.error();
    auto scan = file_.prepare(sql);
    if (!scan) return scan.error();
    auto running = scan->query();
    const auto refused = rows->step(running, [&](const sqlite::argument_row& row) { return !f(row); });
    if (!refused) return refused.error();
    if (*refused) return state_rows::corrupt(file_.path(), table, state_rows::contradiction);
    return {};
  }

  template <class F>
  result<void> each(std::string_view table, const std::string& sql, F f) {
    return state_rows::each_of(file_, table, sql, f);
  }

  [[nodiscard]] bool known(std::int64_t plan) const { return plan >= 0 && plan < std::ssize(shapes_); }

  result<void> plans() {
    const auto take = [&](const sqlite::argument_row& row) {
      if (!state_rows::read(row, plan_) || plan_.id != shapes_.size()) return false;
      shapes_.push_back(plan_.shape);
      if (rows_)
        rows_->plan(plan_);
      else
        loaded_.plans.push_back(plan_);
      return true;
    };
    const std::string sql = "SELECT 1 FROM " + std::string(state_rows::plan_rows) + "WHERE load_plan(" +
                            std::string(state_rows::plan_columns) + ") ORDER BY id";
    return each_of_many("plan", "load_plan", 10, sql, take);
  }

  // f(plan, run) for each.
  template <class V, class F>
  result<void> runs_of(std::string_view table, std::string_view value, V /*kind*/, F f) {
    const auto take = [&](const sqlite::argument_row& row) {
      const std::int64_t plan = row.int64(0);
      run_change<V> run;
      run.at = {row.int64(1), row.int64(2)};
      run.added = true;
      if (!known(plan) || !row_codec::is_range_of(shapes_[static_cast<std::size_t>(plan)], run.at) ||
          !row_codec::decode(row.int64(3), run.value))
        return false;
      f(static_cast<plan_id>(plan), run);
      return true;
    };
    const std::string sql =
        "SELECT 1 FROM " + std::string(table) + " WHERE load_run(plan_id, first, last, " + std::string(value) + ") ORDER BY plan_id, first";
    return each_of_many(table, "load_run", 4, sql, take);
  }
  template <class V>
  static auto into(std::vector<plan_run_change<V>>& list) {
    return [&list](plan_id plan, const run_change<V>& run) { list.push_back({plan, run}); };
  }

  result<void> runs() {
    const auto marked = [&](plan_id plan, const run_change<mark>& run) { rows_->marked(plan, run.at, run.value); };
    const auto pending = [&](plan_id plan, const run_change<mark>& run) { rows_->pending(plan, run.at); };
    auto done = rows_ ? runs_of("mark_run", "mark", mark{}, marked) : runs_of("mark_run", "mark", mark{}, into(loaded_.marks));
    if (done)
      done = rows_ ? runs_of("pending_run", "mark", mark{}, pending) : runs_of("pending_run", "mark", mark{}, into(loaded_.pending));
    if (done) done = runs_of("limbo_run", "may_land", limbo_entry{}, into(loaded_.limbo));
    if (done) done = runs_of("held_run", "hold_id", hold_id{}, into(loaded_.held));
    return done;
  }

  result<void> holds() {
    return each("hold", state_rows::select(state_rows::hold_columns, "hold ORDER BY id"), [&](const auto& row) {
      hold_row& into = loaded_.holds.emplace_back();
      return state_rows::read(row, into) && known(into.plan);
    });
  }

  result<void> intents() {
    return each("intent", state_rows::select(state_rows::intent_columns, "intent ORDER BY plan_id"), [&](const auto& row) {
      intent_row& into = loaded_.intents.emplace_back();
      return state_rows::read(row, into) && known(into.plan);
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
    const auto drift_checked = file_.query_int64("SELECT drift_checked_at FROM progress");
    if (!drift_checked) return drift_checked.error();
    if (*drift_checked) loaded_.drift_checked_at = system_time(milliseconds(**drift_checked));
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
  stored_rows* rows_;
  stored_state loaded_;
  plan_row plan_;                   // its texts' memory serves the next one
  std::vector<plan_shape> shapes_;  // by plan id
};

result<stored_state> load(sqlite::connection& file, stored_rows* rows) {
  auto scope = sqlite::transaction::begin(file, sqlite::transaction_kind::deferred);
  if (!scope) return scope.error();
  auto loaded = loader(file, rows).load();
  if (!loaded) return loaded.error();
  if (auto done = scope->commit(); !done) return done.error();
  return loaded;
}

// On a thread of its own; invalid where none is to be had, or would have no processor.
std::future<result<stored_state>> load_beside(sqlite::connection& file, row_relay& relay) {
  if (std::thread::hardware_concurrency() == 1) return {};
  const auto read = [&] {
    struct closing {
      row_relay& relay;
      ~closing() { relay.end(); }
    } const at_the_end{relay};
    return load(file, &relay);
  };
  try {
    return std::async(std::launch::async, read);
  } catch (const std::system_error&) {
    return {};
  }
}

}  // namespace

result<stored_state> load_state(sqlite::connection& file) { return load(file, nullptr); }

result<stored_state> load_state(sqlite::connection& file, stored_rows& rows) {
  row_relay relay;
  auto loading = load_beside(file, relay);
  if (!loading.valid()) return load(file, &rows);
  relay.give_to(rows);
  return loading.get();
}

}  // namespace partmark
