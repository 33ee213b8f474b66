// The second API: tells the remote that source tables changed (DESIGN §5, triggers). Folds table_completion rows, and gives the courier one
// call at a time for each table. Owned by the courier; one thread.
#pragma once

#include "can/requests.hpp"
#include "core/retry.hpp"
#include "core/schedule.hpp"
#include "core/trigger_queue.hpp"
#include "core/verdict.hpp"
#include "reconcile/events.hpp"
#include "reconcile/journal.hpp"
#include "reconcile/settings.hpp"
#include "reconcile/state.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace partmark {

using table_id = std::uint32_t;  // dense, of this run only

struct trigger_hold {
  trigger_row row;                      // as stored
  std::optional<steady_time> next_try;  // absent: only when a person says so
};

struct table_state {
  std::string name;
  std::size_t endpoint = 0;
  trigger_queue queue;
  std::map<ordinal, trigger_hold> holds;  // also of dates that are just being tried again
  unsigned failures = 0;
  unsigned rejections = 0;
  now sent{};
  bool owes = false;
};

class triggers final : public journal::table_sink {
 public:
  triggers(const loop_settings& settings, events& log, random_source& random) : settings_(settings), log_(log), random_(random) {}

  std::function<std::size_t(std::string_view table)> place;  // the index of a table's endpoint

  // A row that was under way when the former run ended had its reply lost.
  void restore(const std::vector<trigger_row>& rows, now t, state_changes& batch);

  void begin(state_changes& batch, now t);
  void row(const table_row& r) override;
  // Ends the slice; answers the tables that it touched, each once.
  std::vector<table_id> finish();
  [[nodiscard]] std::optional<std::int64_t> last_seq() const { return last_seq_; }

  // The call that the table owes now; it counts as under way from here on. Its intent is in the batch.
  std::optional<http_request> take(table_id id, std::string_view tenant_id, now t, state_changes& batch);
  // The batch could not be stored: nothing was sent, the intent is out of the batch.
  void untake(table_id id, state_changes& batch);

  // The table's call ended; answers when it may be called next, if it owes anything.
  steady_time ended(table_id id, const verdict& v, bool outdated, now t, state_changes& batch);

  // Holds whose next try has come wait again; answers their tables.
  std::vector<table_id> expire(now t, state_changes& batch);
  [[nodiscard]] std::optional<steady_time> next_expiry() const { return reprobing_.next_due(); }
  // Tries what is held now. False: no such table.
  bool retry_held(std::string_view table, retry_by who, now t, state_changes& batch);

  [[nodiscard]] table_state& at(table_id id) { return tables_[id]; }
  [[nodiscard]] const std::deque<table_state>& tables() const { return tables_; }
  [[nodiscard]] std::optional<table_id> find(std::string_view table) const;
  void refresh(table_id id);  // its counts and timers, after a change

  [[nodiscard]] std::size_t owing() const { return owing_; }
  [[nodiscard]] std::int64_t rejected() const { return rejected_; }
  [[nodiscard]] std::size_t held() const;

 private:
  table_id table_named(std::string_view name);
  void store(table_state& table, trigger_changes& changes, now t, state_changes& batch);
  void hold(table_id id, ordinal date, const verdict& v, bool ask_a_person, now t, state_changes& batch);
  void reject(const table_row& r, const std::string& reason);

  const loop_settings& settings_;
  events& log_;
  random_source& random_;
  std::deque<table_state> tables_;
  std::unordered_map<std::string_view, table_id> by_name_;
  schedule reprobing_;
  state_changes* batch_ = nullptr;
  now now_{};
  std::optional<std::int64_t> last_seq_;
  std::vector<table_id> touched_;
  std::size_t owing_ = 0;
  std::int64_t rejected_ = 0;
  std::int64_t slice_rejected_ = 0;
};

}  // namespace partmark
