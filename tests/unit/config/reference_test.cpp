// The sample and the manual are part of the program: they must load, show every key, and agree on the defaults.
#include "config/load.hpp"
#include "unit/config/support.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>

namespace partmark::config {
namespace {

const std::filesystem::path root = PARTMARK_SOURCE_DIR;
const std::string sample_path = (root / "etc/partmarkd.yaml").string();

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string last_part(const std::string& key) { return key.substr(key.find_last_of(".") + 1); }

TEST(sample, works_as_it_is_and_says_nothing_but_the_defaults) {
  const auto done = load(sample_path, {});
  ASSERT_TRUE(done.has_value()) << done.error().messages.front();
  EXPECT_EQ(done->warnings, std::vector<std::string>());

  settings expected;
  endpoint_settings& can = expected.endpoints.emplace_back();
  can.name = "can";
  can.url = {false, "127.0.0.1", 8083, ""};
  can.tenant_id = "tn_597771";
  can.auth.value = secret_source::from_text(secret("1234"));
  EXPECT_TRUE(done->values == expected);
}

TEST(sample, shows_every_key) {
  const std::string sample = text_of(sample_path);
  for (const std::string& key : known_keys()) {
    const std::regex shown("(^|\\n)[ #-]*" + last_part(key) + ":");
    EXPECT_TRUE(std::regex_search(sample, shown)) << key;
  }
}

TEST(sample, its_commented_plans_and_tables_load_too) {
  const std::string sample = text_of(sample_path);
  const std::string shown = std::regex_replace(sample, std::regex("\n  # (- uuid|- name|  )"), "\n  $1");
  const auto done = load_text(shown, "sample", {});
  ASSERT_TRUE(done.has_value()) << done.error().messages.front();
  EXPECT_EQ(done->values.plans.size(), 1U);
  EXPECT_EQ(done->values.tables.size(), 1U);
}

TEST(manual, explains_every_key_and_no_other) {
  const std::string manual = text_of(root / "docs/config.md");
  const auto keys = known_keys();
  for (const std::string& key : keys) {
    const bool is_section =
        std::any_of(keys.begin(), keys.end(), [&](const std::string& k) { return k.starts_with(key + ".") || k.starts_with(key + "[]"); });
    EXPECT_TRUE(is_section || manual.find("\n| `" + key + "` |") != std::string::npos) << key;
  }
  const std::regex row("\n\\| `([a-z_.\\[\\]]+)` \\|");
  for (std::sregex_iterator at(manual.begin(), manual.end(), row), end; at != end; ++at)
    EXPECT_NE(std::find(keys.begin(), keys.end(), (*at)[1].str()), keys.end()) << (*at)[1];
}

TEST(manual, has_the_samples_defaults) {
  const std::string manual = text_of(root / "docs/config.md");
  const std::string sample = text_of(sample_path);
  const std::regex row("\n\\| `([a-z_.\\[\\]]+)` \\| `([^`]+)` \\|");
  int rows = 0;
  for (std::sregex_iterator at(manual.begin(), manual.end(), row), end; at != end; ++at, ++rows) {
    const std::string plain =
        "\n *" + last_part((*at)[1]) + ": \"?" + std::regex_replace((*at)[2].str(), std::regex("[.]"), "\\.") + "\"?( |\n)";
    EXPECT_TRUE(std::regex_search(sample, std::regex(plain))) << (*at)[1] << " " << (*at)[2];
  }
  EXPECT_GT(rows, 20);
}

}  // namespace
}  // namespace partmark::config
