// Records wait in a row until their plans are at hand: each keeps what it said, and its turn.
#include "support/loop_driver.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace partmark::testing {
namespace {

constexpr plan_shape daily{plan_kind::partitioned, granularity::day};
constexpr plan_shape hourly{plan_kind::partitioned, granularity::hour};

// Some records are wrong at first sight, others only beside their plan; people read of both in the order of the journal.
TEST(fold, refusals_come_in_the_order_of_the_records) {
  loop_driver d;
  d.journal.append(entry_of("p", daily, {1, 1}, mark::success));
  for (int i = 0; i < 3; ++i) {
    d.journal.append(entry_of("p", hourly, {1, 1}, mark::success));
    auto wrong = entry_of("p", daily, {1, 1}, mark::success);
    wrong.outcome = "maybe";
    d.journal.append(wrong);
  }
  d.start();
  std::vector<std::int64_t> seqs;
  for (const event& e : d.log.all())
    if (e.name == "record.rejected") seqs.push_back(std::get<std::int64_t>(e.fields.at(0).value));
  EXPECT_EQ(seqs, (std::vector<std::int64_t>{2, 3, 4, 5, 6, 7}));
}

// Texts of many records lie one behind the other until their plans are at hand.
TEST(fold, each_record_keeps_its_own_texts) {
  loop_driver d;
  const auto text_of = [](const char* what, std::size_t i) { return what + std::string(i % 7, 'x') + std::to_string(i); };
  for (std::size_t i = 0; i < 150; ++i) {
    auto e = entry_of(text_of("plan-", i), i % 3 == 1 ? hourly : daily, {1, 1}, mark::success);
    e.run_type = i % 4 == 0 ? std::nullopt : std::optional(text_of("run-", i));
    e.job = i % 5 == 0 ? std::nullopt : std::optional(text_of("job-", i));
    d.journal.append(e);
  }
  auto wrong = entry_of("plan-0", hourly, {1, 1}, mark::success);
  wrong.job = "who asks";
  d.journal.append(wrong);
  d.start();
  const auto& plans = d.state.stored().plans;
  ASSERT_EQ(plans.size(), 150U);
  for (std::size_t i = 0; i < 150; ++i) {
    EXPECT_EQ(plans[i].row.uuid, text_of("plan-", i));
    EXPECT_EQ(plans[i].row.run_type, i % 4 == 0 ? "" : text_of("run-", i));
  }
  bool told = false;
  for (const event& e : d.log.all())
    for (const event_field& f : e.fields)
      told = told || (e.name == "record.rejected" && f.key == "job" && std::get<std::string>(f.value) == "who asks");
  EXPECT_TRUE(told);
}

}  // namespace
}  // namespace partmark::testing
