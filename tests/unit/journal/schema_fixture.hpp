// A journal made by the program or, as by hand, by the sqlite3 shell: tests of the schema run on both, which must be the same.
#pragma once

#include "sql/journal_migrations.hpp"
#include "unit/journal/journal_fixture.hpp"

#include <cstdlib>
#include <fstream>

namespace partmark::testing {

enum class made_by { program, shell };

struct schema_fixture : ::testing::TestWithParam<made_by> {
  temporary_folder folder;
  std::string path = folder.file("journal.db");
  std::optional<sqlite::connection> db;

  void SetUp() override {
    if (GetParam() == made_by::program) {
      init_journal(path).value();
    } else {
      if (std::system("command -v sqlite3 > /dev/null") != 0) GTEST_SKIP() << "there is no sqlite3 shell";
      const std::string script = folder.file("001_initial.sql");
      std::ofstream(script) << sql::journal_migrations[0].sql;
      ASSERT_EQ(std::system(("sqlite3 -bail '" + path + "' < '" + script + "' > /dev/null").c_str()), 0);
    }
    db = open_as_job(path);
    db->set_synchronous(sqlite::synchronous::off).value();
  }

  std::int64_t number(const std::string& sql) { return db->query_int64(sql).value().value(); }
  std::string refusal(const std::string& sql) {
    const auto done = db->execute(sql);
    if (done) return "accepted";
    return done.error().code == errc::invalid ? done.error().message : "not a refusal: " + done.error().message;
  }
};

inline const std::string plan = "INSERT INTO plan_completion";
inline const std::string table = "INSERT INTO table_completion";
inline const std::string good_name = "'starrocks.`default_catalog.schema`.p_order'";

inline std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

}  // namespace partmark::testing
