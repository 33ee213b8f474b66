// Texts one behind the other: each stays what it was until all are forgotten, and the memory serves the next ones.
#include "core/text_arena.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace partmark {
namespace {

TEST(text_arena, cleared_it_keeps_the_next_texts_as_the_first_ones_however_many_and_long) {
  text_arena arena;
  for (const std::size_t count : {1U, 3U, 4000U, 500U, 9000U, 2U}) {
    arena.clear();
    std::vector<std::string> given;
    std::vector<std::string_view> kept;
    for (std::size_t i = 0; i < count; ++i) {
      given.push_back(std::to_string(i) + std::string(i % 1000 == 2 ? 100'000 : i % 50, 'x'));
      kept.push_back(arena.keep(given.back()));
    }
    for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(kept[i], given[i]) << i << " of " << count;
  }
}

}  // namespace
}  // namespace partmark
