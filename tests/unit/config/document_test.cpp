#include "config/document.hpp"

#include "config/load.hpp"
#include "unit/config/support.hpp"
#include "unit/sqlite/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace partmark::config {
namespace {

using kind = node::kind;

std::string repeat(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

// "LINE: what was found" of a text that must be refused.
std::string refusal(std::string_view text) {
  const auto parsed = parse_document(text);
  return parsed ? "accepted" : std::to_string(parsed.error().line) + ": " + parsed.error().found;
}

TEST(document, keeps_lines_quotes_and_repeated_keys) {
  const node root = parse_document("# c\na: 1\nb:\n\na: 'x'\nc:\n  - p\n  - { q: \"r\", s: [] }\n").value();
  ASSERT_EQ(root.what, kind::map);
  ASSERT_EQ(root.entries.size(), 4U);
  EXPECT_EQ(root.entries[0].key.text, "a");
  EXPECT_EQ(root.entries[0].key.line, 2);
  EXPECT_EQ(root.entries[0].value.text, "1");
  EXPECT_FALSE(root.entries[0].value.quoted);
  EXPECT_EQ(root.entries[2].key.text, "a");
  EXPECT_EQ(root.entries[2].value.line, 5);
  EXPECT_TRUE(root.entries[2].value.quoted);
  const node& list = root.entries[3].value;
  ASSERT_EQ(list.what, kind::list);
  ASSERT_EQ(list.items.size(), 2U);
  EXPECT_EQ(list.items[1].line, 8);
  EXPECT_EQ(list.items[1].entries[0].value.text, "r");
  EXPECT_EQ(list.items[1].entries[1].value.what, kind::list);
}

TEST(document, an_absent_value_stands_on_its_keys_line) {
  const node root = parse_document("a:\n\n\n# far\nb: ~\n").value();
  EXPECT_EQ(root.entries[0].value.what, kind::null);
  EXPECT_EQ(root.entries[0].value.line, 1);
  EXPECT_EQ(root.entries[1].value.what, kind::null);
  EXPECT_EQ(root.entries[1].value.line, 5);
}

TEST(document, may_be_empty_and_may_have_markers_a_bom_and_carriage_returns) {
  for (const std::string_view text : {"", "\n", "# only a comment\n", "---\n", "---\n...\n"})
    EXPECT_EQ(parse_document(text).value().what, kind::null) << text;
  for (const std::string_view text : {"---\na: 1\n...\n",
                                      "\xef\xbb\xbf"
                                      "a: 1\n",
                                      "a: 1\r\n", "a: 1", "\t# comment\n \t\na: 1\n"})
    EXPECT_EQ(parse_document(text).value().entries.at(0).value.text, "1") << text;
}

TEST(document, that_is_not_yaml_is_refused_with_its_line) {
  EXPECT_EQ(refusal("a: 1\nb: {c: 1\n"), "2: end of map flow not found");
  EXPECT_EQ(refusal("a:\n  b: 1\n c: 2\n"), "3: end of map not found");
  EXPECT_EQ(refusal("a: 1\nb: \"x\n"), "2: illegal EOF in scalar");
  EXPECT_EQ(refusal("a: 1\nb: 'x\nc: 2\n  \n"), "3: illegal EOF in scalar");
  EXPECT_EQ(refusal("a: \"\\s\"\n"), "1: unknown escape character");  // not which: it may be a secret's
  EXPECT_EQ(refusal("a: b: c\n"), "1: illegal map value");
  EXPECT_EQ(refusal("a:\n\tb: 1\n"), "2: tab in the indentation");
  EXPECT_EQ(refusal("a: 1\nb: \xff\n"), "2: bytes that are not UTF-8");
  EXPECT_EQ(refusal(std::string_view("a: 1\nb: \0\n", 10)), "2: control character");
  EXPECT_EQ(refusal("a: 1\nb\rc: 2\n"), "2: control character");
  EXPECT_EQ(refusal("a: 1\nb: \xc2\x85\n"), "2: control character");  // U+0085, a line break to YAML 1.1
  EXPECT_EQ(refusal("a: 1\n---\nb: 2\n"), "3: second document");
}

TEST(document, anchors_aliases_and_tags_are_refused) {
  EXPECT_EQ(refusal("a: &x 1\nb: *x\n"), "1: anchor or alias");
  EXPECT_EQ(refusal("a: &x\n"), "1: anchor or alias");
  EXPECT_EQ(refusal("a:\n  - &x [1]\n"), "2: anchor or alias");
  EXPECT_EQ(refusal("a: &x { b: 1 }\n"), "1: anchor or alias");
  EXPECT_EQ(refusal("a: *x\n"), "1: the referenced anchor is not defined");
  EXPECT_EQ(refusal("a: !!binary x\n"), "1: tag");
  EXPECT_EQ(refusal("a: !x {}\n"), "1: tag");
}

TEST(document, an_alias_bomb_is_refused_at_its_first_anchor) {
  std::string bomb = "a0: &a0 [x]\n";
  for (int i = 1; i < 40; ++i)
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + repeat("*a" + std::to_string(i - 1) + ", ", 9) + "x]\n";
  EXPECT_EQ(refusal(bomb), "1: anchor or alias");
}

TEST(document, nesting_is_bounded) {
  EXPECT_TRUE(parse_document(repeat("[", 16) + repeat("]", 16)).has_value());
  for (const std::string_view opening : {"[", "{", "- ", "? ", "{a: "})
    EXPECT_EQ(refusal(repeat(opening, 50'000) + "x"), "1: deep nesting") << opening;
}

TEST(document, a_refusal_never_quotes_the_text) {
  for (const std::string_view text :
       {"a: *s3cret\n", "a: &s3cret\n", "a: !s3cret x\n", "a: \"\\s3cret\"\n", "a: {s3cret\n", "s3cret", "a: @s3cret\n", "a: `s3cret\n",
        "a: %s3cret\n", "%s3cret\n", "a: 's3cret\n", "a: \"\\xs3cret\"\n", "a: !<s3cret> x\n"}) {
    const auto parsed = parse_document(text);
    if (parsed) continue;
    EXPECT_EQ((parsed.error().found + parsed.error().expected).find("s3cret"), std::string::npos) << text;
  }
}

TEST(config_file, that_cannot_be_read_or_is_too_large_is_an_error) {
  const partmark::testing::temporary_folder folder;
  const auto message = [](const std::string& path) { return load(path, {}).error().messages; };
  const std::string absent = folder.file("absent.yaml");
  EXPECT_EQ(message(absent), std::vector{absent + ":1: (file): No such file or directory: expected a YAML file that this user can read"});
  const std::string directory = folder.path().string();
  EXPECT_EQ(message(directory), std::vector{directory + ":1: (file): Is a directory: expected a YAML file that this user can read"});

  const std::string comment(file_bytes_max, '#');
  const std::string large = testing::write_file(folder.path() / "large.yaml", comment + "#");
  EXPECT_EQ(message(large), std::vector{large + ":1: (file): too large: expected at most 1048576 bytes"});
  EXPECT_EQ(load_text(comment + "#", "f", {}).error().messages,
            std::vector<std::string>{"f:1: (file): too large: expected at most 1048576 bytes"});
  const std::string largest = testing::write_file(folder.path() / "largest.yaml", comment);
  EXPECT_EQ(message(largest), std::vector{largest + ":1: endpoints: (missing): expected at least one endpoint"});
}

}  // namespace
}  // namespace partmark::config
