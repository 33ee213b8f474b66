#include "http/reply_reader.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace partmark::http {
namespace {

using state = reply_reader::state;
using headers = std::vector<std::pair<std::string, std::string>>;

state read_in_pieces(std::string_view bytes, std::size_t piece, std::size_t header_bytes_max) {
  reply_reader r({.header_bytes_max = header_bytes_max, .body_bytes_max = 1000});
  for (; !bytes.empty() && r.current() == state::more; bytes.remove_prefix(std::min(piece, bytes.size()))) r.feed(bytes.substr(0, piece));
  return r.current();
}

TEST(reply_reader, reads_status_headers_in_lower_case_and_body) {
  reply_reader r({});
  EXPECT_EQ(r.feed("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nX-Two: a\r\nX-Two:  b \r\nContent-Length: 3\r\n\r\nabc"),
            state::whole);
  EXPECT_TRUE(r.keeps_connection());
  EXPECT_EQ(r.status(), 429u);
  const http_reply reply = r.take();
  EXPECT_EQ(reply.status, 429u);
  EXPECT_EQ(reply.headers, (headers{{"retry-after", "7"}, {"x-two", "a"}, {"x-two", "b"}}));
  EXPECT_EQ(reply.body, "abc");
}

TEST(reply_reader, knows_the_status_before_the_body_has_come) {
  reply_reader r({});
  EXPECT_FALSE(r.any_bytes());
  EXPECT_EQ(r.feed("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n"), state::more);
  EXPECT_TRUE(r.any_bytes());
  EXPECT_EQ(r.status(), std::nullopt);
  EXPECT_EQ(r.feed("\r\n12345"), state::more);
  EXPECT_EQ(r.status(), 200u);
  EXPECT_EQ(r.end(), state::malformed);
  EXPECT_EQ(r.status(), 200u);
  EXPECT_FALSE(r.keeps_connection());
}

TEST(reply_reader, reads_chunks_and_drops_extensions) {
  reply_reader r({});
  EXPECT_EQ(r.feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=\"y\"\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), state::whole);
  EXPECT_TRUE(r.keeps_connection());
  EXPECT_EQ(r.take().body, "abcde");
}

// Beast alone would assert, and so end the process, at the fourth byte of the last chunk.
TEST(reply_reader, takes_the_last_chunk_byte_by_byte) {
  for (const std::string_view body : {"0\r\n\r\n", "1\r\na\r\n0\r\n\r\n", "0;x\r\nT: x\r\n\r\n"}) {
    reply_reader r({});
    EXPECT_EQ(r.feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), state::more);
    for (const char& c : body) {
      ASSERT_EQ(r.current(), state::more) << body;
      r.feed({&c, 1});
    }
    EXPECT_EQ(r.current(), state::whole) << body;
  }
}

// Beast alone begins to count anew with every piece, and would keep headers by the million.
// Beast's own limit begins anew with every piece: headers by the million would be kept.
TEST(reply_reader, a_header_is_bounded_to_the_byte_however_it_is_cut) {
  const std::string begin = "HTTP/1.1 200 OK\r\n";
  const std::string end = "Content-Length: 0\r\n\r\n";
  std::string fits = begin;
  while (fits.size() + end.size() < 980) fits += "a: \r\n";
  fits += std::string(1000 - fits.size() - end.size() - 4, 'b') + ":\t\r\n" + end;
  ASSERT_EQ(fits.size(), 1000u);
  const std::string exceeds = "HTTP/1.1 200 OKK" + fits.substr(begin.size() - 2);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{499}, fits.size() + 1}) {
    EXPECT_EQ(read_in_pieces(fits, piece, 1000), state::whole) << piece;
    EXPECT_EQ(read_in_pieces(exceeds, piece, 1000), state::too_large) << piece;
  }
}

TEST(reply_reader, chunk_lines_and_trailers_are_bounded_to_the_byte_however_they_are_cut) {
  const std::string begin = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  const auto with_line = [&](std::size_t bytes) { return begin + "3;" + std::string(bytes - 4, 'x') + "\r\nabc\r\n0\r\n\r\n"; };
  const auto with_trailers = [&](std::size_t bytes) { return begin + "0\r\nT: " + std::string(bytes - 10, 'y') + "\r\n\r\n"; };
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{1000}}) {
    EXPECT_EQ(read_in_pieces(with_line(200), piece, 200), state::whole) << piece;
    EXPECT_EQ(read_in_pieces(with_line(201), piece, 200), state::too_large) << piece;
    EXPECT_EQ(read_in_pieces(with_trailers(200), piece, 200), state::whole) << piece;
    EXPECT_EQ(read_in_pieces(with_trailers(201), piece, 200), state::too_large) << piece;
  }
}

