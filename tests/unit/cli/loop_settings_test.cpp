// What the daemon and the commands that run the loop take from the configuration.
#include "daemon/loop_settings.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>

namespace partmark {
namespace {

using namespace std::chrono_literals;

// No two values alike and none a default, so that nothing can stand in another's place.
TEST(loop_settings, every_setting_of_the_file_reaches_the_loop) {
  config::settings file;
  file.journal = {.path = "/j", .poll_interval = 11ms, .max_partitions_per_record = 12};
  file.delivery = {.linger = 13ms, .max_ranges_per_request = 14, .reprobe_held = 15ms};
  file.retry = {.initial = 16ms, .max = 17ms, .multiplier = 1.8};
  file.circuit = {.open_after = 19, .probe_every = 20ms};
  file.drift = {.check_every = 21ms};
  file.triggers = {.on_ambiguous = config::ambiguous_trigger::hold};
  const loop_settings got = loop_settings_of(file);
  EXPECT_EQ(got.poll_interval, 11ms);
  EXPECT_EQ(got.partitions_max, 12);
  EXPECT_EQ(got.linger, 13ms);
  EXPECT_EQ(got.ranges_max, 14U);
  EXPECT_EQ(got.reprobe_held, 15ms);
  EXPECT_EQ(got.retry.initial, 16ms);
  EXPECT_EQ(got.retry.max, 17ms);
  EXPECT_EQ(got.retry.multiplier, 1.8);
  EXPECT_EQ(got.circuit.open_after, 19U);
  EXPECT_EQ(got.circuit.probe_every, 20ms);
  EXPECT_EQ(got.circuit.probe_initial, 16ms);  // the first probe comes as soon as a first retry would
  EXPECT_EQ(got.drift_every, 21ms);
  EXPECT_TRUE(got.hold_ambiguous_triggers);
}

TEST(loop_settings, endpoints_plans_and_tables_keep_their_order_and_say_all_they_say_in_the_file) {
  config::settings file;
  file.endpoints.resize(2);
  file.endpoints[0].name = "a";
  config::endpoint_settings& second = file.endpoints[1];
  second.name = "b";
  second.tenant_id = "tn";
  second.max_in_flight = 31;
  second.settle_time = 32ms;
  second.verify_plans = true;
  file.plans = {{"u1", "orders", "b", granularity::week, plan_kind::partitioned, "MANUAL"},
                {"u2", "", "a", std::nullopt, plan_kind::full_refresh, std::nullopt},
                {"u3", "", "a", std::nullopt, std::nullopt, std::nullopt}};
  file.tables = {{"a.`b`.c", "b"}};
  const loop_settings got = loop_settings_of(file);

  ASSERT_EQ(got.endpoints.size(), 2U);
  EXPECT_EQ(got.endpoints[0].name, "a");
  EXPECT_FALSE(got.endpoints[0].verify_plans);
  EXPECT_EQ(got.endpoints[1].name, "b");
  EXPECT_EQ(got.endpoints[1].tenant_id, "tn");
  EXPECT_EQ(got.endpoints[1].max_in_flight, 31U);
  EXPECT_EQ(got.endpoints[1].settle_time, 32ms);
  EXPECT_TRUE(got.endpoints[1].verify_plans);

  ASSERT_EQ(got.plans.size(), 3U);
  EXPECT_EQ(got.plans[0].uuid, "u1");
  EXPECT_EQ(got.plans[0].name, "orders");
  EXPECT_EQ(got.plans[0].endpoint, "b");
  EXPECT_EQ(got.plans[0].shape, (plan_shape{plan_kind::partitioned, granularity::week}));
  EXPECT_EQ(got.plans[0].run_type, "MANUAL");
  EXPECT_EQ(got.plans[1].shape, (plan_shape{plan_kind::full_refresh, granularity::day}));
  EXPECT_EQ(got.plans[1].run_type, "");
  EXPECT_EQ(got.plans[2].shape, std::nullopt);

  ASSERT_EQ(got.tables.size(), 1U);
  EXPECT_EQ(got.tables[0].name, "a.`b`.c");
  EXPECT_EQ(got.tables[0].endpoint, "b");
}

// Tests and the simulation run the loop on its own defaults: they must say something about what is run.
TEST(loop_settings, the_loops_own_defaults_are_those_of_the_file) {
  config::settings file;
  file.endpoints.resize(1);
  const loop_settings from_file = loop_settings_of(file);
  const loop_settings own;
  EXPECT_EQ(own.poll_interval, from_file.poll_interval);
  EXPECT_EQ(own.linger, from_file.linger);
  EXPECT_EQ(own.ranges_max, from_file.ranges_max);
  EXPECT_EQ(own.reprobe_held, from_file.reprobe_held);
  EXPECT_EQ(own.partitions_max, from_file.partitions_max);
  EXPECT_EQ(own.retry.initial, from_file.retry.initial);
  EXPECT_EQ(own.retry.max, from_file.retry.max);
  EXPECT_EQ(own.retry.multiplier, from_file.retry.multiplier);
  EXPECT_EQ(own.circuit.open_after, from_file.circuit.open_after);
  EXPECT_EQ(own.circuit.probe_every, from_file.circuit.probe_every);
  EXPECT_EQ(own.circuit.probe_initial, from_file.circuit.probe_initial);
  EXPECT_EQ(own.drift_every, from_file.drift_every);
  EXPECT_EQ(own.hold_ambiguous_triggers, from_file.hold_ambiguous_triggers);
  const endpoint_settings endpoint;
  EXPECT_EQ(endpoint.max_in_flight, from_file.endpoints[0].max_in_flight);
  EXPECT_EQ(endpoint.settle_time, from_file.endpoints[0].settle_time);
  EXPECT_EQ(endpoint.verify_plans, from_file.endpoints[0].verify_plans);
}

}  // namespace
}  // namespace partmark
