#include "reconcile/text_pool.hpp"

#include "core/text_arena.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace partmark {
namespace {

TEST(text_pool, equal_texts_are_held_once) {
  text_pool pool;
  const text_id manual = pool.take("MANUAL");
  EXPECT_NE(pool.take("NIGHTLY"), manual);
  EXPECT_EQ(pool.take("MANUAL"), manual);
  EXPECT_EQ(pool[manual], "MANUAL");
}

TEST(text_pool, the_empty_text_needs_no_holding) {
  text_pool pool;
  EXPECT_EQ(pool.take(""), 0U);
  pool.give_back(0);
  EXPECT_EQ(pool[0], "");
}

TEST(text_pool, a_text_goes_with_its_last_holder_and_its_place_is_used_again) {
  text_pool pool;
  const text_id a = pool.take("a");
  EXPECT_EQ(pool.take("a"), a);
  pool.give_back(a);
  EXPECT_EQ(pool[a], "a");
  pool.give_back(a);
  EXPECT_EQ(pool.take("b"), a) << "ever new run types of one plan take no more and more memory";
  EXPECT_EQ(pool[a], "b");
  EXPECT_NE(pool.take("a"), a);
}

TEST(text_arena, texts_of_any_length_stay_where_they_are) {
  text_arena arena;
  std::vector<std::string> texts;
  std::vector<std::string_view> kept;
  std::vector<kept_text> small;
  for (std::size_t i = 0; i < 3000; ++i) {
    texts.push_back(std::string(i % 258 == 257 ? 100'000 : i % 258, static_cast<char>('a' + i % 26)));
    kept.push_back(arena.keep(texts.back()));
    small.push_back(arena.keep_small(texts.back()));
  }
  for (std::size_t i = 0; i < texts.size(); ++i) {
    ASSERT_EQ(kept[i], texts[i]);
    ASSERT_EQ(small[i].view(), texts[i]);
  }
}

}  // namespace
}  // namespace partmark
