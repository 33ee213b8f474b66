#include "cli/plan_names.hpp"

#include <gtest/gtest.h>

namespace partmark {
namespace {

class plan_names_of_a_configuration : public ::testing::Test {
 protected:
  plan_names_of_a_configuration() {
    settings_.endpoints.resize(2);
    settings_.endpoints[0].name = "first";
    settings_.endpoints[1].name = "second";
    settings_.plans.resize(3);
    settings_.plans[0].uuid = "u1";
    settings_.plans[0].name = "orders";
    settings_.plans[1].uuid = "u2";
    settings_.plans[1].endpoint = "second";
    settings_.plans[2].uuid = "u3";
    settings_.plans[2].name = "u2";  // whoever calls a plan by another's uuid
  }

  config::settings settings_;
  plan_names names_{settings_};
};

TEST_F(plan_names_of_a_configuration, a_name_stands_for_its_uuid) { EXPECT_EQ(names_.uuid_of("orders"), "u1"); }

TEST_F(plan_names_of_a_configuration, a_uuid_is_itself_before_it_is_a_name) { EXPECT_EQ(names_.uuid_of("u2"), "u2"); }

TEST_F(plan_names_of_a_configuration, what_the_configuration_does_not_know_is_taken_for_a_uuid) {
  EXPECT_EQ(names_.uuid_of("u9"), "u9");
  EXPECT_EQ(names_.uuid_of(""), "");
  EXPECT_EQ(names_.find("u9"), nullptr);
  EXPECT_EQ(names_.title_of("u9"), "u9");
}

TEST_F(plan_names_of_a_configuration, endpoints_default_to_the_first) {
  EXPECT_EQ(names_.endpoint_of("u1"), "first");
  EXPECT_EQ(names_.endpoint_of("u2"), "second");
  EXPECT_EQ(names_.endpoint_of("u9"), "first");
}

TEST_F(plan_names_of_a_configuration, people_see_the_name_and_the_uuid) { EXPECT_EQ(names_.title_of("u1"), "orders (u1)"); }

}  // namespace
}  // namespace partmark
