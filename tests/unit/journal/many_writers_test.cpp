// Eight processes write at once while a reader follows: nothing is lost, every writer's records keep their order, and every writer comes to
// its end.
#include "journal/journal_watch.hpp"
#include "journal/journal_writer.hpp"
#include "unit/journal/journal_fixture.hpp"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>

namespace partmark {
namespace {

constexpr int writers = 8;
constexpr int records_each = 250;

// Half of them through the writer, each record durable; half as a job with plain SQL. Their plan is their number, their partition counts.
void write_as(int number, const std::string& path) {
  const std::string plan = "plan " + std::to_string(number);
  if (number % 2 == 0) {
    auto writer = journal_writer::open(path).value();
    for (int i = 0; i < records_each; ++i) {
      const std::string text = std::to_string(i);
      writer->record(new_plan_record{.plan = plan, .granularity = "DAY", .first = text, .outcome = "success"}).value();
    }
    return;
  }
  for (int i = 0; i < records_each;) {
    auto job = testing::open_as_job(path);  // opens and closes often, as short jobs do
    for (int n = 0; n < 25; ++n, ++i)
      job.execute("INSERT INTO plan_completion(plan, granularity, first, outcome) VALUES ('" + plan + "', 'DAY', '" + std::to_string(i) +
                  "', 'failed')")
          .value();
  }
}

struct many_writers : testing::journal_fixture {};

TEST_F(many_writers, lose_nothing_keep_their_order_and_all_finish) {
  make_journal();
  int start[2];
  ASSERT_EQ(::pipe(start), 0);
  std::vector<pid_t> children;
  for (int number = 0; number < writers; ++number) {
    const pid_t child = ::fork();  // before this process opens the file: SQLite's locks do not survive a fork
    if (child == 0) {
      ::close(start[1]);
      char end = 0;
      static_cast<void>(::read(start[0], &end, 1));
      try {
        write_as(number, path);
      } catch (const std::exception& failed) {
        std::fputs(failed.what(), stderr);
        ::_exit(1);
      }
      ::_exit(0);
    }
    children.push_back(child);
  }

  auto watch = journal_watch::open(path).value();
  sqlite_journal reader(path);
  ASSERT_EQ(reader.look({}).value(), journal_look::changed);
  ::close(start[0]);
  ::close(start[1]);  // all start now

  testing::keeping_sink sink;
  journal_position position = testing::read_all(reader, {}, 100, &sink);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(120);
  while (sink.rows.size() < writers * records_each && std::chrono::steady_clock::now() < deadline) {
    pollfd waiting{watch.descriptor(), POLLIN, 0};
    ::poll(&waiting, 1, 20);
    watch.drain().value();
    const auto look = reader.look(position);
    if (!look && look.error().code == errc::busy) continue;
    if (look.value() == journal_look::changed) position = testing::read_all(reader, position, 100, &sink);
  }
  for (const pid_t child : children) {
    int status = -1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }

  ASSERT_EQ(sink.rows.size(), writers * records_each);
  EXPECT_EQ(position.plans.folded_seq, writers * records_each);
  EXPECT_TRUE(std::is_sorted(sink.rows.begin(), sink.rows.end(), [](const auto& a, const auto& b) { return a.seq < b.seq; }));
  std::map<std::string, int> next;
  for (const auto& row : sink.rows) EXPECT_EQ(row.first, std::to_string(next[row.plan]++)) << row.plan;
  EXPECT_EQ(next.size(), writers);
}

}  // namespace
}  // namespace partmark
