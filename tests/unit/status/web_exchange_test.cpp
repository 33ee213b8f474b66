#include "status/web_exchange.hpp"

#include <gtest/gtest.h>

namespace partmark {
namespace {

TEST(web_exchange, a_target_is_a_path_and_decoded_arguments) {
  const auto got = parse_target("/plan?id=a%20b%26c&q=x+y&empty=&bare&id=second");
  ASSERT_TRUE(got);
  EXPECT_EQ(got->path, "/plan");
  EXPECT_EQ(got->argument("id"), "a b&c");
  EXPECT_EQ(got->argument("q"), "x y");
  EXPECT_EQ(got->argument("empty"), "");
  EXPECT_EQ(got->argument("bare"), "");
  EXPECT_EQ(got->argument("absent"), "");
}

TEST(web_exchange, a_target_that_is_not_well_formed_is_refused) {
  for (const char* target :
       {"", "plan", "*", "http://127.0.0.1/", "/%", "/%4", "/%zz", "/%00", "/%0a", "/?q=%ff", "/?q=%0d%0aSet-Cookie:x", "/?%00=1"})
    EXPECT_FALSE(parse_target(target)) << target;
}

TEST(web_exchange, every_text_survives_encoding) {
  for (const std::string text : {"", "plain-._~", "a b+c&d=e%f?g#h/i", "é漢\U0001F600", "<script>\"'"}) {
    const auto got = parse_target("/?x=" + percent_encoded(text));
    ASSERT_TRUE(got) << text;
    EXPECT_EQ(got->argument("x"), text);
  }
}

TEST(web_exchange, addresses_localhost_and_the_machines_name_are_its_own_hosts) {
  for (const char* host : {"127.0.0.1", "127.0.0.1:9464", "10.1.2.3:80", "[::1]", "[::1]:9464", "localhost", "LocalHost:9464",
                           "a.localhost", "box", "BOX:9464"})
    EXPECT_TRUE(is_own_host(host, "box")) << host;
}

TEST(web_exchange, other_names_are_not_whatever_they_look_like) {
  for (const char* host : {"", ":9464", "evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "box.evil.example",
                           "127.0.0.1:x", "127.0.0.1:", "[::1", "[::1]x", "[evil]", "127.0.0.1@evil", "localhost:123456"})
    EXPECT_FALSE(is_own_host(host, "box")) << host;
}

TEST(web_exchange, a_reply_carries_its_policy_and_no_permission_for_others) {
  const std::string text = reply_text(plain_reply(200, "hello"), false, true);
  EXPECT_TRUE(text.starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_NE(text.find("\r\nContent-Length: 6\r\n"), std::string::npos);
  EXPECT_NE(text.find("\r\nContent-Security-Policy: default-src 'none';"), std::string::npos);
  EXPECT_NE(text.find("\r\nX-Content-Type-Options: nosniff\r\n"), std::string::npos);
  EXPECT_EQ(text.find("Access-Control"), std::string::npos);
  EXPECT_EQ(text.find("unsafe"), std::string::npos);
  EXPECT_TRUE(text.ends_with("\r\n\r\nhello\n"));
}

TEST(web_exchange, the_reply_to_a_head_has_the_length_and_no_body) {
  const std::string text = reply_text(plain_reply(200, "hello"), true, false);
  EXPECT_NE(text.find("\r\nContent-Length: 6\r\n"), std::string::npos);
  EXPECT_TRUE(text.ends_with("\r\nConnection: close\r\n\r\n"));
}

}  // namespace
}  // namespace partmark
