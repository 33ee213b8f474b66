#include "cli/rehearsal.hpp"
#include "journal/init_journal.hpp"
#include "journal/journal_writer.hpp"
#include "unit/sqlite/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace partmark {
namespace {

class rehearsal_of_a_journal : public ::testing::Test {
 protected:
  rehearsal_of_a_journal() {
    settings_.journal.path = folder_.file("journal.db");
    settings_.endpoints.resize(1);
    settings_.endpoints[0].name = "can";
    settings_.endpoints[0].tenant_id = "tn_1";
    settings_.endpoints[0].max_in_flight = 1;
  }

  void record(std::string_view plan, std::string_view first, std::string_view last, std::string_view outcome) {
    if (!writer_) {
      ASSERT_TRUE(init_journal(settings_.journal.path));
      writer_ = journal_writer::open(settings_.journal.path).value();
    }
    ASSERT_TRUE(writer_->record(new_plan_record{.plan = plan, .granularity = "DAY", .first = first, .last = last, .outcome = outcome}));
  }

  std::vector<std::string> bodies() {
    const auto done = rehearse(settings_, {});
    if (!done) return {done.error().message};
    std::vector<std::string> all;
    for (const auto& call : done->calls) all.push_back(call.request.body);
    return all;
  }

  testing::temporary_folder folder_;
  config::settings settings_;
  std::unique_ptr<journal_writer> writer_;
};

TEST_F(rehearsal_of_a_journal, every_plan_is_called_whatever_the_limit_in_flight) {
  for (const char* plan : {"a", "b", "c"}) record(plan, "2025-10-20", "2025-10-21", "success");
  const auto all = bodies();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(
      all[0],
      R"({"uuid":"a","successTimeRange":[{"dateGranularity":"DAY","startTime":"2025-10-20T00:00:00","endTime":"2025-10-21T00:00:00"}]})");
}

TEST_F(rehearsal_of_a_journal, a_push_of_several_calls_is_shown_to_its_end) {
  settings_.delivery.max_ranges_per_request = 2;
  record("a", "2025-10-01", "2025-10-01", "success");
  record("a", "2025-10-03", "2025-10-03", "success");
  record("a", "2025-10-05", "2025-10-05", "success");
  record("a", "2025-10-07", "2025-10-07", "cleared");
  const auto all = bodies();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_NE(all[0].find("\"timeRange\""), std::string::npos) << all[0];
  EXPECT_NE(all[1].find("2025-10-03"), std::string::npos) << all[1];
  EXPECT_NE(all[2].find("2025-10-05"), std::string::npos) << all[2];
}

TEST_F(rehearsal_of_a_journal, thousands_of_records_end_in_one_call) {
  record("a", "2025-10-20", "2025-10-20", "failed");
  ASSERT_TRUE(writer_->begin());
  for (int i = 0; i < 10'000; ++i) record("a", "2025-10-20", "2025-10-20", i % 2 == 0 ? "success" : "failed");
  ASSERT_TRUE(writer_->commit());
  EXPECT_EQ(bodies().size(), 1U);
}

TEST_F(rehearsal_of_a_journal, nothing_is_written) {
  record("a", "2025-10-20", "2025-10-20", "success");
  ASSERT_EQ(bodies().size(), 1U);
  EXPECT_EQ(bodies().size(), 1U);
  EXPECT_FALSE(std::filesystem::exists(settings_.state.path));
}

TEST_F(rehearsal_of_a_journal, without_a_journal_nothing_would_go_out_and_the_reason_is_told) {
  const auto done = rehearse(settings_, {});
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_TRUE(done->calls.empty());
  ASSERT_TRUE(done->notice);
  EXPECT_NE(done->notice->find("partmark init"), std::string::npos);
}

TEST_F(rehearsal_of_a_journal, another_journal_than_the_folded_one_is_refused) {
  record("a", "2025-10-20", "2025-10-20", "success");
  stored_state stored;
  stored.position.uuid = "another";
  const auto done = rehearse(settings_, std::move(stored));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, errc::identity);
}

}  // namespace
}  // namespace partmark
