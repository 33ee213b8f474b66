// The program over real sockets: every fault seen from the client's side and from what the simulator holds afterwards.
#include "can_simulator/test/simulator_process.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

namespace partmark::testing {
namespace {

constexpr std::string_view update_path = "/anymetrics/api/v1/accelerate/plan/updatePartition";

std::string update_text(std::string_view plan, std::string_view date, std::string_view list = "successTimeRange") {
  const std::string at = std::string(date) + "T00:00:00";
  return post_text(update_path, R"({"uuid":")" + std::string(plan) + R"(",")" + std::string(list) +
                                    R"(":[{"dateGranularity":"DAY","startTime":")" + at + R"(","endTime":")" + at + R"("}]})");
}

bool holds(const simulator_process& simulator, std::string_view plan) {
  const auto state = simulator.state();
  const auto* found = state.at("plans").as_object().if_contains(plan);
  return found != nullptr && !found->at("success").as_array().empty();
}

bool is_accepted(const raw_reply& reply) {
  return reply.whole && reply.status() == 200 && boost::json::parse(reply.body()).at("success") == true;
}

void fault(const simulator_process& simulator, std::string_view action) {
  simulator.control("POST", "fault", R"({"count":1,"action":)" + std::string(action) + "}");
}

class can_simulator : public ::testing::Test {
 protected:
  // The reply to one update of plan "p", which then may or may not be held.
  raw_reply update_under(std::string_view action) {
    fault(simulator_, action);
    return raw_client(simulator_.port()).exchange(update_text("p", "2025-10-20"));
  }

  simulator_process simulator_;
};

TEST_F(can_simulator, keeps_a_connection_alive_over_many_calls) {
  const raw_client client(simulator_.port());
  for (int day = 10; day < 30; ++day) EXPECT_TRUE(is_accepted(client.exchange(update_text("p", "2025-10-" + std::to_string(day)))));
  const auto state = simulator_.state();
  EXPECT_EQ(state.at("plans").at("p").at("success").as_array().size(), 1U);
  EXPECT_EQ(state.at("calls").at("updatePartition"), 20);
  EXPECT_TRUE(state.at("violations").as_array().empty());
}

TEST_F(can_simulator, a_status_carries_its_headers_and_applies_nothing) {
  const raw_reply reply = update_under(R"({"kind":"status","status":429,"headers":{"Retry-After":"7"},"body":"slow down"})");
  EXPECT_EQ(reply.status(), 429);
  EXPECT_NE(reply.text.find("Retry-After: 7\r\n"), std::string::npos);
  EXPECT_EQ(reply.body(), "slow down");
  EXPECT_FALSE(holds(simulator_, "p"));
}

TEST_F(can_simulator, a_reset_before_applies_nothing_and_a_reset_after_does) {
  EXPECT_TRUE(update_under(R"({"kind":"reset_before"})").was_reset);
  EXPECT_FALSE(holds(simulator_, "p"));
  EXPECT_TRUE(update_under(R"({"kind":"reset_after"})").was_reset);
  EXPECT_TRUE(holds(simulator_, "p"));
}

TEST_F(can_simulator, a_reply_is_cut_inside_its_header_or_body) {
  const raw_reply header = update_under(R"({"kind":"close_mid_header"})");
  EXPECT_TRUE(header.was_closed);
  EXPECT_EQ(header.text.find("\r\n\r\n"), std::string::npos);
  const raw_reply body = update_under(R"({"kind":"close_mid_body"})");
  EXPECT_TRUE(body.was_closed && !body.whole);
  EXPECT_NE(body.text.find("\r\n\r\n"), std::string::npos);
  EXPECT_TRUE(holds(simulator_, "p"));
}

TEST_F(can_simulator, a_connection_may_close_after_a_whole_reply) {
  fault(simulator_, R"({"kind":"close_after"})");
  const raw_client client(simulator_.port());
  EXPECT_TRUE(is_accepted(client.exchange(update_text("p", "2025-10-20"))));
  EXPECT_TRUE(client.sees_close());
}

