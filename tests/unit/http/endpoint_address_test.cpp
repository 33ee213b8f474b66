#include "http/endpoint_address.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

namespace partmark::http {
namespace {

TEST(endpoint_address, reads_scheme_host_port_and_path) {
  const auto a = parse_url("https://can.example:8443/gateway/v1");
  ASSERT_TRUE(a) << a.error().message;
  EXPECT_TRUE(a->https);
  EXPECT_EQ(a->host, "can.example");
  EXPECT_EQ(a->port, 8443);
  EXPECT_EQ(a->base_path, "/gateway/v1");
  EXPECT_FALSE(a->is_ip());
  EXPECT_EQ(a->text(), "can.example:8443");
  EXPECT_EQ(a->host_header(), "can.example:8443");
}

TEST(endpoint_address, knows_each_schemes_port_and_leaves_it_out_of_the_host_header) {
  const auto plain = parse_url("http://can");
  ASSERT_TRUE(plain);
  EXPECT_FALSE(plain->https);
  EXPECT_EQ(plain->port, 80);
  EXPECT_EQ(plain->host_header(), "can");
  EXPECT_EQ(plain->text(), "can:80");

  const auto secure = parse_url("HTTPS://can:/");
  ASSERT_TRUE(secure);
  EXPECT_TRUE(secure->https);
  EXPECT_EQ(secure->port, 443);
  EXPECT_EQ(secure->host_header(), "can");

  const auto crossed = parse_url("https://can:80");
  ASSERT_TRUE(crossed);
  EXPECT_EQ(crossed->host_header(), "can:80");
}

TEST(endpoint_address, reads_ip_addresses_of_both_families) {
  const auto four = parse_url("http://192.0.2.7:8083/");
  ASSERT_TRUE(four);
  EXPECT_EQ(four->host, "192.0.2.7");
  EXPECT_TRUE(four->is_ip());
  EXPECT_EQ(four->base_path, "");

  const auto six = parse_url("http://[2001:db8::1]:8083/x/");
  ASSERT_TRUE(six);
  EXPECT_EQ(six->host, "2001:db8::1");
  EXPECT_TRUE(six->is_ip());
  EXPECT_EQ(six->text(), "[2001:db8::1]:8083");
  EXPECT_EQ(six->host_header(), "[2001:db8::1]:8083");
  EXPECT_EQ(six->base_path, "/x");

  const auto six_without_port = parse_url("http://[::1]");
  ASSERT_TRUE(six_without_port);
  EXPECT_EQ(six_without_port->port, 80);
  EXPECT_EQ(six_without_port->host_header(), "[::1]");
}

TEST(endpoint_address, refuses_what_is_no_endpoint) {
  static constexpr std::array<std::string_view, 22> bad{"",
                                                        "can:8083",
                                                        "/only/a/path",
                                                        "ftp://can/",
                                                        "http:/can",
                                                        "http:can",
                                                        "http://",
                                                        "http:///path",
                                                        "http://:8083",
                                                        "http://can:0",
                                                        "http://can:65536",
                                                        "http://can:8o83",
                                                        "http://can/?q=1",
                                                        "http://can/#part",
                                                        "http://ca n/",
                                                        "http://can\r\nX: y/",
                                                        "http://c%61n/",
                                                        "http://ca!n/",
                                                        "http://[::1",
                                                        "http://[not-an-address]/",
                                                        "http://[v1.fe80]/",
                                                        "http://can/\x7f"};
  for (const auto url : bad) {
    const auto a = parse_url(url);
    ASSERT_FALSE(a) << url;
    EXPECT_EQ(a.error().code, errc::invalid) << url;
  }
  EXPECT_FALSE(parse_url("http://" + std::string(254, 'a') + "/"));
}

TEST(endpoint_address, refuses_user_information_without_repeating_it) {
  for (const std::string_view url : {"http://someone:opensesame@can/", "http://opensesame@can/", "http://:opensesame@can/?q"}) {
    const auto a = parse_url(url);
    ASSERT_FALSE(a) << url;
    EXPECT_EQ(a.error().message.find("opensesame"), std::string::npos) << a.error().message;
    EXPECT_NE(a.error().message.find("user information"), std::string::npos) << a.error().message;
  }
}

}  // namespace
}  // namespace partmark::http
