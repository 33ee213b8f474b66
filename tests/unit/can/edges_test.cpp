// The edges of what is refused, escaped, encoded and kept: one character or byte to either side.
#include "can/auth.hpp"
#include "can/json_text.hpp"
#include "can/replies.hpp"
#include "can/requests.hpp"

#include <gtest/gtest.h>

#include <string>

namespace partmark::can {
namespace {

std::string as_json(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(json_text, escapes_what_must_be_wherever_it_stands) {
  EXPECT_EQ(as_json(""), R"("")");
  EXPECT_EQ(as_json("\"a\\b\""), R"("\"a\\b\"")");
  EXPECT_EQ(as_json("\na\tb\x1f"), R"("\u000aa\u0009b\u001f")");
  EXPECT_EQ(as_json(std::string("\0x", 2)), R"("\u0000x")");
  EXPECT_EQ(as_json(" !~\x7f"), R"(" !~\u007f")");
  EXPECT_EQ(as_json("größe"), R"("größe")");
}

TEST(json_text, equals_one_character_after_the_other) {
  const auto escaped = [](char c) {
    const std::string alone = as_json(std::string(1, c));
    return alone.substr(1, alone.size() - 2);
  };
  for (int a = 0; a < 256; ++a)
    for (int b = 0; b < 256; ++b) {
      const std::string both{static_cast<char>(a), static_cast<char>(b)};
      ASSERT_EQ(as_json(both), '"' + escaped(both[0]) + escaped(both[1]) + '"');
    }
}

TEST(requests, only_unreserved_characters_stand_in_a_path_as_they_are) {
  const std::string kept = "AZaz09-._~";
  const std::string target = list_partitions(kept + "@[`{/:", 1, 10).target;
  EXPECT_NE(target.find(kept + "%40%5B%60%7B%2F%3A"), std::string::npos) << target;
}

TEST(auth, a_blank_inside_a_value_is_no_control_character) {
  EXPECT_TRUE(check_auth_value("two words~"));
  EXPECT_FALSE(check_auth_value("two\x1fwords"));
  EXPECT_FALSE(check_auth_value("two\x7fwords"));
}

TEST(auth, a_tenant_id_has_every_visible_character_and_no_other) {
  EXPECT_TRUE(check_tenant_id("!~"));
  EXPECT_FALSE(check_tenant_id("a b"));
  EXPECT_FALSE(check_tenant_id("a\x7f"));
}

TEST(replies, a_token_has_every_visible_character_and_no_other) {
  EXPECT_EQ(read_token(R"({"success":true,"data":"!~"})").value(), "!~");
  EXPECT_FALSE(read_token(R"({"success":true,"data":"a b"})"));
  // One that was not kept to its end is none.
  const auto reply = [](std::size_t bytes) { return R"({"success":true,"data":")" + std::string(bytes, 'x') + "\"}"; };
  EXPECT_TRUE(read_token(reply(4096)));
  EXPECT_FALSE(read_token(reply(4097)));
  // Nor one that comes in pieces, for what is escaped in it.
  EXPECT_TRUE(read_token(R"({"success":true,"data":"\u0041)" + std::string(4095, 'x') + "\"}"));
  EXPECT_FALSE(read_token(R"({"success":true,"data":"\u0041)" + std::string(4096, 'x') + "\"}"));
  EXPECT_FALSE(read_token("{\"success\":true,\"data\":\"a\x7f\"}"));
  EXPECT_FALSE(read_token("no JSON"));
}

TEST(replies, the_error_message_is_shown_before_what_explains_it) {
  const http_reply reply{200, {}, R"({"success":false,"errorMsg":"first","detailErrorMsg":"second","message":"third"})"};
  EXPECT_EQ(classify(reply, call_type::mark, {}).message, "first");
}

TEST(replies, a_header_that_was_too_large_on_a_kept_connection_is_not_asked_for_again_at_once) {
  transport_failure f;
  f.phase = transport_phase::read_header;
  f.bytes_sent = true;
  f.reused_connection = true;
  f.reply_too_large = true;
  const verdict v = classify(f, call_type::mark, {});
  EXPECT_EQ(v.kind, verdict_kind::ambiguous);
  EXPECT_TRUE(v.endpoint_trouble);
  EXPECT_FALSE(v.retry_at_once) << "it would be as large again";
}