TEST_F(can_simulator, a_lie_says_success_and_holds_nothing) {
  EXPECT_TRUE(is_accepted(update_under(R"({"kind":"lie"})")));
  EXPECT_FALSE(holds(simulator_, "p"));
}

TEST_F(can_simulator, garbage_html_and_a_huge_body_are_whole_replies) {
  EXPECT_TRUE(update_under(R"({"kind":"garbage"})").whole);
  EXPECT_TRUE(update_under(R"({"kind":"html","status":404})").body().starts_with("<!DOCTYPE html>"));
  EXPECT_FALSE(holds(simulator_, "p"));
  EXPECT_GT(update_under(R"({"kind":"huge","bytes":5000000})").body().size(), 5'000'000U);
  EXPECT_TRUE(holds(simulator_, "p"));
}

TEST_F(can_simulator, a_late_call_lands_after_its_reply_was_lost_and_a_newer_one_was_accepted) {
  EXPECT_TRUE(update_under(R"({"kind":"late","late_ms":100})").was_reset);
  EXPECT_TRUE(is_accepted(raw_client(simulator_.port()).exchange(update_text("p", "2025-10-20", "failedTimeRange"))));
  for (int waited = 0; waited < 20'000 && !holds(simulator_, "p"); waited += 10) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_TRUE(holds(simulator_, "p"));
  EXPECT_TRUE(simulator_.state().at("plans").at("p").at("failed").as_array().empty());
  EXPECT_TRUE(simulator_.state().at("violations").as_array().empty());
}

TEST_F(can_simulator, a_rejection_names_its_code_and_hits_only_the_given_partitions) {
  simulator_.control(
      "POST", "fault",
      R"({"match":{"plan":"p","first":"2025-10-20","last":"2025-10-21"},"action":{"kind":"reject","code":"C7","errorMsg":"bad day"}})");
  const raw_client client(simulator_.port());
  EXPECT_TRUE(is_accepted(client.exchange(update_text("p", "2025-10-19"))));
  EXPECT_EQ(boost::json::parse(client.exchange(update_text("p", "2025-10-20")).body()).at("code"), "C7");
  EXPECT_EQ(boost::json::parse(client.exchange(update_text("p", "2025-10-21")).body()).at("errorMsg"), "bad day");
  EXPECT_TRUE(is_accepted(client.exchange(update_text("p", "2025-10-22"))));
  EXPECT_TRUE(is_accepted(client.exchange(update_text("q", "2025-10-20"))));
}

TEST_F(can_simulator, rules_fire_by_number_and_by_seeded_chance) {
  simulator_.control("POST", "fault", R"({"nth":3,"action":{"kind":"status","status":500}})");
  const raw_client client(simulator_.port());
  std::string statuses;
  for (int i = 0; i < 5; ++i) statuses += std::to_string(client.exchange(update_text("p", "2025-10-20")).status()) + " ";
  EXPECT_EQ(statuses, "200 200 500 200 200 ");
  simulator_.control("DELETE", "fault");
  const auto pattern = [&] {
    simulator_.control("POST", "fault", R"({"probability":0.4,"seed":7,"action":{"kind":"status","status":500}})");
    std::string seen;
    for (int i = 0; i < 40; ++i) seen += client.exchange(update_text("p", "2025-10-20")).status() == 500 ? 'x' : '.';
    simulator_.control("DELETE", "fault");
    return seen;
  };
  const std::string first = pattern();
  EXPECT_EQ(first, pattern());
  EXPECT_NE(first.find('x'), std::string::npos);
  EXPECT_NE(first.find('.'), std::string::npos);
}

TEST_F(can_simulator, two_calls_in_flight_for_one_plan_are_a_violation_unless_the_first_was_abandoned) {
  simulator_.control("POST", "fault", R"({"count":2,"action":{"kind":"hang"}})");
  {
    const raw_client first(simulator_.port());
    first.send(update_text("p", "2025-10-20"));
    while (simulator_.state().at("requests") != 1) std::this_thread::yield();
  }
  const raw_client second(simulator_.port());
  second.send(update_text("p", "2025-10-20"));
  while (simulator_.state().at("requests") != 2) std::this_thread::yield();
  EXPECT_TRUE(simulator_.state().at("violations").as_array().empty());
  EXPECT_TRUE(is_accepted(raw_client(simulator_.port()).exchange(update_text("q", "2025-10-20"))));
  EXPECT_TRUE(is_accepted(raw_client(simulator_.port()).exchange(update_text("p", "2025-10-20"))));
  EXPECT_EQ(simulator_.state().at("violations").as_array().size(), 1U);
}

TEST_F(can_simulator, a_dripping_reply_arrives_in_the_end) { EXPECT_TRUE(is_accepted(update_under(R"({"kind":"drip","drip_ms":1})"))); }

TEST_F(can_simulator, a_wrong_rule_or_script_is_refused_by_name) {
  const auto refusal = [&](std::string_view what, std::string_view body) -> std::string {
    try {
      simulator_.control("POST", what, body);
      return "accepted";
    } catch (const std::exception& e) {
      return e.what();
    }
  };
  EXPECT_NE(refusal("fault", R"({"action":{"kind":"explode"}})").find("explode"), std::string::npos);
  EXPECT_NE(refusal("fault", R"({"when":"now","action":{"kind":"lie"}})").find("when"), std::string::npos);
  EXPECT_NE(refusal("script", R"({"fautls":[]})").find("fautls"), std::string::npos);
  EXPECT_NE(refusal("settings", R"({"tenant":"t"})").find("tenant"), std::string::npos);
}

class can_simulator_files : public ::testing::Test {
 protected:
  can_simulator_files() {
    std::string pattern = (std::filesystem::temp_directory_path() / "can_files_XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~can_simulator_files() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string in_folder(std::string_view name) const { return folder_ / name; }
  [[nodiscard]] std::string content(std::string_view name) const {
    std::ifstream in(in_folder(name));
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::filesystem::path folder_;
};

TEST_F(can_simulator_files, what_was_accepted_survives_a_kill) {
  boost::json::value before;
  {
    simulator_process simulator({"--state", in_folder("state.json")});
    EXPECT_TRUE(is_accepted(raw_client(simulator.port()).exchange(update_text("p", "2025-10-20"))));
    before = simulator.state().at("plans");
    simulator.kill();
  }
  const simulator_process again({"--state", in_folder("state.json")});
  EXPECT_EQ(again.state().at("plans"), before);
}

TEST_F(can_simulator_files, a_script_sets_it_up) {
  std::ofstream(in_folder("script.json"))
      << R"({"settings":{"tenant_id":"tn_1","auth_type":"UID","auth_value":"uid-4711","known_plans_only":true},
    "plans":[{"uuid":"p","granularity":"DAY"}],"faults":[{"nth":1,"action":{"kind":"status","status":503}}]})";
  const simulator_process simulator({"--script", in_folder("script.json")});
  const raw_client client(simulator.port());
  EXPECT_EQ(client.exchange(update_text("p", "2025-10-20")).status(), 503);
  EXPECT_TRUE(is_accepted(client.exchange(update_text("p", "2025-10-20"))));
  EXPECT_FALSE(is_accepted(client.exchange(update_text("unknown", "2025-10-20"))));
}

TEST_F(can_simulator_files, each_request_is_recorded_without_its_credential) {
  {
    const simulator_process simulator({"--record", in_folder("record.ndjson")});
    raw_client(simulator.port()).exchange(update_text("p", "2025-10-20"));
    raw_client(simulator.port()).exchange(post_text("/anymetrics/api/v1/token/create", R"({"appId":"a","appSecret":"hush-hush"})"));
  }
  const std::string record = content("record.ndjson");
  const auto first = boost::json::parse(record.substr(0, record.find('\n')));
  EXPECT_EQ(first.at("plan"), "p");
  EXPECT_EQ(first.at("body").at("uuid"), "p");
  EXPECT_EQ(record.find("uid-4711"), std::string::npos);
  EXPECT_EQ(record.find("hush-hush"), std::string::npos);
}

}  // namespace
}  // namespace partmark::testing
