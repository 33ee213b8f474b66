#include "state/check_state.hpp"

#include "state/ledger_rows.hpp"
#include "state/row_codec.hpp"
#include "state/state_queries.hpp"
#include "state/state_rows.hpp"

#include <optional>
#include <string_view>
#include <utility>

namespace partmark {
namespace {

using state_rows::each_of;
using state_rows::select;

// What no row may contradict, asked in SQL: each query answers the offending rows as text.
struct rule {
  std::string_view sentence;
  std::string_view sql;
};

constexpr rule rules[] = {
    {"ids of plans have a gap", "SELECT 'plan ' || id FROM plan WHERE id >= (SELECT count(*) FROM plan) OR id < 0"},
    {"has no row in plan_progress", "SELECT 'plan ' || uuid FROM plan WHERE id NOT IN (SELECT plan_id FROM plan_progress)"},
    {"the journal's cursor lies behind its anchor",
     "SELECT 'progress' FROM progress WHERE plan_anchor_seq > plan_folded_seq OR table_anchor_seq > table_folded_seq"},
    {"progress must be one row", "SELECT count(*) || ' rows' FROM progress HAVING count(*) <> 1"},
    {"a refold has gone past its end", "SELECT 'plan ' || uuid FROM plan WHERE refold_next > refold_until"},
    {"names a plan that is not there",
     "SELECT what || ' of plan id ' || plan_id FROM (SELECT 'mark_run' AS what, plan_id FROM mark_run UNION SELECT 'pending_run', plan_id"
     " FROM pending_run UNION SELECT 'limbo_run', plan_id FROM limbo_run UNION SELECT 'held_run', plan_id FROM held_run UNION SELECT"
     " 'hold', plan_id FROM hold UNION SELECT 'intent', plan_id FROM intent UNION SELECT 'attempt', place >> 4 FROM attempt)"
     " WHERE plan_id NOT IN (SELECT id FROM plan)"},
    {"names a plan that is not there",
     "SELECT 'plan_progress of plan id ' || plan_id FROM plan_progress WHERE plan_id NOT IN (SELECT id FROM plan)"},
    {"names a hold that is not there, or is another plan's",
     "SELECT 'held_run of plan id ' || plan_id || ' at ' || first FROM held_run AS r"
     " WHERE NOT EXISTS (SELECT 1 FROM hold WHERE id = r.hold_id AND plan_id = r.plan_id)"},
    {"an open call claims nothing", "SELECT 'plan id ' || plan_id FROM intent WHERE json_array_length(claims) = 0"},
    {"claims of an open call overlap",
     "SELECT 'plan id ' || plan_id || ' at ' || json_extract(b.value, '$[0]') FROM intent AS i, json_each(i.claims) AS a,"
     " json_each(i.claims) AS b WHERE a.key <> b.key"
     " AND json_extract(b.value, '$[0]') BETWEEN json_extract(a.value, '$[0]') AND json_extract(a.value, '$[1]')"},
    {"a call's claims and its kind differ",
     "SELECT DISTINCT 'plan id ' || plan_id FROM intent AS i, json_each(i.claims) AS c"
     " WHERE (kind = 'clear') <> (json_extract(c.value, '$[2]') = 2) OR (kind = 'refresh' AND c.value <> '[0,0,0]')"},
    {"a call's id is beyond the last one given out",
     "SELECT 'call ' || call_id FROM (SELECT call_id FROM intent UNION ALL SELECT call_id FROM attempt)"
     " WHERE call_id > (SELECT last_call_id FROM progress)"},
};
static_assert(attempts_kept == 16, "as in the rules above");

class checker {
 public:
  checker(sqlite::connection& file, std::size_t problems_max) : file_(file), problems_max_(problems_max) {}

  result<std::vector<std::string>> check() {
    // Each stage rests on the ones before.
    for (const auto stage : {&checker::file_itself, &checker::claims, &checker::sql_rules, &checker::runs, &checker::ledgers}) {
      if (auto done = (this->*stage)(); !done) return done.error();
      if (!problems_.empty()) break;
    }
    return std::move(problems_);
  }

 private:
  void note(std::string sentence) {
    if (problems_.size() < problems_max_) problems_.push_back(std::move(sentence));
  }

  result<void> file_itself() {
    return each_of(file_, "sqlite_schema", "PRAGMA integrity_check(20)", [&](const auto& row) {
      if (row.text(0) != "ok") note("SQLite: " + std::string(row.text(0)));
      return true;
    });
  }

  // As the daemon reads them, which is stricter than JSON.
  result<void> claims() {
    std::vector<claim> read;
    return each_of(file_, "intent", "SELECT plan_id, claims FROM intent UNION ALL SELECT place >> 4, claims FROM attempt",
                   [&](const auto& row) {
                     if (!row_codec::decode(row.text(1), read))
                       note("plan id " + std::string(row.text(0)) + ": claims of a call cannot be read");
                     return true;
                   });
  }

