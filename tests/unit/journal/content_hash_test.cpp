#include "journal/content_hash.hpp"

#include <gtest/gtest.h>

namespace partmark {
namespace {

std::uint64_t hash_of(std::int64_t seq, std::initializer_list<std::optional<std::string_view>> columns) {
  content_hash hash;
  hash.add(seq);
  for (const auto& column : columns) hash.add(column);
  return hash.value();
}

// Stored in every state.db: computed once by hand with another program, and never to change.
TEST(content_hash_of_a_row, is_the_documented_one_for_ever) {
  EXPECT_EQ(content_hash().value(), 0xcbf29ce484222325U);
  EXPECT_EQ(hash_of(1, {}), 0x89cd31291d2aefa4U);
  EXPECT_EQ(
      hash_of(1, {"p", "DAY", "2025-10-20", std::nullopt, "success", std::nullopt, std::nullopt, std::nullopt, "2025-10-21T00:00:00.000Z"}),
      0x83978bbf215bb054U);
}

TEST(content_hash_of_a_row, tells_apart_what_looks_alike_when_joined) {
  EXPECT_NE(hash_of(1, {"ab", "c"}), hash_of(1, {"a", "bc"}));
  EXPECT_NE(hash_of(1, {"", std::nullopt}), hash_of(1, {std::nullopt, ""}));
  EXPECT_NE(hash_of(1, {"a"}), hash_of(2, {"a"}));
  EXPECT_NE(hash_of(1, {std::string_view("a\0", 2)}), hash_of(1, {"a"}));
}

}  // namespace
}  // namespace partmark
