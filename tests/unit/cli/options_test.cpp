#include "cli/options.hpp"
#include "cli/exit_code.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

namespace partmark {
namespace {

std::variant<command_line, int> parse(std::vector<std::string> words) {
  words.insert(words.begin(), "partmark");
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  return parse_command_line(static_cast<int>(arguments.size()), arguments.data());
}

template <class Options>
Options parsed(const std::vector<std::string>& words) {
  const auto line = parse(words);
  return std::get<Options>(std::get<command_line>(line).command);
}

// The exit code, and what was said on standard error.
std::pair<int, std::string> refused(const std::vector<std::string>& words) {
  ::testing::internal::CaptureStderr();
  const auto line = parse(words);
  const std::string said = ::testing::internal::GetCapturedStderr();
  const int* code = std::get_if<int>(&line);
  return {code == nullptr ? -1 : *code, said};
}

TEST(options, the_configuration_may_be_named_before_and_after_the_command) {
  EXPECT_EQ(std::get<command_line>(parse({"--config", "/x", "status"})).config_path, "/x");
  EXPECT_EQ(std::get<command_line>(parse({"status", "--config", "/x"})).config_path, "/x");
  EXPECT_EQ(std::get<command_line>(parse({"status", "--config=/x", "--json"})).config_path, "/x");
}

TEST(options, the_environment_names_the_configuration_where_nobody_else_does) {
  ::setenv("PARTMARK_CONFIG", "/from/environment", 1);
  EXPECT_EQ(std::get<command_line>(parse({"status"})).config_path, "/from/environment");
  EXPECT_EQ(std::get<command_line>(parse({"status", "--config", "/x"})).config_path, "/x");
  ::unsetenv("PARTMARK_CONFIG");
  EXPECT_EQ(std::get<command_line>(parse({"status"})).config_path, "/etc/partmark/partmarkd.yaml");
}

TEST(options, record_takes_every_field) {
  const auto o = parsed<record_options>({"record", "--plan", "p", "--granularity", "DAY", "--first", "2025-10-20", "--last", "2025-10-21",
                                         "--outcome", "success", "--run-type", "MANUAL", "--job", "j", "--key", "k"});
  EXPECT_EQ(o.plan, "p");
  EXPECT_EQ(o.granularity, "DAY");
  EXPECT_EQ(o.first, "2025-10-20");
  EXPECT_EQ(o.last, "2025-10-21");
  EXPECT_EQ(o.outcome, "success");
  EXPECT_EQ(o.run_type, "MANUAL");
  EXPECT_EQ(o.job, "j");
  EXPECT_EQ(o.key, "k");
  EXPECT_FALSE(o.table || o.partition || o.full_refresh || o.from_systemd || o.verbose || o.json);
}

TEST(options, an_empty_value_is_a_value_and_takes_nothing_from_its_neighbour) {
  for (const auto& words : {std::vector<std::string>{"record", "--plan=", "--outcome", "success"},
                            std::vector<std::string>{"record", "--plan", "", "--outcome", "success"}}) {
    const auto o = parsed<record_options>(words);
    EXPECT_EQ(o.plan, "");
    EXPECT_EQ(o.outcome, "success");
  }
}

TEST(options, import_reads_standard_input_unless_told_otherwise) {
  EXPECT_EQ(parsed<import_options>({"import"}).file, "-");
  EXPECT_EQ(parsed<import_options>({"import", "-"}).file, "-");
  EXPECT_EQ(parsed<import_options>({"import", "f.csv"}).file, "f.csv");
  EXPECT_EQ(parsed<import_options>({"import"}).format, std::nullopt);
  EXPECT_EQ(parsed<import_options>({"import", "--format", "csv"}).format, import_format::csv);
  EXPECT_EQ(parsed<import_options>({"import", "--format", "ndjson", "--dry-run"}).format, import_format::ndjson);
}

TEST(options, the_other_commands_take_what_they_take) {
  EXPECT_TRUE(parsed<status_options>({"status", "--json"}).json);
  EXPECT_TRUE(parsed<plans_options>({"plans", "--json"}).json);
  EXPECT_EQ(parsed<show_options>({"show", "p", "--all"}).plan, "p");
  EXPECT_EQ(parsed<preview_options>({"preview"}).plan, std::nullopt);
  EXPECT_EQ(parsed<preview_options>({"preview", "p", "--json"}).plan, "p");
  EXPECT_TRUE(parsed<pending_options>({"pending", "--json"}).json);
  EXPECT_TRUE(parsed<held_options>({"held", "--json"}).json);
  EXPECT_TRUE(parsed<rejected_options>({"rejected", "--json"}).json);
}

TEST(options, commands_that_change_something_say_what_and_of_whom) {
  for (const auto& [name, verb] :
       {std::pair{"retry", control_verb::retry}, std::pair{"resync", control_verb::resync}, std::pair{"refold", control_verb::refold},
        std::pair{"pause", control_verb::pause}, std::pair{"resume", control_verb::resume}, std::pair{"drift", control_verb::drift}}) {
    const auto o = parsed<control_options>({name, "x", "--json"});
    EXPECT_EQ(o.command.verb, verb) << name;
    EXPECT_EQ(o.command.target, "x") << name;
    EXPECT_FALSE(o.command.repair);
    EXPECT_TRUE(o.json);
  }
  for (const auto& [name, verb] : {std::pair{"retry", control_verb::retry}, std::pair{"resync", control_verb::resync}}) {
    const auto o = parsed<control_options>({name, "--all"});
    EXPECT_EQ(o.command.verb, verb) << name;
    EXPECT_EQ(o.command.target, std::nullopt) << name;
    EXPECT_EQ(refused({name}).first, exit_usage) << name;
    EXPECT_EQ(refused({name, "x", "--all"}).first, exit_usage) << name;
  }
  for (const char* name : {"pause", "resume", "drift"}) EXPECT_EQ(parsed<control_options>({name}).command.target, std::nullopt) << name;
  EXPECT_EQ(refused({"refold"}).first, exit_usage);
  EXPECT_TRUE(parsed<control_options>({"drift", "--repair"}).command.repair);
}

TEST(options, wrong_usage_is_2_and_says_where_help_is) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{},
                                                {"nonsense"},
                                                {"status", "--nonsense"},
                                                {"show"},
                                                {"show", "a", "b"},
                                                {"import", "--format", "xml"},
                                                {"record", "--plan"},
                                                {"status", "plans"}}) {
    const auto [code, said] = refused(words);
    EXPECT_EQ(code, exit_usage);
    EXPECT_EQ(said.find("partmark: "), 0U) << said;
    EXPECT_NE(said.find("--help"), std::string::npos) << said;
  }
}

TEST(options, help_is_on_standard_output_fits_a_terminal_and_is_0) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"--help"},
                                                {"init", "--help"},
                                                {"record", "--help"},
                                                {"import", "--help"},
                                                {"status", "--help"},
                                                {"plans", "--help"},
                                                {"show", "--help"},
                                                {"preview", "--help"},
                                                {"pending", "--help"},
                                                {"held", "--help"},
                                                {"rejected", "--help"}}) {
    ::testing::internal::CaptureStdout();
    const auto line = parse(words);
    const std::string said = ::testing::internal::GetCapturedStdout();
    EXPECT_EQ(std::get<int>(line), exit_fine);
    EXPECT_GT(said.size(), 200U);
    for (std::size_t at = 0, end; at < said.size(); at = end + 1) {
      end = std::min(said.find('\n', at), said.size());
      EXPECT_LE(end - at, 82U) << said.substr(at, end - at);
    }
  }
}

}  // namespace
}  // namespace partmark
