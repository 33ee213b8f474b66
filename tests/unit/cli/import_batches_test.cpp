#include "cli/import_batches.hpp"
#include "journal/init_journal.hpp"
#include "unit/sqlite/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace partmark {
namespace {

class import_batches_on_a_journal : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_journal(path_));
    journal_ = journal_writer::open(path_).value();
    batches_ = std::make_unique<import_batches>(*journal_);
  }

  static new_record record(std::string_view plan, std::optional<std::string_view> key = std::nullopt) {
    return new_plan_record{.plan = plan, .outcome = "success", .dedupe_key = key};
  }

  // What another process sees.
  [[nodiscard]] std::int64_t visible() const {
    auto other = sqlite::connection::open(path_, sqlite::open_mode::read_only, milliseconds(0));
    return **other->query_int64("SELECT count(*) FROM plan_completion");
  }

  testing::temporary_folder folder_;
  std::string path_ = folder_.file("journal.db");
  std::unique_ptr<journal_writer> journal_;
  std::unique_ptr<import_batches> batches_;
  steady_time t_{};
};

TEST_F(import_batches_on_a_journal, records_of_one_moment_are_one_commit) {
  ASSERT_TRUE(batches_->add(record("a"), t_));
  ASSERT_TRUE(batches_->add(record("b"), t_ + milliseconds(29)));
  EXPECT_EQ(visible(), 0);
  EXPECT_EQ(batches_->open().recorded, 2);
  ASSERT_TRUE(batches_->commit());
  EXPECT_EQ(visible(), 2);
  EXPECT_EQ(batches_->committed().recorded, 2);
}

TEST_F(import_batches_on_a_journal, a_batch_is_committed_before_50_ms_are_over) {
  ASSERT_TRUE(batches_->add(record("a"), t_));
  ASSERT_TRUE(batches_->add(record("b"), t_ + milliseconds(30)));
  EXPECT_EQ(visible(), 1);
  EXPECT_EQ(batches_->committed().recorded, 1);
  EXPECT_EQ(batches_->open().recorded, 1);
}

TEST_F(import_batches_on_a_journal, a_record_that_is_refused_leaves_its_batch_alone) {
  ASSERT_TRUE(batches_->add(record("a", "k"), t_));
  EXPECT_EQ(batches_->add(record(""), t_).error().code, errc::invalid);
  EXPECT_EQ(batches_->add(record("b", "k"), t_).error().code, errc::exists);
  ASSERT_TRUE(batches_->add(record("a", "k"), t_));
  ASSERT_TRUE(batches_->add(record("c"), t_));
  ASSERT_TRUE(batches_->commit());
  EXPECT_EQ(visible(), 2);
  EXPECT_EQ(batches_->committed().recorded, 2);
  EXPECT_EQ(batches_->committed().already, 1);
}

TEST_F(import_batches_on_a_journal, nothing_open_is_nothing_to_commit) {
  EXPECT_TRUE(batches_->commit());
  EXPECT_EQ(batches_->committed().recorded, 0);
}

}  // namespace
}  // namespace partmark
