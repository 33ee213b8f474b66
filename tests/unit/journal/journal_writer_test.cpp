#include "journal/journal_writer.hpp"

#include "unit/journal/journal_fixture.hpp"

#include <sys/wait.h>
#include <unistd.h>

namespace partmark {
namespace {

using testing::keeping_sink;
using testing::open_as_job;
using testing::read_all;

constexpr new_plan_record day{.plan = "p", .granularity = "DAY", .first = "2025-10-20", .outcome = "success"};

new_plan_record keyed(std::string_view key, std::string_view outcome = "success") {
  new_plan_record record = day;
  record.dedupe_key = key;
  record.outcome = outcome;
  return record;
}

struct writing_a_journal : testing::journal_fixture {
  std::unique_ptr<journal_writer> writer;

  void SetUp() override {
    make_journal();
    writer = journal_writer::open(path).value();
  }
  std::int64_t count() { return open_as_job(path).query_int64("SELECT count(*) FROM plan_completion").value().value(); }
};

TEST_F(writing_a_journal, what_is_recorded_is_what_the_reader_gives) {
  EXPECT_EQ(writer
                ->record(new_plan_record{.plan = "p",
                                         .granularity = "HOUR",
                                         .first = "2025-10-20T00:00:00",
                                         .last = "2025-10-20T05:00:00",
                                         .outcome = "cleared",
                                         .run_type = "MANUAL",
                                         .job = "nightly",
                                         .dedupe_key = "k"})
                .value()
                .seq,
            1);
  EXPECT_EQ(writer->record(new_plan_record{.plan = "q", .outcome = "failed"}).value().seq, 2);
  EXPECT_EQ(
      writer->record(new_table_record{.table_name = "s.`c.d`.t", .partition = "2025-10-20", .outcome = "success", .job = "j"}).value().seq,
      1);

  sqlite_journal reader(path);
  reader.look({}).value();
  keeping_sink sink;
  read_all(reader, {}, 10, &sink);
  ASSERT_EQ(sink.rows.size(), 3);
  EXPECT_EQ(sink.rows[0].plan, "p");
  EXPECT_EQ(sink.rows[0].granularity, "HOUR");
  EXPECT_EQ(sink.rows[0].first, "2025-10-20T00:00:00");
  EXPECT_EQ(sink.rows[0].last, "2025-10-20T05:00:00");
  EXPECT_EQ(sink.rows[0].outcome, "cleared");
  EXPECT_EQ(sink.rows[0].run_type, "MANUAL");
  EXPECT_EQ(sink.rows[0].job, "nightly");
  EXPECT_EQ(sink.rows[1].granularity, std::nullopt);
  EXPECT_EQ(sink.rows[1].outcome, "failed");
  EXPECT_EQ(sink.rows[2].plan, "s.`c.d`.t");
  EXPECT_EQ(sink.rows[2].first, "2025-10-20");
  EXPECT_EQ(sink.rows[2].job, "j");
}

TEST_F(writing_a_journal, what_the_schema_refuses_is_invalid_and_says_why) {
  const auto refused = writer->record(new_plan_record{.plan = "", .outcome = "success"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::invalid);
  EXPECT_NE(refused.error().message.find("plan: 1 to 256 bytes"), std::string::npos) << refused.error().message;
  EXPECT_EQ(count(), 0);
}

TEST_F(writing_a_journal, the_same_key_with_the_same_content_is_already_recorded) {
  const auto first = writer->record(keyed("k")).value();
  EXPECT_FALSE(first.already);
  writer->record(day).value();
  const auto again = writer->record(keyed("k")).value();
  EXPECT_TRUE(again.already);
  EXPECT_EQ(again.seq, first.seq);
  new_plan_record spelled_out = keyed("k");
  spelled_out.last = "2025-10-20";
  EXPECT_TRUE(writer->record(spelled_out).value().already) << "last is first where it is left out";
  EXPECT_EQ(count(), 2);
  EXPECT_EQ(open_as_job(path).query_int64("SELECT max(seq) FROM sqlite_sequence").value(), 2) << "no number was burned";
}

TEST_F(writing_a_journal, the_same_key_with_any_other_content_is_an_error) {
  writer->record(keyed("k")).value();
  std::vector<new_plan_record> others(7, keyed("k"));
  others[0].plan = "q";
  others[1].granularity = "WEEK";
  others[2].first = "2025-10-19";
  others[3].last = "2025-10-21";
  others[4].outcome = "failed";
  others[5].run_type = "MANUAL";
  others[6].job = "j";
  for (const auto& other : others) {
    const auto refused = writer->record(other);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, errc::exists);
    EXPECT_NE(refused.error().message.find("dedupe_key \"k\" is recorded already, as seq 1"), std::string::npos) << refused.error().message;
  }
  EXPECT_EQ(count(), 1);
}

TEST_F(writing_a_journal, keys_of_tables_work_alike_and_are_their_own) {
  writer->record(keyed("k")).value();
  new_table_record record{.table_name = "s.`c.d`.t", .partition = "2025-10-20", .outcome = "success", .dedupe_key = "k"};
  EXPECT_FALSE(writer->record(record).value().already);
  EXPECT_TRUE(writer->record(record).value().already);
  for (auto* changed : {&record.partition, &record.outcome}) {
    const auto before = *changed;
    *changed = changed == &record.outcome ? "failed" : "2025-10-21";
    EXPECT_EQ(writer->record(record).error().code, errc::exists);
    *changed = before;
  }
  record.job = "j";
  EXPECT_EQ(writer->record(record).error().code, errc::exists);
}

TEST_F(writing_a_journal, a_batch_is_seen_whole_at_its_commit) {
  writer->begin().value();
  for (int i = 0; i < 10; ++i) writer->record(day).value();
  EXPECT_EQ(writer->record(new_plan_record{.plan = "", .outcome = "success"}).error().code, errc::invalid);
  writer->record(keyed("k")).value();
  EXPECT_TRUE(writer->record(keyed("k")).value().already);
  EXPECT_EQ(writer->record(keyed("k", "failed")).error().code, errc::exists);
  EXPECT_EQ(count(), 0);
  writer->commit().value();
  EXPECT_EQ(count(), 11) << "a refused record costs only itself";
}

TEST_F(writing_a_journal, a_batch_that_is_not_committed_leaves_nothing) {
  writer->begin().value();
  writer->record(day).value();
  writer->rollback();
  EXPECT_EQ(count(), 0);
  writer->begin().value();
  writer->record(day).value();
  writer.reset();
  EXPECT_EQ(count(), 0);
}

TEST_F(writing_a_journal, processes_with_the_same_key_record_it_once) {
  writer.reset();
  constexpr int keys = 50;
  std::vector<pid_t> children;
  for (int p = 0; p < 4; ++p) {
    const pid_t child = ::fork();
    if (child == 0) {
      auto own = journal_writer::open(path).value();
      int made = 0;
      for (int key = 0; key < keys; ++key) {
        const auto done = own->record(keyed("key " + std::to_string(key)));
        if (!done) ::_exit(255);
        made += done->already ? 0 : 1;
      }
      ::_exit(made);
    }
    children.push_back(child);
  }
  int made = 0;
  for (const pid_t child : children) {
    int status = -1;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status));
    ASSERT_NE(WEXITSTATUS(status), 255);
    made += WEXITSTATUS(status);
  }
  EXPECT_EQ(made, keys);
  EXPECT_EQ(count(), keys);
}

TEST_F(writing_a_journal, without_a_journal_it_says_to_run_init) {
  for (const bool empty_file : {false, true}) {
    path = folder.file("other.db");
    if (empty_file) sqlite::connection::open(path, sqlite::open_mode::read_write_create, milliseconds(0)).value();
    const auto missing = journal_writer::open(path);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, errc::not_found);
    EXPECT_NE(missing.error().message.find("partmark init"), std::string::npos);
    EXPECT_EQ(std::filesystem::exists(path), empty_file) << "record makes no journal";
  }
}

TEST_F(writing_a_journal, another_database_is_refused) {
  path = folder.file("other.db");
  sqlite::connection::open(path, sqlite::open_mode::read_write_create, milliseconds(0)).value().execute("CREATE TABLE t(a)").value();
  EXPECT_EQ(journal_writer::open(path).error().code, errc::corrupt);
}

}  // namespace
}  // namespace partmark