  result<void> sql_rules() {
    for (const auto& [sentence, sql] : rules) {
      const std::string limited = "SELECT * FROM (" + std::string(sql) + ") LIMIT " + std::to_string(problems_max_ - problems_.size());
      auto done = each_of(file_, "sqlite_schema", limited, [&](const auto& row) {
        note(std::string(row.text(0)) + ": " + std::string(sentence));
        return true;
      });
      if (!done || problems_.size() >= problems_max_) return done;
    }
    return {};
  }

  // Sorted by the key; so what may be wrong is that they overlap, that two should be one, that they lie outside of time.
  result<void> runs_of(std::string_view table, std::string_view value, bool maximal) {
    const std::string name(table);
    struct {
      std::int64_t plan = -1;
      std::int64_t last = 0;
      std::int64_t value = 0;
    } before;
    return each_of(file_, table,
                   "SELECT r.plan_id, r.first, r.last, r." + std::string(value) + ", p.uuid, p.kind, p.granularity FROM " + name +
                       " AS r JOIN plan AS p ON p.id = r.plan_id ORDER BY r.plan_id, r.first",
                   [&](const auto& row) {
                     const range at{row.int64(1), row.int64(2)};
                     const auto complain = [&](const char* what) {
                       note("plan " + std::string(row.text(4)) + ": " + name + " [" + std::to_string(at.first) + ", " +
                            std::to_string(at.last) + "] " + what);
                     };
                     plan_shape shape;
                     if (!row_codec::decode(row.text(5), row.optional_text(6), shape)) return false;
                     const range limits = shape.kind == plan_kind::full_refresh ? whole_table : ordinal_limits(shape.unit);
                     if (at.last < at.first) complain("ends before it starts");
                     if (at.first < limits.first || at.last > limits.last) complain("lies outside of what the plan can have");
                     if (before.plan == row.int64(0)) {
                       if (at.first <= before.last) complain("overlaps the run before");
                       if (maximal && at.first == before.last + 1 && row.int64(3) == before.value)
                         complain("should be one with the run before");
                     }
                     before = {row.int64(0), at.last, row.int64(3)};
                     return true;
                   });
  }

  result<void> runs() {
    if (auto done = runs_of("mark_run", "mark", true); !done) return done;
    if (auto done = runs_of("pending_run", "mark", true); !done) return done;
    if (auto done = runs_of("limbo_run", "may_land", false); !done) return done;  // two may differ in the time that is not stored
    return runs_of("held_run", "hold_id", true);
  }

  result<void> ledgers() {
    auto read = ledger_rows::prepare(file_);
    if (!read) return read.error();
    auto pending = file_.prepare("SELECT first, last, mark FROM pending_run WHERE plan_id = ? ORDER BY first");
    if (!pending) return pending.error();
    return each_of(file_, "plan", select(state_rows::plan_columns, state_rows::plan_rows) + "ORDER BY id", [&](const auto& row) {
      plan_row plan;
      if (!state_rows::read(row, plan)) return false;
      const auto book = read->read(file_, plan);
      if (!book) {
        note(book.error().message);
        return true;
      }
      check_pending(plan, *book, *pending);
      check_held(plan, *book);
      return true;
    });
  }

  // The stored rows must be what the marks make of them: within the marks, with the current one, as few as possible.
  void check_pending(const plan_row& plan, const ledger& book, sqlite::statement& rows) {
    std::vector<claim> derived;
    book.pending().visit_all([&](range at, mark m) { derived.push_back({at, m}); });
    std::vector<claim> stored;
    auto done = state_rows::each(file_, "pending_run", rows.query(plan.id), [&](const auto& row) {
      claim& run = stored.emplace_back();
      run.at = {row.int64(0), row.int64(1)};
      return run.at.first <= run.at.last && row_codec::decode(row.int64(2), run.said);
    });
    if (!done || stored != derived) note("plan " + plan.uuid + ": its pending runs are not runs of its marks");
  }

  void check_held(const plan_row& plan, const ledger& book) {
    book.held().visit_all([&](range at, hold_id) {
      std::int64_t marked = 0;
      book.marks().visit(at, [&](range part, mark) { marked += part.size(); });
      const std::string run = "plan " + plan.uuid + ": held run [" + std::to_string(at.first) + ", " + std::to_string(at.last) + "] ";
      if (marked != at.size())
        note(run + "has partitions without a mark");
      else if (book.pending().intersects(at))
        note(run + "is pending at the same time");
    });
  }

  sqlite::connection& file_;
  std::size_t problems_max_;
  std::vector<std::string> problems_;
};

}  // namespace

result<std::vector<std::string>> check_state(sqlite::connection& file, std::size_t problems_max) {
  return checker(file, problems_max).check();
}

}  // namespace partmark
