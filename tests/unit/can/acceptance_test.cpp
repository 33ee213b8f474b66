// The acceptance rule of CAN_API.md: by example, against a plain reading of its sentence, and under damage.
#include "can/envelope.hpp"
#include "can/replies.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <boost/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace partmark::can {
namespace {

using enum verdict_kind;

const std::string yes = R"({"data":"success","success":true,"code":"200","errorMsg":null,"detailErrorMsg":null})";
const std::string no = R"({"data":null,"success":false,"code":"PLAN_40012","errorMsg":"no such partition","traceId":"t-77"})";

verdict_kind kind_of(std::string body, call_type type = call_type::mark) {
  return classify(http_reply{200, {}, std::move(body)}, type, system_time()).kind;
}

TEST(acceptance, envelopes_are_judged_by_the_strict_rule) {
  const std::vector<std::pair<std::string, verdict_kind>> cases = {
      {R"({"success":true})", accepted},
      {R"({"succeed":true})", accepted},
      {R"({"success":null,"succeed":true})", accepted},
      {R"({"success":true,"code":200})", accepted},
      {R"({"success":true,"code":200.0})", accepted},
      {R"({"success":true,"code":2e2})", accepted},
      {R"({"success":true,"code":null,"errorMsg":""})", accepted},
      {R"({"success":true,"data":true})", accepted},
      {R"({"success":true,"data":null,"code":"200"})", accepted},
      {R"({"success":true,"detailErrorMsg":"noise"})", accepted},
      {"\xEF\xBB\xBF \r\n" + yes + " \n", accepted},
      // The vendor's own example of a failure.
      {R"({"data":null,"success":true,"code":"200","errorMsg":"plan not found"})", rejected},
      {R"({"success":true,"errorMsg":" "})", rejected},
      {R"({"success":true,"code":"0"})", rejected},
      {R"({"success":true,"code":" 200"})", rejected},
      {R"({"success":true,"code":201})", rejected},
      {R"({"success":true,"code":200.5})", rejected},
      {R"({"success":true,"code":""})", rejected},
      {R"({"success":false})", rejected},
      {R"({"succeed":false,"success":true})", rejected},
      {R"({"success":false,"success":true})", rejected},
      {R"({"success":true,"success":false})", rejected},
      {R"({"success":false,"code":{}})", rejected},
      {R"({"errorMsg":"broken"})", rejected},
      {R"({"success":true,"data":false})", rejected},
      {R"({"success":true,"data":"failure"})", rejected},
      {R"({"success":true,"data":"SUCCESS"})", rejected},
      {R"({"success":true,"data":1})", rejected},
      {R"({"success":true,"data":{}})", rejected},
      {R"({"success":true,"data":[]})", rejected},
      {R"({"success":false,"code":"401","errorMsg":"token expired"})", unauthorized},
      {R"({"success":false,"code":401})", unauthorized},
      {R"({"success":true,"success":true})", ambiguous},
      {R"({"succeed":true,"succeed":true})", ambiguous},
      {R"({"success":true,"code":"500","code":"200"})", ambiguous},
      {R"({"success":true,"data":"failed","data":"success"})", ambiguous},
      {R"({"success":true,"errorMsg":"bad","errorMsg":null})", ambiguous},
      {R"({"success":"true"})", ambiguous},
      {R"({"success":1})", ambiguous},
      {R"({"success":"false"})", ambiguous},
      {R"({"success":true,"succeed":"no"})", ambiguous},
      {R"({"success":"no","succeed":true})", ambiguous},
      {R"({"success":true,"errorMsg":{"zh":"no"}})", ambiguous},
      {R"({"success":true,"code":true})", ambiguous},
      {R"({"success":null})", ambiguous},
      {R"({"code":"200","data":"success"})", ambiguous},
      {R"({"data":{"success":true}})", ambiguous},
      {R"({"Success":true})", ambiguous},
      {"{}", ambiguous},
      {"[]", ambiguous},
      {"true", ambiguous},
      {"\"success\"", ambiguous},
      {"success", ambiguous},
      {yes + yes, ambiguous},
      {yes + "x", ambiguous},
      {yes + std::string(1, '\0'), ambiguous},
      {yes.substr(0, yes.size() - 1), ambiguous},
      {R"({"success":true,})", ambiguous},
      {R"({"success":true/**/})", ambiguous},
      {R"({'success':true})", ambiguous},
      {"{\"success\":true,\"x\":\"\xff\"}", ambiguous},
      {"{\"success\":false,\"errorMsg\":\"\xb7\xd6\xc7\xf8\"}", rejected},
      {R"({"success":true,"x":)" + std::string(100, '[') + std::string(100, ']') + "}", ambiguous},
      {std::string(1'000'000, '['), ambiguous},
      {std::string(1'000'000, '{'), ambiguous},
  };
  for (const auto& [body, kind] : cases) EXPECT_EQ(to_text(kind_of(body)), to_text(kind)) << body.substr(0, 200);
}

TEST(acceptance, the_data_of_a_trigger_is_not_judged_as_that_of_a_mark) {
  EXPECT_EQ(kind_of(R"({"code":"200","succeed":true,"traceId":"t","data":true,"errorMsg":null})", call_type::trigger), accepted);
  EXPECT_EQ(kind_of(R"({"code":"200","succeed":true,"data":{"id":1}})", call_type::trigger), accepted);
  EXPECT_EQ(kind_of(R"({"code":"200","succeed":false,"data":true})", call_type::trigger), rejected);
}

TEST(acceptance, a_listing_may_come_bare_or_in_an_envelope) {
  EXPECT_EQ(kind_of(R"({"isPartition":true,"hasData":false,"partition":null})", call_type::list), accepted);
  EXPECT_EQ(kind_of(R"({"data":{"isPartition":true},"success":true,"code":"200"})", call_type::list), accepted);
  EXPECT_EQ(kind_of(R"({"data":{"isPartition":true},"success":false})", call_type::list), rejected);
  for (const std::string key : {"isPartition", "partition", "hasNext"})
    EXPECT_EQ(kind_of("{\"" + key + "\":true}", call_type::list), accepted) << key;
  EXPECT_EQ(kind_of(R"({"isPartition":true,"success":false})", call_type::list), rejected);
  EXPECT_EQ(kind_of("{\"isPartition\":true,\"x\":\"\xff\"}", call_type::list), ambiguous);
  EXPECT_EQ(kind_of(R"({"unrelated":1})", call_type::list), ambiguous);
  EXPECT_EQ(kind_of(R"({"isPartition":true})", call_type::mark), ambiguous);
}

// CAN_API.md's sentence, read literally from a parsed tree without repeated keys.
bool accepted_by_the_sentence(const boost::json::object& o) {
  const auto get = [&o](const char* key) { return o.if_contains(key); };
  const auto is = [&get](const char* key, bool b) { return get(key) && get(key)->is_bool() && get(key)->as_bool() == b; };
  const auto missing = [&get](const char* key) { return !get(key) || get(key)->is_null(); };
  for (const char* key : {"success", "succeed"})
    if (!missing(key) && !get(key)->is_bool()) return false;
  if (is("success", false) || is("succeed", false)) return false;
  if (!is("success", true) && !is("succeed", true)) return false;
  if (!missing("errorMsg") && *get("errorMsg") != "") return false;
  if (!missing("code") && *get("code") != "200" && *get("code") != 200) return false;
  return missing("data") || *get("data") == "success" || *get("data") == true;
}

TEST(acceptance, acceptance_equals_the_sentence_on_random_envelopes) {
  const std::vector<std::string> values = {"true",  "false",        "null",    "200", "201", R"("200")",
                                           R"("")", R"("success")", R"("no")", "[]",  "{}",  "0"};
  const std::vector<std::string> keys = {"success", "succeed", "code", "errorMsg", "data", "detailErrorMsg", "traceId", "extra"};
  rc::check([&] {
    std::string body = "{";
    for (const std::string& key : keys) {
      if (*rc::gen::inRange(0, 3) == 0) continue;
      // Mostly fine values, or hardly any envelope would be accepted.
      const std::string fine = key == "data" ? R"("success")" : key == "code" ? R"("200")" : key.starts_with("succe") ? "true" : "null";
      if (body.size() > 1) body += ',';
      body += '"' + key + "\":" + (*rc::gen::inRange(0, 3) == 0 ? *rc::gen::elementOf(values) : fine);
    }
    body += '}';
    const bool expected = accepted_by_the_sentence(boost::json::parse(body).as_object());
    RC_CLASSIFY(expected);
    RC_ASSERT((kind_of(body) == accepted) == expected);
  });
}

TEST(acceptance, no_damage_to_a_refusal_turns_it_into_an_acceptance) {
  rc::check([] {
    std::string body = no;
    const int damages = *rc::gen::inRange(1, 4);
    for (int i = 0; i < damages; ++i) {
      const auto at = *rc::gen::inRange<std::size_t>(0, body.size());
      if (*rc::gen::arbitrary<bool>())
        body[at] = *rc::gen::arbitrary<char>();
      else
        body.erase(at, *rc::gen::inRange<std::size_t>(1, 8));
      if (body.empty()) break;
    }
    RC_ASSERT(kind_of(body) != accepted);
  });
}

TEST(acceptance, an_envelope_may_be_nested_as_deep_as_the_limit_and_no_deeper) {
  const auto nested = [](std::size_t depth) {
    return R"({"success":true,"data":)" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  EXPECT_EQ(envelope_depth_max, 32U);
  EXPECT_TRUE(read_envelope(nested(envelope_depth_max)));
  EXPECT_FALSE(read_envelope(nested(envelope_depth_max + 1)));
}

TEST(acceptance, only_the_keys_of_the_outermost_object_count) {
  EXPECT_EQ(kind_of(R"({"success":true,"extra":[{"success":false}],"more":{"errorMsg":"inner","code":"500"}})"), accepted);
  EXPECT_EQ(kind_of(R"([{"success":true}])"), ambiguous);
  EXPECT_EQ(kind_of(R"({"successsuccesssuccess":false,"success":true})"), accepted) << "a key too long to be one";
}

TEST(acceptance, no_more_of_a_string_is_kept_than_its_bound) {
  const auto e = read_envelope(R"({"success":true,"detailErrorMsg":")" + std::string(5000, 'd') + "\"}");
  ASSERT_TRUE(e);
  EXPECT_EQ(e->at(envelope_field::detail).text.size(), 4096U);
  EXPECT_TRUE(e->at(envelope_field::detail).cut);
}

}  // namespace
}  // namespace partmark::can
