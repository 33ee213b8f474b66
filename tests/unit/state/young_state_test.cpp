// A command that comes while the daemon makes its state.db.
#include "state/sqlite_state.hpp"
#include "state/state_reader.hpp"
#include "unit/sqlite/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

namespace partmark {
namespace {

// Made, then looked at: what is said meanwhile must be true of some moment.
TEST(young_state, a_file_that_is_just_being_made_is_none_or_whole) {
  testing::temporary_folder folder;
  for (int i = 0; i < 100; ++i) {
    const std::string young = folder.file("young-" + std::to_string(i) + ".db");
    std::atomic<bool> is_made = false;
    std::jthread daemon([&] {
      static_cast<void>(sqlite_state::open(young).value());
      is_made = true;
    });
    while (!is_made) {
      const auto seen = state_reader::open(young, milliseconds(1000));
      if (!seen && seen.error().code != errc::not_found) {
        ADD_FAILURE() << seen.error().message;
        return;
      }
    }
    EXPECT_TRUE(state_reader::open(young, milliseconds(1000)));
  }
}

}  // namespace
}  // namespace partmark
