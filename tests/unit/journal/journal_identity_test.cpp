// Is it still the journal that was folded? DESIGN §4.1, identity: replaced files, restored backups, lost rows, moved and linked files.
#include "unit/journal/journal_fixture.hpp"

#include <cstdlib>
#include <fstream>

namespace partmark {
namespace {

namespace fs = std::filesystem;
using testing::insert_day;
using testing::keeping_sink;
using testing::open_as_job;
using testing::read_all;

struct journal_identity : testing::journal_fixture {
  std::optional<sqlite_journal> reader;
  journal_position folded;

  // Five records, all folded.
  void SetUp() override {
    make_journal();
    append(5);
    reader.emplace(path);
    reader->look({}).value();
    folded = read_all(*reader, {});
    ASSERT_EQ(folded.plans.folded_seq, 5);
  }
  void append(int records) {
    auto job = open_as_job(path);
    for (int i = 0; i < records; ++i) insert_day(job, "p");
  }
  // In another process: opening and closing the file in this one would drop the locks of its connections.
  static void shell(const std::string& command) { ASSERT_EQ(std::system(command.c_str()), 0) << command; }

  void expect_refused(const std::string& because) {
    for (int again = 0; again < 2; ++again) {
      const auto look = reader->look(folded);
      ASSERT_FALSE(look) << "accepted, though " << because;
      EXPECT_EQ(look.error().code, errc::identity) << look.error().message;
      EXPECT_NE(look.error().message.find(because), std::string::npos) << look.error().message;
      EXPECT_NE(look.error().message.find("partmark state adopt-journal"), std::string::npos);
      EXPECT_NE(look.error().message.find(path), std::string::npos);
    }
  }
};

TEST_F(journal_identity, the_same_journal_is_accepted_by_a_new_process) {
  reader.emplace(path);
  EXPECT_EQ(reader->look(folded).value(), journal_look::changed);
  EXPECT_EQ(read_all(*reader, folded), folded);
}

TEST_F(journal_identity, nothing_is_expected_before_the_first_fold) {
  reader.emplace(path);
  EXPECT_EQ(reader->look({}).value(), journal_look::changed);
}

TEST_F(journal_identity, another_journal_moved_into_its_place_is_refused) {
  const std::string other = folder.file("other.db");
  init_journal(other).value();
  const std::string uuid = open_as_job(other).query_text("SELECT uuid FROM journal_identity").value().value();
  fs::rename(other, path);
  expect_refused("its uuid is " + uuid + ", " + folded.uuid + " was expected");
}

TEST_F(journal_identity, a_removed_journal_is_absent_and_a_new_one_is_refused) {
  fs::remove(path);
  EXPECT_EQ(reader->look(folded).value(), journal_look::absent);
  fs::remove(path + "-wal");
  fs::remove(path + "-shm");
  make_journal();
  expect_refused("its uuid is");
}

TEST_F(journal_identity, a_journal_that_vanishes_and_comes_back_is_the_same) {
  const std::string away = folder.file("away.db");
  fs::rename(path, away);
  EXPECT_EQ(reader->look(folded).value(), journal_look::absent);
  EXPECT_EQ(reader->look(folded).value(), journal_look::absent);
  fs::rename(away, path);
  EXPECT_EQ(reader->look(folded).value(), journal_look::changed);
  append(1);
  EXPECT_EQ(reader->look(folded).value(), journal_look::changed);
  EXPECT_EQ(read_all(*reader, folded).plans.folded_seq, 6);
}

TEST_F(journal_identity, a_backup_of_before_is_refused_where_it_replaces_the_file) {
  const std::string backup = folder.file("backup.db");
  shell("cp '" + path + "' '" + backup + "'");
  append(3);
  reader->look(folded).value();
  folded = read_all(*reader, folded);
  reader.emplace(path);  // closes; the checkpoint leaves no log behind
  {
    open_as_job(path).execute("PRAGMA wal_checkpoint(TRUNCATE)").value();
  }
  fs::rename(backup, path);
  expect_refused("ends at seq 5, but was folded up to seq 8");
}

// The same inode, its content replaced under the open connection, as `cp` does it; the old log is removed, as it must be.
TEST_F(journal_identity, a_backup_of_before_is_refused_where_it_is_written_into_the_file) {
  const std::string backup = folder.file("backup.db");
  {
    open_as_job(path).execute("PRAGMA wal_checkpoint(TRUNCATE)").value();
  }
  shell("cp '" + path + "' '" + backup + "'");
  append(3);
  reader->look(folded).value();
  folded = read_all(*reader, folded);
  shell("cp '" + backup + "' '" + path + "' && rm '" + path + "-wal' '" + path + "-shm'");
  expect_refused("ends at seq 5, but was folded up to seq 8");
}

TEST_F(journal_identity, a_restored_backup_that_grew_past_the_cursor_is_refused_by_its_anchor) {
  const std::string backup = folder.file("backup.db");
  {
    open_as_job(path).execute("PRAGMA wal_checkpoint(TRUNCATE)").value();
  }
  shell("cp '" + path + "' '" + backup + "'");
  append(1);
  reader->look(folded).value();
  folded = read_all(*reader, folded);
  {
    auto job = open_as_job(backup);
    for (int i = 0; i < 4; ++i) insert_day(job, "another history", "failed");
  }
  shell("rm '" + path + "-wal' '" + path + "-shm'");  // or SQLite would play the old log into the backup
  fs::rename(backup, path);
  expect_refused("plan_completion seq 6 is another record than the one that was folded");
}

TEST_F(journal_identity, a_lost_anchor_row_is_refused) {
  auto job = open_as_job(path);
  job.execute("DROP TRIGGER plan_completion_delete; DELETE FROM plan_completion WHERE seq = 5").value();
  expect_refused("plan_completion seq 5 was folded and is missing");
}

TEST_F(journal_identity, numbers_that_went_back_are_refused_by_look_and_by_read) {
  auto job = open_as_job(path);
  job.execute("DROP TRIGGER plan_completion_delete; DELETE FROM plan_completion WHERE seq > 2; UPDATE sqlite_sequence SET seq = 2").value();
  keeping_sink sink;
  const auto slice = reader->read_plans(folded.plans, 10, sink);
  ASSERT_FALSE(slice);
  EXPECT_EQ(slice.error().code, errc::identity);
  expect_refused("plan_completion ends at seq 2, but was folded up to seq 5");
}

TEST_F(journal_identity, tables_are_checked_as_plans_are) {
  auto job = open_as_job(path);
  job.execute("INSERT INTO table_completion(table_name, partition, outcome) VALUES ('s.`c.d`.t', '2025-10-20', 'success')").value();
  reader->look(folded).value();
  folded = read_all(*reader, folded);
  job.execute("DROP TRIGGER table_completion_update; UPDATE table_completion SET outcome = 'failed'").value();
  expect_refused("table_completion seq 1 is another record");
}

TEST_F(journal_identity, pruning_what_was_folded_is_fine_and_pruning_more_is_refused) {
  auto job = open_as_job(path);
  job.execute("UPDATE journal_identity SET plans_pruned_through = 4; DELETE FROM plan_completion WHERE seq <= 4").value();
  EXPECT_EQ(reader->look(folded).value(), journal_look::changed);
  append(3);
  job.execute("UPDATE journal_identity SET plans_pruned_through = 7; DELETE FROM plan_completion WHERE seq <= 7").value();
  expect_refused("plan_completion is pruned through seq 7, but was folded up to seq 5");
}

TEST_F(journal_identity, a_link_is_followed_and_its_turning_to_the_moved_file_is_accepted) {
  const std::string link = folder.file("link.db");
  const std::string moved = folder.file("moved.db");
  fs::create_symlink(path, link);
  reader.emplace(link);
  EXPECT_EQ(reader->look(folded).value(), journal_look::changed);
  {
    open_as_job(path).execute("PRAGMA wal_checkpoint(TRUNCATE)").value();
  }
  shell("cp '" + path + "' '" + moved + "'");
  fs::remove(link);
  EXPECT_EQ(reader->look(folded).value(), journal_look::absent);
  fs::create_symlink(moved, link);
  EXPECT_EQ(reader->look(folded).value(), journal_look::changed);
  path = moved;
  append(1);
  EXPECT_EQ(reader->look(folded).value(), journal_look::changed);
  EXPECT_EQ(read_all(*reader, folded).plans.folded_seq, 6);
}

TEST_F(journal_identity, a_link_turned_to_another_journal_is_refused) {
  const std::string other = folder.file("other.db");
  init_journal(other).value();
  const std::string link = folder.file("link.db");
  fs::create_symlink(path, link);
  reader.emplace(link);
  reader->look(folded).value();
  fs::create_symlink(other, folder.file("next"));
  fs::rename(folder.file("next"), link);
  path = link;
  expect_refused("its uuid is");
}

// Somebody tidied up. The next commits go to a new log, which a connection with the old one open would never see.
TEST_F(journal_identity, a_log_removed_by_hand_does_not_blind_the_reader) {
  shell("rm '" + path + "-wal' '" + path + "-shm'");
  append(1);
  EXPECT_EQ(reader->look(folded).value(), journal_look::changed);
  EXPECT_EQ(read_all(*reader, folded).plans.folded_seq, 6);
}

}  // namespace
}  // namespace partmark