TEST(reply_reader, skips_interim_replies_but_not_without_end) {
  reply_reader r({});
  EXPECT_EQ(r.feed("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"),
            state::whole);
  EXPECT_TRUE(r.keeps_connection());
  EXPECT_EQ(r.take().status, 204u);

  reply_reader endless({});
  state s = state::more;
  for (int i = 0; i < 100 && s == state::more; ++i) s = endless.feed("HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(s, state::malformed);

  reply_reader cut({});
  EXPECT_EQ(cut.feed("HTTP/1.1 100 Continue\r\n\r\n"), state::more);
  EXPECT_EQ(cut.status(), std::nullopt);
  EXPECT_EQ(cut.end(), state::malformed);

  reply_reader switched({});
  EXPECT_EQ(switched.feed("HTTP/1.1 101 Switching Protocols\r\n\r\n"), state::malformed);
}

TEST(reply_reader, takes_the_connections_end_for_the_bodys_only_where_nothing_else_says_it) {
  reply_reader until_end({});
  EXPECT_EQ(until_end.feed("HTTP/1.1 200 OK\r\n\r\nabc"), state::more);
  EXPECT_EQ(until_end.end(), state::whole);
  EXPECT_FALSE(until_end.keeps_connection());
  EXPECT_EQ(until_end.take().body, "abc");

  reply_reader empty({});
  EXPECT_EQ(empty.feed("HTTP/1.1 200 OK\r\n\r\n"), state::more);
  EXPECT_EQ(empty.end(), state::whole);
  EXPECT_EQ(empty.take().body, "");

  for (const auto* part : {"", "H", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc",
                           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"}) {
    reply_reader r({});
    EXPECT_EQ(r.feed(part), state::more) << part;
    EXPECT_EQ(r.end(), state::malformed) << part;
    EXPECT_FALSE(r.problem().empty());
  }
}

TEST(reply_reader, keeps_the_connection_only_where_both_sides_would) {
  const auto keeps = [](std::string_view text) {
    reply_reader r({});
    EXPECT_EQ(r.feed(text), state::whole) << text;
    return r.keeps_connection();
  };
  EXPECT_TRUE(keeps("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_FALSE(keeps("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_FALSE(keeps("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_TRUE(keeps("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_FALSE(keeps("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n")) << "more came than was asked for";
}

TEST(reply_reader, a_reply_to_head_has_no_body_whatever_it_says) {
  reply_reader r({}, true);
  EXPECT_EQ(r.feed("HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n"), state::whole);
  EXPECT_TRUE(r.keeps_connection());
}

TEST(reply_reader, bounds_the_header_at_its_exact_size) {
  const std::string header = "HTTP/1.1 200 OK\r\nX: " + std::string(200, 'x') + "\r\nContent-Length: 0\r\n\r\n";
  reply_reader fits({header.size(), 10});
  EXPECT_EQ(fits.feed(header), state::whole);
  for (const std::size_t piece : {std::size_t{1}, header.size()}) {
    reply_reader too_small({100, 10});
    state s = state::more;
    for (std::size_t at = 0; at < header.size() && s == state::more; at += piece)
      s = too_small.feed(std::string_view(header).substr(at, piece));
    EXPECT_EQ(s, state::too_large) << piece;
    EXPECT_EQ(too_small.status(), std::nullopt);
  }
}

TEST(reply_reader, bounds_the_body_however_it_is_framed) {
  const std::array<std::string_view, 3> frames{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde",
                                               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
                                               "HTTP/1.1 200 OK\r\n\r\nabcde"};
  for (const auto text : frames) {
    reply_reader fits({1000, 5});
    if (fits.feed(text) == state::more) fits.end();
    EXPECT_EQ(fits.current(), state::whole) << text;
    reply_reader small({1000, 4});
    EXPECT_EQ(small.feed(text), state::too_large) << text;
    EXPECT_EQ(small.status(), 200u) << text;
  }
  reply_reader huge({});
  EXPECT_EQ(huge.feed("HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n"), state::too_large);
}

// An operator has to know whether the header or the body was it: they come from different hands.
TEST(reply_reader, says_which_bound_was_passed_and_knows_the_status_of_a_body) {
  const std::string long_header =
      "HTTP/1.1 200 OK\r\nX: " + std::string(400, 'x') + "\r\nContent-Length: 2000\r\n\r\n" + std::string(2000, ' ');
  const std::array<std::string, 3> long_bodies{"HTTP/1.1 503 No\r\nContent-Length: 2000\r\n\r\n" + std::string(2000, ' '),
                                               "HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\n7D0\r\n" + std::string(2000, ' '),
                                               "HTTP/1.1 503 No\r\n\r\n" + std::string(2000, ' ')};
  const auto read = [](std::string_view bytes, std::size_t piece, reply_reader& into) {
    for (; !bytes.empty() && into.current() == state::more; bytes.remove_prefix(std::min(piece, bytes.size())))
      into.feed(bytes.substr(0, piece));
  };
  for (const std::size_t piece : {std::size_t{1}, std::size_t{299}, std::size_t{5000}}) {
    reply_reader header({300, 1000});
    read(long_header, piece, header);
    EXPECT_EQ(header.problem(), "the reply's header is larger than 300 bytes") << piece;
    EXPECT_EQ(header.status(), std::nullopt);
    for (const auto& text : long_bodies) {
      reply_reader body({300, 1000});
      read(text, piece, body);
      EXPECT_EQ(body.problem(), "the reply's body is larger than 1000 bytes") << piece << ": " << text.substr(0, 60);
      EXPECT_EQ(body.status(), 503U);
    }
  }
}

TEST(reply_reader, bounds_what_is_neither_header_nor_body) {
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  reply_reader extension({100, 100});
  EXPECT_EQ(extension.feed(chunked + "1;" + std::string(200, 'x')), state::too_large);
  reply_reader trailer({100, 100});
  EXPECT_EQ(trailer.feed(chunked + "0\r\nX: " + std::string(200, 'x')), state::too_large);
  reply_reader framing({100, 1000});
  state s = framing.feed(chunked);
  for (int i = 0; i < 900 && s == state::more; ++i) s = framing.feed("1;" + std::string(80, 'x') + "\r\na\r\n");
  EXPECT_EQ(s, state::too_large);
}

TEST(reply_reader, refuses_what_is_no_http_1_reply) {
  static constexpr std::array<std::string_view, 13> garbage{"\x16\x03\x01\x02garbage\r\n\r\n",
                                                            "<html>oops</html>\r\n\r\n",
                                                            "HTTP/1.1 099 What\r\nContent-Length: 0\r\n\r\n",
                                                            "HTTP/2.0 200 OK\r\n\r\n",
                                                            "HTTP/0.9 200 OK\r\n\r\n",
                                                            "HTTP/1.1 abc OK\r\n\r\n",
                                                            "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
                                                            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                                                            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                                                            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                                                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
                                                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
                                                            "\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"};
  for (const auto text : garbage) {
    reply_reader r({});
    EXPECT_EQ(r.feed(text), state::malformed) << text;
    EXPECT_FALSE(r.problem().empty()) << text;
  }
}

RC_GTEST_PROP(reply_reader, reads_the_same_however_the_bytes_are_cut, ()) {
  const auto body = *rc::gen::container<std::string>(rc::gen::inRange('a', 'z'));
  std::string text = *rc::gen::element<std::string>("", "HTTP/1.1 100 Continue\r\n\r\n");
  if (*rc::gen::arbitrary<bool>()) {
    text += "HTTP/1.1 503 No\r\nRetry-After: 1\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  } else {
    text += "HTTP/1.1 503 No\r\nRetry-After: 1\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const char c : body) text += std::string("1\r\n") + c + "\r\n";
    text += "0\r\nTrailer: x\r\n\r\n";
  }
  reply_reader r({});
  std::string_view rest = text;
  while (!rest.empty()) {
    RC_ASSERT(r.current() == state::more);
    const auto size = *rc::gen::inRange<std::size_t>(1, rest.size() + 1);
    r.feed(rest.substr(0, size));
    rest.remove_prefix(size);
  }
  RC_ASSERT(r.current() == state::whole);
  RC_ASSERT(r.keeps_connection());
  const auto reply = r.take();
  RC_ASSERT(reply.status == 503u);
  RC_ASSERT(reply.header("retry-after") == std::optional<std::string_view>("1"));
  RC_ASSERT(reply.body == body);
}

RC_GTEST_PROP(reply_reader, takes_any_bytes_without_harm, ()) {
  const auto start = *rc::gen::element<std::string>("", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  const auto noise = *rc::gen::container<std::string>(rc::gen::element('\r', '\n', '0', '1', 'a', ':', ';', ' ', '\0', '"', '\x80'));
  reply_reader r({});
  if (!start.empty()) r.feed(start);
  for (const char c : noise) {
    if (r.current() != state::more) break;
    r.feed({&c, 1});
  }
  if (r.current() == state::more) r.end();
  RC_ASSERT(r.current() != state::more);
}

}  // namespace
}  // namespace partmark::http
