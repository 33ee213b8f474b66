// The exchange of a state.db for a rebuilt one, cut off after each of its steps.
#include "state/replace_state.hpp"
#include "sqlite_state_fixture.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

namespace partmark::testing {
namespace {

namespace fs = std::filesystem;

class replace_state_test : public sqlite_state_test {
 protected:
  void write(const std::string& name, const std::string& text) const { std::ofstream(folder.file(name)) << text; }
  std::string read(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(folder.file(name)).rdbuf();
    return text.str();
  }
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& entry : fs::directory_iterator(fs::path(path).parent_path())) all.push_back(entry.path().filename());
    std::sort(all.begin(), all.end());
    return all;
  }
  std::string backup() const {
    for (const auto& name : names())
      if (name.ends_with(".bak")) return name;
    return {};
  }
  // The new and the old, with the old one's log in its place, kept, or gone.
  void expect_exchanged() const {
    EXPECT_EQ(read("state.db"), "new");
    ASSERT_FALSE(backup().empty());
    EXPECT_EQ(read(backup()), "old");
    EXPECT_EQ(read(backup() + "-wal"), "old log");
    EXPECT_EQ(names(), (std::vector<std::string>{"state.db", backup(), backup() + "-wal"}));
  }
};

TEST_F(replace_state_test, the_new_file_takes_the_place_and_the_old_files_are_kept) {
  write("state.db", "old");
  write("state.db-wal", "old log");
  write("state.db-shm", "index");
  write("state.db.building", "new");
  const auto kept = replace_state(path);
  ASSERT_TRUE(kept) << kept.error().message;
  expect_exchanged();
  EXPECT_EQ(*kept, real_state_path(folder.file(backup())));
}

TEST_F(replace_state_test, two_within_one_second_keep_both_old_ones) {
  const auto finished = fs::file_time_type::clock::now();
  write("state.db", "old");
  write("state.db.building", "new");
  fs::last_write_time(folder.file("state.db.building"), finished);
  const auto first = replace_state(path);
  ASSERT_TRUE(first);
  write("state.db.building", "newest");
  fs::last_write_time(folder.file("state.db.building"), finished + std::chrono::milliseconds(1));
  const auto second = replace_state(path);
  ASSERT_TRUE(second);
  EXPECT_NE(*first, *second);
  EXPECT_EQ(read(fs::path(*first).filename()), "old");
  EXPECT_EQ(read(fs::path(*second).filename()), "new");
}

TEST_F(replace_state_test, an_exchange_that_was_cut_off_is_ended_by_the_next_who_opens) {
  for (const int steps : {0, 1, 2, 3}) {
    for (const auto& name : names()) fs::remove(folder.file(name));
    write("state.db.rebuilt", "new");
    write("state.db", "old");
    write("state.db-wal", "old log");
    write("state.db-shm", "index");
    ASSERT_TRUE(finish_replacing(path));
    const std::string kept = backup();
    // Back to what there was after so many steps.
    fs::rename(folder.file("state.db"), folder.file("state.db.rebuilt"));
    if (steps < 2) fs::rename(folder.file(kept), folder.file("state.db"));
    if (steps == 2) fs::create_hard_link(folder.file(kept), folder.file("state.db"));
    if (steps < 1) fs::rename(folder.file(kept + "-wal"), folder.file("state.db-wal"));
    if (steps > 0) write("state.db-wal", "");  // a reader came by
    ASSERT_TRUE(finish_replacing(path));
    expect_exchanged();
  }
}

TEST_F(replace_state_test, through_a_link_the_files_stay_where_they_are) {
  fs::create_directory(folder.file("real"));
  write("real/state.db", "old");
  fs::create_symlink(folder.file("real/state.db"), path);
  write("real/state.db.building", "new");
  EXPECT_EQ(building_path(path), real_state_path(folder.file("real/state.db.building")));
  ASSERT_TRUE(replace_state(path));
  EXPECT_TRUE(fs::is_symlink(path));
  EXPECT_EQ(read("real/state.db"), "new");
}

TEST_F(replace_state_test, a_store_closed_whole_needs_no_log) {
  {
    auto store = sqlite_state::open(path);
    ASSERT_TRUE(store);
    ASSERT_TRUE((*store)->commit(everything()));
    const auto closed = sqlite_state::close_whole(std::move(*store));
    ASSERT_TRUE(closed) << closed.error().message;
  }
  EXPECT_EQ(names(), std::vector<std::string>{"state.db"});
  EXPECT_EQ(mode_of("state.db"), 0640U);
  EXPECT_EQ(count("SELECT count(*) FROM plan"), 3);
}

TEST_F(replace_state_test, the_store_opens_the_rebuilt_file) {
  {
    ASSERT_TRUE((*sqlite_state::open(path))->commit(everything()));
  }
  {
    auto store = sqlite_state::open(building_path(path));
    ASSERT_TRUE(sqlite_state::close_whole(std::move(*store)));
  }
  fs::rename(building_path(path), real_state_path(path) + ".rebuilt");
  ASSERT_TRUE(sqlite_state::open(path));
  EXPECT_EQ(count("SELECT count(*) FROM plan"), 0);
}

}  // namespace
}  // namespace partmark::testing
