#include "support/loop_driver.hpp"

#include "can/replies.hpp"
#include "support/contract.hpp"

#include <algorithm>
#include <utility>

namespace partmark::testing {
namespace {

constexpr int turns_without_rest_max = 1'000;

}  // namespace

loop_settings plain_settings() {
  loop_settings s;
  s.endpoints.push_back({"can", "tn_1", 8, std::chrono::seconds(60)});
  s.poll_interval = std::chrono::hours(24 * 365);
  s.linger = milliseconds(0);
  s.retry = {milliseconds(1'000), milliseconds(60'000), 2.0};
  s.circuit.open_after = 1'000'000;
  return s;
}

void loop_driver::start(std::string_view boot_id) {
  journal.open_again();
  loop_ = std::make_unique<partmark::loop>(journal, state, remote, log, settings, 1);
  loop_->restore(state.load(loop_->rows_to_restore()), boot_id, t);
  again_ = true;
  work();
}

void loop_driver::kill() {
  loop_.reset();
  remote.forget_open();
  wake_.reset();
  again_ = false;
}

void loop_driver::run_one() {
  ++turns_;
  const turn asked = loop_->run(t);
  again_ = asked.again;
  wake_ = asked.wake;
  if (asked.fatal) fatal_ = asked.fatal;
}

void loop_driver::work() {
  for (int n = 0; n < turns_without_rest_max; ++n) {
    run_one();
    if (!again_ && (!wake_ || *wake_ > t.steady)) return;
  }
  throw contract_broken("the loop rests when there is nothing to do");
}

void loop_driver::move_to(steady_time at) {
  rest_ += std::chrono::duration_cast<std::chrono::microseconds>(at - t.steady);
  const auto whole = std::chrono::duration_cast<milliseconds>(rest_);
  rest_ -= whole;
  t = {at, t.system + whole};
}

void loop_driver::pass_exactly(std::chrono::microseconds time) {
  const steady_time end = t.steady + time;
  while (wake_ && *wake_ <= end) {
    move_to(*wake_);
    work();
  }
  move_to(end);
}

void loop_driver::hint() {
  loop_->journal_hint();
  work();
}

void loop_driver::append(journal_entry e) {
  journal.append(std::move(e));
  if (loop_) hint();
}

void loop_driver::complete(const std::string& plan, ordinal first, ordinal last, mark said) {
  append(entry_of(plan, {plan_kind::partitioned, granularity::day}, {first, last}, said));
}

void loop_driver::complete_table(const std::string& plan, mark said) {
  append(entry_of(plan, {plan_kind::full_refresh, granularity::day}, whole_table, said));
}

void loop_driver::end(exchange reply, std::string_view plan) {
  const sent_call call = remote.take(plan);
  loop_->ended(call.id, can::read_answer(std::move(reply), call.type, t.system));
}

void loop_driver::answer(exchange reply, std::string_view plan) {
  end(std::move(reply), plan);
  work();
}

void loop_driver::accept_all() {
  while (!remote.open().empty()) accept();
}

void loop_driver::reconfigure() {
  loop_->reconfigure(settings, t);
  work();
}

const plan_state& loop_driver::plan(std::string_view uuid) const {
  const auto& plans = loop_->plans();
  const auto it = std::find_if(plans.begin(), plans.end(), [&](const plan_state& p) { return p.uuid() == uuid; });
  require(it != plans.end(), "the plan is known");
  return *it;
}

std::vector<claim> claims(std::initializer_list<claim> list) { return list; }

}  // namespace partmark::testing
