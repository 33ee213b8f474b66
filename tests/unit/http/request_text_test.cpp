#include "http/request_text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace partmark::http {
namespace {

endpoint_address somewhere() {
  endpoint_address a;
  a.host = "can";
  a.port = 8083;
  return a;
}

http_request with_header(std::string name, std::string value) {
  http_request r;
  r.target = "/x";
  r.headers = {{std::move(name), std::move(value)}};
  return r;
}

TEST(request_text, writes_every_byte_in_its_place) {
  http_request r;
  r.target = "/a?b=c";
  r.headers = {{"tenant-id", "tn_1"}, {"content-type", "application/json"}};
  r.body = "{\"x\":\"\r\n\"}";
  EXPECT_EQ(write_request(r, somewhere()).value(),
            "POST /a?b=c HTTP/1.1\r\nHost: can:8083\r\ntenant-id: tn_1\r\ncontent-type: application/json\r\nContent-Length: 10\r\n\r\n"
            "{\"x\":\"\r\n\"}");
}

TEST(request_text, puts_the_base_path_before_the_target) {
  auto gateway = somewhere();
  gateway.base_path = "/gateway";
  http_request r;
  r.method = "GET";
  r.target = "/list";
  EXPECT_EQ(write_request(r, gateway).value(), "GET /gateway/list HTTP/1.1\r\nHost: can:8083\r\n\r\n");
}

TEST(request_text, says_the_length_of_an_empty_post_and_of_a_get_that_has_a_body) {
  http_request empty;
  empty.target = "/x";
  EXPECT_NE(write_request(empty, somewhere()).value().find("Content-Length: 0\r\n"), std::string::npos);
  http_request get = empty;
  get.method = "GET";
  get.body = "four";
  EXPECT_NE(write_request(get, somewhere()).value().find("Content-Length: 4\r\n"), std::string::npos);
}

TEST(request_text, refuses_headers_that_would_say_more_than_one_thing) {
  for (const auto* value : {"a\r\nEvil: 1", "a\nEvil: 1", "a\rEvil: 1", "\x01", "\x7f"}) {
    const auto text = write_request(with_header("auth-value", value), somewhere());
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().code, errc::invalid);
    EXPECT_NE(text.error().message.find("auth-value"), std::string::npos);
    EXPECT_EQ(text.error().message.find("Evil"), std::string::npos) << "a value may be a secret";
  }
  EXPECT_FALSE(write_request(with_header("auth-value", std::string("a\0b", 3)), somewhere()));
  for (const auto* name : {"", "a b", "a:", "a\r\nEvil", "h\xc3\xa9", "a\t"})
    EXPECT_FALSE(write_request(with_header(name, "v"), somewhere())) << name;
  EXPECT_TRUE(write_request(with_header("auth-value", "a\tb \xc3\xa9"), somewhere()));
}

TEST(request_text, refuses_the_headers_it_writes_itself) {
  for (const auto* name : {"Host", "content-length", "CONNECTION", "Transfer-Encoding", "expect", "Upgrade"})
    EXPECT_FALSE(write_request(with_header(name, "v"), somewhere())) << name;
}

TEST(request_text, refuses_targets_and_methods_that_would_break_the_first_line) {
  for (const auto* target : {"", "x", "*", "http://other/", "/a b", "/a\r\nEvil: 1", "/a\tb", "/\xc3\xa9", "/\x7f"}) {
    http_request r;
    r.target = target;
    EXPECT_FALSE(write_request(r, somewhere())) << target;
  }
  for (const auto* method : {"", "GET /x HTTP/1.1\r\n", "P OST", "CONNECT"}) {
    http_request r;
    r.target = "/x";
    r.method = method;
    EXPECT_FALSE(write_request(r, somewhere())) << method;
  }
}

}  // namespace
}  // namespace partmark::http
