// The journal's schema through plain SQL: that what is recorded stays, whatever a job tries.
#include "unit/journal/schema_fixture.hpp"

namespace partmark::testing {
namespace {

struct journal_history : schema_fixture {};

INSTANTIATE_TEST_SUITE_P(made, journal_history, ::testing::Values(made_by::program, made_by::shell),
                         [](const auto& p) { return p.param == made_by::program ? "by_program" : "by_shell"; });

TEST_P(journal_history, replacing_a_key_is_refused_with_recursive_triggers_too) {
  db->execute("PRAGMA recursive_triggers = ON").value();
  db->execute(plan + "(plan, outcome, dedupe_key) VALUES ('p', 'failed', 'k')").value();
  EXPECT_NE(refusal("REPLACE INTO plan_completion(plan, outcome, dedupe_key) VALUES ('p', 'success', 'k')"), "accepted");
  EXPECT_EQ(number("SELECT count(*) FROM plan_completion WHERE outcome = 'failed'"), 1);
}

TEST_P(journal_history, a_multi_row_insert_with_one_wrong_row_leaves_nothing) {
  EXPECT_NE(refusal(plan + "(plan, outcome) VALUES ('p', 'success'), ('p', 'wrong')"), "accepted");
  EXPECT_EQ(number("SELECT count(*) FROM plan_completion"), 0);
}

TEST_P(journal_history, records_cannot_be_changed_or_deleted) {
  db->execute(plan + "(plan, outcome) VALUES ('p', 'success')").value();
  db->execute(table + "(table_name, partition, outcome) VALUES (" + good_name + ", '2025-10-20', 'success')").value();
  for (const std::string name : {"plan_completion", "table_completion"}) {
    for (const std::string clause : {"", "OR IGNORE ", "OR REPLACE "})
      EXPECT_NE(refusal("UPDATE " + clause + name + " SET outcome = 'failed'").find("cannot be changed"), std::string::npos);
    EXPECT_NE(refusal("UPDATE " + name + " SET seq = seq + 1").find("cannot be changed"), std::string::npos);
    EXPECT_NE(refusal("DELETE FROM " + name).find("cannot be deleted"), std::string::npos);
    EXPECT_NE(refusal("DELETE FROM " + name + " WHERE seq = 1").find("cannot be deleted"), std::string::npos);
    EXPECT_EQ(number("SELECT count(*) FROM " + name + " WHERE outcome = 'success'"), 1);
  }
}

TEST_P(journal_history, what_is_marked_as_pruned_can_be_deleted_and_the_mark_only_grows) {
  for (int i = 0; i < 5; ++i) db->execute(plan + "(plan, outcome) VALUES ('p', 'success')").value();
  db->execute("BEGIN; UPDATE journal_identity SET plans_pruned_through = 3; DELETE FROM plan_completion WHERE seq <= 3; COMMIT").value();
  EXPECT_EQ(number("SELECT min(seq) FROM plan_completion"), 4);
  EXPECT_NE(refusal("DELETE FROM plan_completion WHERE seq = 4").find("cannot be deleted"), std::string::npos);
  EXPECT_NE(refusal("UPDATE journal_identity SET plans_pruned_through = 2"), "accepted");
  EXPECT_NE(refusal("UPDATE journal_identity SET plans_pruned_through = 'x'"), "accepted");
  EXPECT_NE(refusal("UPDATE journal_identity SET tables_pruned_through = -1"), "accepted");
  EXPECT_EQ(refusal("UPDATE journal_identity SET tables_pruned_through = 2"), "accepted");
  db->execute(plan + "(plan, outcome) VALUES ('p', 'success')").value();
  EXPECT_EQ(number("SELECT max(seq) FROM plan_completion"), 6) << "numbers are never used again";
}

TEST_P(journal_history, the_identity_is_one_row_that_stays) {
  EXPECT_EQ(number("SELECT count(*) FROM journal_identity WHERE uuid GLOB '" + repeated("[0-9a-f]", 32) + "'"), 1);
  for (const std::string clause : {"", "OR IGNORE ", "OR REPLACE "}) {
    EXPECT_NE(refusal("INSERT " + clause + "INTO journal_identity DEFAULT VALUES"), "accepted");
    EXPECT_NE(refusal("INSERT " + clause + "INTO journal_identity(one, uuid) VALUES (2, 'x')"), "accepted");
    EXPECT_NE(refusal("UPDATE " + clause + "journal_identity SET uuid = lower(hex(randomblob(16)))"), "accepted");
    EXPECT_NE(refusal("UPDATE " + clause + "journal_identity SET one = 2"), "accepted");
  }
  EXPECT_NE(refusal("DELETE FROM journal_identity"), "accepted");
}

TEST_P(journal_history, the_file_says_what_it_is) {
  EXPECT_EQ(db->query_text("PRAGMA journal_mode").value(), "wal");
  EXPECT_EQ(number("PRAGMA user_version"), 1);
  EXPECT_EQ(number("PRAGMA application_id"), 0x70746d6b);
  EXPECT_EQ(db->query_text("PRAGMA integrity_check").value(), "ok");
}

TEST(journal_identity_row, two_journals_have_two_identities) {
  temporary_folder folder;
  std::vector<std::string> uuids;
  for (const std::string name : {"a.db", "b.db"}) {
    init_journal(folder.file(name)).value();
    uuids.push_back(open_as_job(folder.file(name)).query_text("SELECT uuid FROM journal_identity").value().value());
  }
  EXPECT_NE(uuids[0], uuids[1]);
}

}  // namespace
}  // namespace partmark::testing