TEST(replies, of_an_answer_the_body_is_kept_where_it_is_a_listing_that_was_given) {
  const std::string body = R"({"success":true,"code":"200","data":[]})";
  const system_time at{};
  EXPECT_EQ(read_answer(http_reply{200, {}, body}, call_type::list, at).listing, body);
  EXPECT_EQ(read_answer(http_reply{200, {}, body}, call_type::mark, at).listing, "");
  const call_answer refused = read_answer(http_reply{500, {}, body}, call_type::list, at);
  EXPECT_EQ(refused.ended.kind, classify(http_reply{500, {}, body}, call_type::list, at).kind);
  EXPECT_NE(refused.ended.kind, verdict_kind::accepted);
  EXPECT_EQ(refused.listing, "");
}

TEST(replies, concealing_leaves_a_cut_text_alone_that_begins_no_secret) {
  verdict v;
  v.message = "it said no and more…";
  conceal(v, "s3cret-token");
  EXPECT_EQ(v.message, "it said no and more…");
  v.message = "it said s3cret…";
  conceal(v, "s3cret-token");
  EXPECT_EQ(v.message, "it said ***…");
  for (const std::string uncut : {"it said s3xyz", "s3"}) {
    v.message = uncut;
    conceal(v, "s3cret-token");
    EXPECT_EQ(v.message, uncut);
  }
}

TEST(replies, concealing_a_short_secret_does_not_lengthen_a_text_beyond_its_bound) {
  verdict v;
  v.message = std::string(500, '1');
  conceal(v, "1");
  EXPECT_LE(v.message.size(), 500U);
  EXPECT_TRUE(v.message.ends_with("*…"));
}

TEST(replies, what_is_kept_of_a_refusal_is_500_bytes_of_message_64_of_code_and_128_of_trace) {
  const auto said = [](std::size_t message, std::size_t code, std::size_t trace) {
    const std::string body = R"({"success":false,"errorMsg":")" + std::string(message, 'm') + R"(","code":")" + std::string(code, 'c') +
                             R"(","traceId":")" + std::string(trace, 't') + "\"}";
    return classify(http_reply{200, {}, body}, call_type::mark, {});
  };
  const verdict whole_texts = said(500, 64, 128);
  EXPECT_EQ(whole_texts.message, std::string(500, 'm'));
  EXPECT_EQ(whole_texts.code, std::string(64, 'c'));
  EXPECT_EQ(whole_texts.trace_id, std::string(128, 't'));
  const verdict cut_texts = said(501, 65, 129);
  EXPECT_EQ(cut_texts.message, std::string(497, 'm') + "…");
  EXPECT_EQ(cut_texts.code, std::string(61, 'c') + "…");
  EXPECT_EQ(cut_texts.trace_id, std::string(125, 't') + "…");
}

TEST(replies, a_page_is_told_by_its_content_type_too_unless_it_is_empty) {
  const auto with_type = [](std::string type, std::string body) {
    return classify(http_reply{400, {{"content-type", std::move(type)}}, std::move(body)}, call_type::mark, {});
  };
  EXPECT_EQ(with_type("text/html; charset=utf-8", "Access denied").kind, verdict_kind::retry);
  EXPECT_TRUE(with_type("text/html", "Access denied").endpoint_trouble);
  EXPECT_EQ(with_type("text/html", "").kind, verdict_kind::rejected);
  EXPECT_EQ(with_type("text/plain", "Access denied").kind, verdict_kind::rejected);
}

TEST(replies, a_remote_that_says_nothing_is_not_quoted) {
  EXPECT_EQ(classify(http_reply{502, {}, ""}, call_type::mark, {}).message, "HTTP 502: it may have been applied, or may yet");
  EXPECT_EQ(classify(http_reply{200, {}, R"({"success":false,"errorMsg":""})"}, call_type::mark, {}).message,
            "HTTP 200: a clear refusal of this call");
}

TEST(replies, a_reply_that_this_side_cut_short_blames_nobody) {
  transport_failure f;
  f.phase = transport_phase::read_body;
  f.bytes_sent = true;
  f.cancelled = true;
  f.status = 200;
  EXPECT_EQ(classify(f, call_type::mark, {}).kind, verdict_kind::ambiguous);
  EXPECT_FALSE(classify(f, call_type::mark, {}).endpoint_trouble);
}

}  // namespace
}  // namespace partmark::can
