#include "sqlite/row_function.hpp"

#include "unit/sqlite/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace partmark::sqlite {
namespace {

struct row_functions : ::testing::Test {
  partmark::testing::temporary_folder folder;
  connection file = connection::open(folder.file("t.db"), open_mode::read_write_create, milliseconds(0)).value();

  row_functions() {
    file.execute("CREATE TABLE t(n INTEGER PRIMARY KEY, word); INSERT INTO t VALUES (1, 'a'), (2, NULL), (3, 'ccc')").value();
  }
};

constexpr const char* all_rows = "SELECT n FROM t WHERE n > ? AND taken(n, word) ORDER BY n LIMIT 1";

TEST_F(row_functions, each_row_is_given_once_and_in_order) {
  auto taken = row_function::add(file, "taken", 2).value();
  auto rows = file.prepare(all_rows).value();
  std::vector<std::string> seen;
  auto running = rows.query(0);
  EXPECT_FALSE(taken
                   .step(running,
                         [&](const argument_row& row) {
                           seen.push_back(std::to_string(row.int64(0)) + std::string(row.optional_text(1).value_or("-")));
                           return false;
                         })
                   .value());
  EXPECT_EQ(seen, (std::vector<std::string>{"1a", "2-", "3ccc"}));
}

TEST_F(row_functions, the_statement_stops_where_the_answer_is_true) {
  auto taken = row_function::add(file, "taken", 2).value();
  auto rows = file.prepare(all_rows).value();
  int calls = 0;
  auto running = rows.query(1);
  EXPECT_TRUE(taken.step(running, [&](const argument_row&) { return ++calls == 1; }).value());
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(running.int64(0), 2);
}

TEST_F(row_functions, what_is_thrown_comes_out_and_the_statement_can_be_used_again) {
  auto taken = row_function::add(file, "taken", 2).value();
  auto rows = file.prepare(all_rows).value();
  int calls = 0;
  {
    auto running = rows.query(0);
    EXPECT_THROW(static_cast<void>(taken.step(running,
                                              [&](const argument_row&) -> bool {
                                                ++calls;
                                                throw std::runtime_error("full");
                                              })),
                 std::runtime_error);
  }
  EXPECT_EQ(calls, 1);
  auto running = rows.query(0);
  EXPECT_TRUE(taken.step(running, [](const argument_row&) { return true; }).value());
}

TEST_F(row_functions, a_step_that_nobody_takes_rows_from_finds_nothing) {
  auto taken = row_function::add(file, "taken", 2).value();
  auto rows = file.prepare(all_rows).value();
  EXPECT_FALSE(rows.query(0).step().value());
}

TEST_F(row_functions, the_schema_of_the_file_cannot_call_it) {
  auto taken = row_function::add(file, "taken", 2).value();
  EXPECT_FALSE(file.execute("CREATE VIEW v AS SELECT taken(n, word) FROM t; SELECT * FROM v"));
}

}  // namespace
}  // namespace partmark::sqlite
