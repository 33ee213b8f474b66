// How far each value of the configuration may go: what docs/config.md promises.
#include "unit/config/support.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace partmark::config {
namespace {

using testing::problems_of;
using testing::with;

// An endpoint's own keys go on where with() ends.
TEST(limits, each_number_and_duration_is_taken_up_to_its_limits_and_no_further) {
  struct limits {
    std::string before;
    std::string below;
    std::string least;
    std::string most;
    std::string above;
    std::string after = " }";
  };
  const limits table[] = {
      {"    max_in_flight: ", "0", "1", "1000", "1001", ""},
      {"    connect_timeout: ", "0", "1ms", "10m", "600001ms", ""},
      {"    request_timeout: ", "0", "1ms", "1h", "3600001ms", ""},
      {"    settle_time: ", "-1ms", "0", "1d", "86400001ms", ""},
      {"journal: { poll_interval: ", "9ms", "10ms", "1h", "3600001ms"},
      {"journal: { max_partitions_per_record: ", "0", "1", "1000000000", "1000000001"},
      {"delivery: { linger: ", "-1ms", "0", "1h", "3600001ms"},
      {"delivery: { max_ranges_per_request: ", "0", "1", "10000", "10001"},
      {"delivery: { reprobe_held: ", "9ms", "10ms", "30d", "2592000001ms"},
      {"retry: { max: 1d, initial: ", "0", "1ms", "1h", "3600001ms"},
      {"retry: { initial: 1ms, max: ", "0", "1ms", "1d", "86400001ms"},
      {"retry: { multiplier: ", "0.999", "1", "100", "100.001"},
      {"circuit: { open_after: ", "0", "1", "1000000", "1000001"},
      {"circuit: { probe_every: ", "9ms", "10ms", "1h", "3600001ms"},
      {"drift: { check_every: ", "999ms", "1s", "365d", "31536000001ms"},
  };
  for (const auto& each : table) {
    const auto problems = [&](const std::string& value) { return problems_of(with(each.before + value + each.after + "\n")).size(); };
    EXPECT_EQ(problems(each.below), 1U) << each.before << each.below;
    EXPECT_EQ(problems(each.least), 0U) << each.before << each.least;
    EXPECT_EQ(problems(each.most), 0U) << each.before << each.most;
    EXPECT_EQ(problems(each.above), 1U) << each.before << each.above;
  }
}

TEST(limits, each_text_may_be_as_long_as_its_limit_and_no_longer) {
  struct lengths {
    std::size_t endpoint = 64;
    std::size_t tenant = 32;
    std::size_t plan_name = 128;
    std::size_t plan_endpoint = 64;
    std::size_t run_type = 32;
    std::size_t table_endpoint = 64;
  };
  const auto problems = [](const lengths& l) {
    const auto long_text = [](std::size_t length) { return std::string(length, 'x'); };
    return problems_of("endpoints: [ { name: " + long_text(l.endpoint) + ", url: http://h, tenant_id: " + long_text(l.tenant) +
                       ", auth: { type: UID, value: u } } ]\nplans: [ { uuid: u, name: " + long_text(l.plan_name) +
                       ", endpoint: " + long_text(l.plan_endpoint) + ", run_type: " + long_text(l.run_type) +
                       " } ]\ntables: [ { name: a.`b`.c, endpoint: " + long_text(l.table_endpoint) + " } ]\n");
  };
  EXPECT_EQ(problems({}), std::vector<std::string>());
  const std::pair<lengths, std::string> table[] = {
      {{.endpoint = 65}, "f:1: endpoints[0].name: "}, {{.tenant = 33}, "f:1: endpoints[0].tenant_id: "},
      {{.plan_name = 129}, "f:2: plans[0].name: "},   {{.plan_endpoint = 65}, "f:2: plans[0].endpoint: "},
      {{.run_type = 33}, "f:2: plans[0].run_type: "}, {{.table_endpoint = 65}, "f:3: tables[0].endpoint: "},
  };
  for (const auto& [one_longer, key] : table) {
    const auto found = problems(one_longer);
    ASSERT_EQ(found.size(), 1U) << key;
    EXPECT_TRUE(found[0].starts_with(key)) << found[0];
    EXPECT_NE(found[0].find(": expected "), std::string::npos) << found[0];
    EXPECT_EQ(found[0].find("the name of an endpoint"), std::string::npos) << found[0];
  }
}

}  // namespace
}  // namespace partmark::config
