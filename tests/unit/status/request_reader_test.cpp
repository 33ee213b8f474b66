#include "status/request_reader.hpp"

#include <gtest/gtest.h>

namespace partmark {
namespace {

using whole = request_reader::whole;
using refused = request_reader::refused;

constexpr std::string_view good = "GET /metrics?a=1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

unsigned status_of(std::string_view bytes) {
  request_reader reader({"box", "metrics.example.org"});
  reader.feed(bytes);
  const auto got = reader.next();
  if (!got) return 0;
  if (const auto* no = std::get_if<refused>(&*got)) return no->reply.status;
  return 200;
}

TEST(request_reader, reads_a_request_that_comes_byte_by_byte) {
  request_reader reader({"box", "metrics.example.org"});
  for (std::size_t i = 0; i < good.size(); ++i) {
    ASSERT_FALSE(reader.next()) << i;
    reader.feed(good.substr(i, 1));
  }
  const auto got = reader.next();
  ASSERT_TRUE(got);
  const auto& request = std::get<whole>(*got);
  EXPECT_EQ(request.request.path, "/metrics");
  EXPECT_EQ(request.request.argument("a"), "1");
  EXPECT_TRUE(request.keep_alive);
  EXPECT_FALSE(request.head);
  EXPECT_FALSE(reader.begun());
}

TEST(request_reader, reads_requests_that_follow_one_another_at_once) {
  request_reader reader({"box", "metrics.example.org"});
  reader.feed(std::string(good) + "HEAD / HTTP/1.1\r\nHost: localhost:9464\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(std::get<whole>(*reader.next()).request.path, "/metrics");
  const auto second = std::get<whole>(*reader.next());
  EXPECT_TRUE(second.head);
  EXPECT_FALSE(second.keep_alive);
  EXPECT_FALSE(reader.next());
}

TEST(request_reader, refuses_what_it_does_not_serve_with_the_right_status) {
  EXPECT_EQ(status_of(good), 200U);
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "CONNECT"})
    EXPECT_EQ(status_of(std::string(method) + " / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"), 405U) << method;
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"), 421U);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: Metrics.Example.org:9464\r\n\r\n"), 200U);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: metrics.example.org.evil.example\r\n\r\n"), 421U);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: x.metrics.example.org\r\n\r\n"), 421U);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\n\r\n"), 400U);
  EXPECT_EQ(status_of("GET / HTTP/1.0\r\n\r\n"), 200U) << "old health checks send no Host";
  EXPECT_EQ(status_of("GET / HTTP/1.0\r\nHost: evil.example\r\n\r\n"), 421U);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n"), 400U);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n\r\nhello"), 400U);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400U);
  EXPECT_EQ(status_of("GET http://127.0.0.1/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"), 400U);
  EXPECT_EQ(status_of("GET /%zz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"), 400U);
  EXPECT_EQ(status_of("GET / HTTP/2.0\r\nHost: 127.0.0.1\r\n\r\n"), 400U);
  EXPECT_EQ(status_of("\x16\x03\x01\x02\r\n\r\n"), 400U) << "TLS";
}

TEST(request_reader, bounds_the_header) {
  const std::string long_name(request_bytes_max, 'a');
  EXPECT_EQ(status_of("GET /" + long_name), 431U) << "without an end";
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + long_name + "\r\n\r\n"), 431U);
  const std::string rest = " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
  const std::string fits = "GET /" + std::string(request_bytes_max - rest.size() - 5, 'a') + rest;
  ASSERT_EQ(fits.size(), request_bytes_max);
  EXPECT_EQ(status_of(fits), 200U);
}

}  // namespace
}  // namespace partmark
