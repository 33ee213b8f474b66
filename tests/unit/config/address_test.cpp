#include "config/address.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

namespace partmark::config {
namespace {

TEST(url, comes_apart_into_what_a_client_needs) {
  const std::pair<std::string_view, endpoint_url> good[] = {
      {"http://127.0.0.1:8083", {false, "127.0.0.1", 8083, ""}},
      {"http://can", {false, "can", 80, ""}},
      {"HTTPS://Can.Example.COM", {true, "Can.Example.COM", 443, ""}},
      {"https://can.example.com/", {true, "can.example.com", 443, ""}},
      {"https://can.example.com:443/a/b%20c//", {true, "can.example.com", 443, "/a/b%20c"}},
      {"http://[::1]:80", {false, "::1", 80, ""}},
      {"http://[2001:db8::7]/can", {false, "2001:db8::7", 80, "/can"}},
      {"http://under_score.local:65535", {false, "under_score.local", 65535, ""}},
  };
  for (const auto& [text, parts] : good) {
    const auto parsed = parse_url(text);
    ASSERT_TRUE(parsed.has_value()) << text;
    EXPECT_EQ(parsed->tls, parts.tls) << text;
    EXPECT_EQ(parsed->host, parts.host) << text;
    EXPECT_EQ(parsed->port, parts.port) << text;
    EXPECT_EQ(parsed->base_path, parts.base_path) << text;
  }
}

TEST(url, with_anything_more_or_less_is_refused) {
  for (const std::string_view text : {"",
                                      "can",
                                      "can:8083",
                                      "//can",
                                      "/can",
                                      "ftp://can",
                                      "httpss://can",
                                      "http:can",
                                      "http:/can",
                                      "http://",
                                      "http://:80",
                                      "https:///x",
                                      "http://user@can",
                                      "http://user:word@can",
                                      "http://@can",
                                      "http://can?",
                                      "http://can?q=1",
                                      "http://can/#f",
                                      "http://can#",
                                      "http://can:0",
                                      "http://can:65536",
                                      "http://can:x",
                                      "http://can:-1",
                                      "http://can:",
                                      "http://can:80:80",
                                      "http://can:80x",
                                      "http://[::1]x",
                                      "http://c an",
                                      "http://can/a b",
                                      "http://c%61n",
                                      "http://can!",
                                      "http://[::1",
                                      "http://[::g]",
                                      "http://[v1.x]",
                                      "http://[fe80::1%25eth0]",
                                      "http://can\n",
                                      "http://cän",
                                      " http://can"})
    EXPECT_FALSE(parse_url(text).has_value()) << text;
  EXPECT_FALSE(parse_url("http://" + std::string(254, 'a')).has_value());
}

TEST(listen_address, is_an_ip_address_and_a_port) {
  const std::pair<std::string_view, listen_address> good[] = {
      {"127.0.0.1:9464", {"127.0.0.1", 9464}}, {"0.0.0.0:0", {"0.0.0.0", 0}}, {"[::1]:65535", {"::1", 65535}}, {"[::]:1", {"::", 1}}};
  for (const auto& [text, address] : good) EXPECT_EQ(parse_listen(text), address) << text;
  for (const std::string_view text :
       {"", ":", ":9464", "9464", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:+1", "127.0.0.1: 1", "127.0.0:1", "256.0.0.1:1",
        "localhost:1", "::1:9464", "[::1]", "[::1:9464", "[127.0.0.1]:1", "[]:1", "*:1"})
    EXPECT_EQ(parse_listen(text), std::nullopt) << text;
}

TEST(loopback, is_this_machine_only) {
  for (const std::string_view host : {"127.0.0.1", "127.9.9.9", "::1", "localhost", "LOCALHOST", "can.localhost"})
    EXPECT_TRUE(is_loopback(host)) << host;
  for (const std::string_view host : {"0.0.0.0", "::", "10.0.0.1", "128.0.0.1", "localhost.example.com", "notlocalhost", "can", ""})
    EXPECT_FALSE(is_loopback(host)) << host;
}

}  // namespace
}  // namespace partmark::config
