// A journal that stays busy, is too new, or fills slice after slice: what is said of it, and what waits for it.
#include "support/loop_driver.hpp"

#include <gtest/gtest.h>

namespace partmark::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const std::string orders = "source.`catalog.schema`.orders";

void make_busy(loop_driver& d) {
  d.journal.trouble = [](memory_journal::step) { return std::optional(error{errc::busy, "database is locked"}); };
}

TEST(journal_trouble, a_journal_that_stays_busy_is_said_once_after_ten_seconds) {
  loop_driver d;
  d.start();
  make_busy(d);
  d.hint();
  d.pass(milliseconds(9'990));
  EXPECT_EQ(d.log.count("journal.unreadable"), 0U);
  d.pass(milliseconds(20));
  EXPECT_EQ(d.log.count("journal.unreadable"), 1U);
  d.pass(seconds(60));
  EXPECT_EQ(d.log.count("journal.unreadable"), 1U);
}

// Opening it and closing it again is an event of its own.
TEST(journal_trouble, what_its_own_looks_wake_looks_once_a_second_and_once_at_once) {
  for (const auto code : {errc::corrupt, errc::io}) {
    loop_driver d;
    d.start();
    int looks = 0;
    d.journal.trouble = [&](memory_journal::step) {
      ++looks;
      return std::optional(error{code, "not a journal"});
    };
    for (int ms = 0; ms < 10'000; ++ms) {
      d.hint();
      d.pass(milliseconds(1));
    }
    EXPECT_LE(looks, 15);
    d.pass(seconds(5));
    looks = 0;
    d.hint();
    EXPECT_EQ(looks, 1);
    d.journal.trouble = nullptr;
    d.hint();
    d.pass(milliseconds(100));
    EXPECT_EQ(d.loop().journal_trouble(), "");
  }
}

TEST(journal_trouble, a_journal_that_is_half_made_is_looked_at_once_a_second_at_most) {
  loop_driver d;
  d.journal.remove();
  int looks = 0;
  d.journal.trouble = [&](memory_journal::step) {
    ++looks;
    return std::optional<error>();
  };
  d.start();
  for (int ms = 0; ms < 10'000; ++ms) {
    d.hint();
    d.pass(milliseconds(1));
  }
  EXPECT_LE(looks, 15);
}

TEST(journal_trouble, a_row_that_is_not_visible_yet_is_looked_for_beyond_a_moment_of_busyness) {
  loop_driver d;
  d.start();
  make_busy(d);
  const auto seq = d.journal.append_unseen(entry_of("p", {}, {1, 1}, mark::success));
  d.hint();
  d.pass(milliseconds(3));
  d.journal.trouble = nullptr;
  d.pass(milliseconds(20));
  d.journal.reveal(seq);
  d.pass(milliseconds(20));
  EXPECT_EQ(d.remote.all().size(), 1U);
}

TEST(journal_trouble, patience_with_a_busy_journal_begins_anew_once_it_was_read) {
  loop_driver d;
  d.start();
  for (int time = 0; time < 3; ++time) {
    make_busy(d);
    d.hint();
    d.pass(seconds(6));
    d.journal.trouble = nullptr;
    d.pass(seconds(6));
  }
  EXPECT_EQ(d.log.count("journal.unreadable"), 0U);
}

TEST(journal_trouble, a_journal_of_a_newer_schema_is_fatal) {
  loop_driver d;
  d.journal.trouble = [](memory_journal::step s) {
    return s == memory_journal::step::look ? std::optional(error{errc::newer_version, "schema 99"}) : std::nullopt;
  };
  d.start();
  ASSERT_TRUE(d.fatal());
  EXPECT_EQ(d.fatal()->code, errc::newer_version);
}

TEST(journal_trouble, no_trigger_goes_out_while_slices_of_tables_are_full) {
  loop_driver d;
  d.settings.slice_rows = 2;
  for (const std::string day : {"20", "21", "22"}) d.journal.append_table({orders, "2025-10-" + day, "success"});
  d.journal.append_table({orders, "2025-10-20", "failed"});  // in a later slice
  d.start();
  ASSERT_EQ(d.remote.all().size(), 1U);
  EXPECT_NE(d.remote.all()[0].body.find("2025-10-21"), std::string::npos) << d.remote.all()[0].body;
}

// `partmarkd --once` goes by it, and so does /readyz.
TEST(journal_trouble, a_loop_that_cannot_read_its_journal_is_behind_and_not_settled) {
  loop_driver d;
  d.settings.poll_interval = seconds(5);
  d.start();
  EXPECT_TRUE(d.loop().settled());
  d.journal.trouble = [](memory_journal::step) { return std::optional(error{errc::io, "no medium"}); };
  d.pass(seconds(5));
  EXPECT_TRUE(d.loop().summary().behind);
  EXPECT_FALSE(d.loop().settled());
  d.journal.trouble = nullptr;
  d.pass(seconds(5));
  EXPECT_TRUE(d.loop().settled());
  d.journal.remove();
  d.pass(seconds(5));
  EXPECT_TRUE(d.loop().summary().behind);
  EXPECT_FALSE(d.loop().settled());
}

TEST(journal_trouble, an_empty_journal_is_known_again_too) {
  loop_driver d;
  d.start();
  EXPECT_EQ(d.state.stored().position.uuid, d.journal.uuid());
}

}  // namespace
}  // namespace partmark::testing
