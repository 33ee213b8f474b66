#include "state/state_reader.hpp"

#include "sqlite/transaction.hpp"
#include "state/check_state.hpp"
#include "state/ledger_rows.hpp"
#include "state/load_state.hpp"
#include "state/schema.hpp"
#include "state/state_queries.hpp"

#include <algorithm>
#include <utility>

namespace partmark {

result<state_reader> state_reader::open(const std::string& path, milliseconds patience) {
  auto file = sqlite::connection::open(path, sqlite::open_mode::read_only, patience);
  if (!file) {
    if (file.error().code != errc::not_found) return file.error();
    return error{errc::not_found, path + ": there is no state yet: partmarkd has not run with this state.path"};
  }
  file->set_checkpoint_on_close(false);
  const auto stage = examine_state(*file);
  if (!stage) return stage.error();
  switch (*stage) {
    case state_stage::empty:
      return error{errc::not_found, path + ": there is nothing in it yet: partmarkd was stopped while it made the file"};
    case state_stage::older:
      return error{errc::invalid, path + ": was written by an older partmark; start this version's partmarkd once to bring it up to date"};
    case state_stage::current:
      break;
  }
  return state_reader(std::move(*file));
}

template <class F>
auto state_reader::at_one_moment(F f) -> decltype(f()) {
  auto scope = sqlite::transaction::begin(file_, sqlite::transaction_kind::deferred);
  if (!scope) return scope.error();
  return f();
}

result<state_summary> state_reader::summary() {
  return at_one_moment([&] { return state_queries::summary(file_); });
}

result<std::vector<plan_overview>> state_reader::plans() {
  return at_one_moment([&] { return state_queries::plans(file_); });
}

result<plan_detail> state_reader::plan(std::string_view uuid) {
  return at_one_moment([&] { return state_queries::plan(file_, uuid); });
}

result<std::vector<pending_plan>> state_reader::pending() {
  return at_one_moment([&] { return state_queries::pending(file_); });
}

result<std::vector<held_entry>> state_reader::held() {
  return at_one_moment([&] { return state_queries::held(file_); });
}

result<std::vector<rejected_row>> state_reader::rejected() {
  return at_one_moment([&] { return state_queries::rejected(file_); });
}

result<std::vector<rejected_row>> state_reader::latest_rejected(std::int64_t skip, std::int64_t count) {
  return at_one_moment([&] { return state_queries::latest_rejected(file_, skip, count); });
}

result<std::vector<attempt_row>> state_reader::attempts(plan_id plan) {
  return at_one_moment([&] { return state_queries::attempts(file_, plan); });
}

result<std::vector<unanswered_plan>> state_reader::unanswered() {
  return at_one_moment([&] { return state_queries::unanswered(file_); });
}

result<std::vector<trigger_row>> state_reader::triggers() {
  return at_one_moment([&] { return state_queries::triggers(file_); });
}

result<std::vector<std::string>> state_reader::paused() {
  return at_one_moment([&] { return state_queries::paused(file_); });
}

result<fold_progress> state_reader::progress() {
  return at_one_moment([&] { return state_queries::progress(file_); });
}

result<stored_state> state_reader::load() { return load_state(file_); }

result<std::vector<std::string>> state_reader::check() {
  return at_one_moment([&] { return check_state(file_, problems_max); });
}

}  // namespace partmark
