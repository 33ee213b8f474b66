// From an exchange to a verdict, row by row, and what is kept of what the remote said.
#include "can/replies.hpp"

#include "can/auth.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace partmark::can {
namespace {

using enum verdict_kind;

constexpr system_time noon{milliseconds(1'760'000'000'000)};
const std::string yes = R"({"data":"success","success":true,"code":"200","errorMsg":null,"detailErrorMsg":null})";
const std::string no = R"({"data":null,"success":false,"code":"PLAN_40012","errorMsg":"no such partition","traceId":"t-77"})";

http_reply reply(unsigned status, std::string body, std::vector<std::pair<std::string, std::string>> headers = {}) {
  return {status, std::move(headers), std::move(body)};
}

verdict judged(const exchange& e, call_type type = call_type::mark) { return classify(e, type, noon); }

verdict_kind kind_of(std::string body, call_type type = call_type::mark, unsigned status = 200) {
  return judged(reply(status, std::move(body)), type).kind;
}

transport_failure failure(transport_phase phase, bool bytes_sent) {
  transport_failure f;
  f.phase = phase;
  f.bytes_sent = bytes_sent;
  f.message = "127.0.0.1:8083: it went wrong";
  return f;
}

TEST(replies, a_failure_before_any_byte_is_a_refusal_in_every_phase) {
  for (const auto phase : {transport_phase::resolve, transport_phase::connect, transport_phase::tls, transport_phase::write})
    for (const bool late : {false, true}) {
      transport_failure f = failure(phase, false);
      f.timed_out = late;
      const verdict v = judged(f);
      EXPECT_EQ(v.kind, retry);
      EXPECT_TRUE(v.endpoint_trouble);
      EXPECT_FALSE(v.retry_at_once);
      EXPECT_EQ(v.http_status, 0U);
      EXPECT_EQ(v.message, "127.0.0.1:8083: it went wrong");
    }
}

TEST(replies, a_failure_after_bytes_were_sent_is_ambiguous_in_every_phase) {
  for (const auto phase : {transport_phase::write, transport_phase::read_header, transport_phase::read_body})
    for (const bool late : {false, true}) {
      transport_failure f = failure(phase, true);
      f.timed_out = late;
      EXPECT_EQ(judged(f).kind, ambiguous);
      EXPECT_TRUE(judged(f).endpoint_trouble);
    }
}

TEST(replies, a_dead_kept_alive_connection_is_replaced_at_once) {
  transport_failure f = failure(transport_phase::write, false);
  f.reused_connection = true;
  EXPECT_EQ(judged(f).kind, retry);
  EXPECT_TRUE(judged(f).retry_at_once);
  EXPECT_FALSE(judged(f).endpoint_trouble);
  f.bytes_sent = true;
  f.phase = transport_phase::read_header;
  EXPECT_EQ(judged(f).kind, ambiguous);
  EXPECT_TRUE(judged(f).retry_at_once);
  EXPECT_FALSE(judged(f).endpoint_trouble);
  f.timed_out = true;
  EXPECT_EQ(judged(f).kind, ambiguous);
  EXPECT_FALSE(judged(f).retry_at_once);
  EXPECT_TRUE(judged(f).endpoint_trouble);
}

TEST(replies, our_own_cancelling_blames_nobody_and_is_ambiguous_once_bytes_left) {
  transport_failure f = failure(transport_phase::connect, false);
  f.cancelled = true;
  EXPECT_EQ(judged(f).kind, retry);
  EXPECT_FALSE(judged(f).endpoint_trouble);
  f.bytes_sent = true;
  EXPECT_EQ(judged(f).kind, ambiguous);
  EXPECT_FALSE(judged(f).endpoint_trouble);
  f.status = 200;
  EXPECT_EQ(judged(f).kind, ambiguous);
}

TEST(replies, a_status_whose_body_never_came_still_tells_what_it_can) {
  transport_failure f = failure(transport_phase::read_body, true);
  f.reply_too_large = true;
  const auto with = [&f](unsigned status) {
    f.status = status;
    return judged(f);
  };
  EXPECT_EQ(with(200).kind, ambiguous);
  EXPECT_EQ(with(200).message, "HTTP 200, then: 127.0.0.1:8083: it went wrong");
  EXPECT_EQ(with(401).kind, unauthorized);
  EXPECT_EQ(with(429).kind, retry);
  EXPECT_EQ(with(400).kind, retry);
  EXPECT_TRUE(with(400).endpoint_trouble);
  EXPECT_EQ(with(413).kind, rejected);
  EXPECT_EQ(with(500).kind, ambiguous);
  f.status.reset();
  EXPECT_EQ(judged(f).kind, ambiguous);
}

struct status_case {
  unsigned status;
  std::string body;
  verdict_kind kind;
  bool trouble;
};

TEST(replies, each_status_class_has_its_verdict) {
  const std::string page = "<html><body>nginx</body></html>";
  const std::string spring = R"({"timestamp":"2025-10-20T00:00:00","status":400,"error":"Bad Request","path":"/anymetrics"})";
  const std::string code = R"({"code":"E1"})";  // says nothing of the call
  const std::vector<status_case> cases = {
      {200, yes, accepted, false},    {201, yes, accepted, false},   {200, no, rejected, false},      {200, page, ambiguous, true},
      {200, "", ambiguous, true},     {204, "", ambiguous, true},    {200, spring, ambiguous, true},  {301, "", retry, true},
      {302, page, retry, true},       {307, yes, retry, true},       {308, no, retry, true},          {400, no, rejected, false},
      {400, spring, rejected, false}, {400, "", rejected, false},    {400, "bad", rejected, false},   {400, page, retry, true},
      {400, yes, rejected, false},    {401, no, unauthorized, true}, {401, page, unauthorized, true}, {403, no, unauthorized, true},
      {403, "", unauthorized, true},  {404, page, retry, true},      {404, "", retry, true},          {404, spring, retry, true},
      {404, no, rejected, false},     {405, "", retry, true},        {405, no, rejected, false},      {407, page, retry, true},
      {408, "", ambiguous, true},     {408, no, ambiguous, true},    {409, no, rejected, false},      {409, "", rejected, false},
      {409, page, retry, true},       {413, page, rejected, false},  {413, no, rejected, false},      {413, "", rejected, false},
      {422, no, rejected, false},     {425, "", retry, true},        {429, "", retry, true},          {429, no, retry, true},
      {500, "", ambiguous, true},     {500, page, ambiguous, true},  {500, no, ambiguous, false},     {500, yes, ambiguous, true},
      {501, "", retry, true},         {502, page, ambiguous, true},  {502, no, ambiguous, true},      {503, "", retry, true},
      {503, no, retry, true},         {504, "", ambiguous, true},    {505, "", retry, true},          {507, "", ambiguous, true},
      {520, page, ambiguous, true},   {599, yes, ambiguous, true},   {101, "", ambiguous, true},      {600, yes, ambiguous, true},
      {999, no, ambiguous, true},     {404, code, retry, true},
  };
  for (const auto& [status, body, kind, trouble] : cases) {
    const verdict v = judged(reply(status, body));
    EXPECT_EQ(to_text(v.kind), to_text(kind)) << status << " " << body;
    EXPECT_EQ(v.endpoint_trouble, trouble) << status << " " << body;
    EXPECT_EQ(v.http_status, status);
    EXPECT_EQ(v.message.empty(), kind == accepted) << status << " " << body;
  }
}

TEST(replies, what_the_remote_said_is_kept_also_when_its_refusal_is_not_trusted) {
  for (const unsigned status : {200U, 400U, 500U, 503U}) {
    const verdict v = judged(reply(status, no));
    EXPECT_EQ(v.code, "PLAN_40012") << status;
    EXPECT_EQ(v.message, "no such partition") << status;
    EXPECT_EQ(v.trace_id, "t-77") << status;
  }
  EXPECT_EQ(judged(reply(200, R"({"success":false,"errorMsg":"","detailErrorMsg":"deep reason"})")).message, "deep reason");
  EXPECT_EQ(judged(reply(400, R"({"status":400,"error":"Bad Request"})")).message,
            "HTTP 400: the service refused this call without saying why in an envelope; it said: Bad Request");
}

TEST(replies, a_refused_token_call_means_wrong_credentials) {
  EXPECT_EQ(kind_of(no, call_type::token), unauthorized);
  EXPECT_EQ(kind_of(no, call_type::token, 400), unauthorized);
  EXPECT_EQ(kind_of(no, call_type::token, 429), retry);
  EXPECT_EQ(kind_of(R"({"success":true,"data":"abc"})", call_type::token), accepted);
  for (const std::string data : {R"("")", "null", "7", R"("a b")", R"("a\nb")", R"("é")"})
    EXPECT_EQ(kind_of(R"({"success":true,"data":)" + data + "}", call_type::token), rejected) << data;
}

TEST(replies, a_token_is_read_and_never_quoted) {
  EXPECT_EQ(read_token(R"({"success":true,"data":"eyJ.x-y_z"})").value(), "eyJ.x-y_z");
  const auto bad = read_token(R"({"success":true,"data":"secret with blanks"})");
  ASSERT_TRUE(bad.has_error());
  EXPECT_EQ(bad.error().message.find("secret"), std::string::npos);
}

TEST(replies, retry_after_is_heeded_where_the_table_says_so) {
  const auto wait = [](unsigned status, std::string value, const std::string& body = "") {
    return judged(reply(status, body, {{"retry-after", std::move(value)}})).not_before;
  };
  EXPECT_EQ(wait(429, "7"), milliseconds(7000));
  EXPECT_EQ(wait(503, "Thu, 09 Oct 2025 08:53:30 GMT"), milliseconds(10'000));
  EXPECT_EQ(wait(502, "1"), milliseconds(1000));
  EXPECT_EQ(wait(429, "soon"), std::nullopt);
  EXPECT_EQ(wait(200, "7", yes), std::nullopt);
  EXPECT_EQ(wait(400, "7", no), std::nullopt);
  EXPECT_EQ(judged(reply(429, "")).not_before, std::nullopt);
}

TEST(replies, texts_are_printable_and_bounded) {
  const verdict v = judged(reply(200, R"({"success":false,"code":")" + std::string(9000, 'c') + R"(","errorMsg":"a\u0000\n\u001b[31m)" +
                                          std::string(5'000'000, 'm') + R"(","traceId":")" + std::string(9000, 't') + "\"}"));
  EXPECT_EQ(v.kind, rejected);
  EXPECT_LE(v.message.size(), 500U);
  EXPECT_TRUE(v.message.starts_with("a???[31mmmm"));
  EXPECT_LE(v.code.size(), verdict_code_bytes_max);
  EXPECT_LE(v.trace_id.size(), verdict_trace_bytes_max);
  transport_failure f = failure(transport_phase::connect, false);
  f.message = std::string(9000, 'x') + "\n";
  EXPECT_LE(judged(f).message.size(), 500U);
}

TEST(replies, a_redirect_shows_where_it_points_without_its_query) {
  const auto points_to = [](std::string location) { return judged(reply(302, "", {{"location", std::move(location)}})).message; };
  EXPECT_TRUE(points_to("https://login.example/a?token=abc").ends_with("it points to https://login.example/a"));
  EXPECT_EQ(points_to("https://user:abc@login.example/").find("abc"), std::string::npos);
}

TEST(replies, a_quoted_credential_is_taken_out_wherever_it_stands) {
  const auto said = [](const std::string& body, std::string_view secret) {
    verdict v = judged(reply(200, body));
    conceal(v, secret);
    return v;
  };
  const std::string secret = "s3cr3t/value";
  const verdict v = said(
      R"({"success":false,"code":"s3cr3t/value","errorMsg":"token s3cr3t\/value and s3cr3t/value!","traceId":"s3cr3t/value"})", secret);
  EXPECT_EQ(v.message, "token *** and ***!");
  EXPECT_EQ(v.code, "***");
  EXPECT_EQ(v.trace_id, "***");
  // Across the edge where the text is cut.
  for (std::size_t before = 480; before < 510; ++before) {
    const std::string body = R"({"success":false,"errorMsg":")" + std::string(before, '.') + secret + R"( and on and on"})";
    EXPECT_EQ(said(body, secret).message.find('s'), std::string::npos) << said(body, secret).message;
  }
  const std::string_view short_one = "1";
  EXPECT_EQ(said(R"({"success":false,"errorMsg":"a1b11"})", short_one).message, "a***b******");
  EXPECT_EQ(said(R"({"success":false,"errorMsg":"a1b11"})", "").message, "a1b11");
}

}  // namespace
}  // namespace partmark::can
