// Bytes from a server, to the parser that the client uses: it must not matter how the network cuts them.
#include "http/reply_reader.hpp"

#include "fuzz/targets.hpp"

#include <algorithm>
#include <optional>

namespace partmark::fuzz {
namespace {

constexpr http::reply_limits small{.header_bytes_max = 512, .body_bytes_max = 1024};

std::optional<partmark::http_reply> read(std::string_view bytes, std::size_t piece) {
  using state = http::reply_reader::state;
  http::reply_reader reader(small);
  state now = state::more;
  while (!bytes.empty() && now == state::more) {
    now = reader.feed(bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  if (now == state::more) now = reader.end();
  expect(now != state::more, "the end of the connection is the end of the reply");
  expect(now == state::whole || !reader.problem().empty(), "what is wrong is said");
  if (now != state::whole) return std::nullopt;
  auto reply = reader.take();
  expect(reply.body.size() <= small.body_bytes_max, "a body is bounded");
  expect(reply.status >= 200 && reply.status <= 999, "an interim reply is not the answer");
  return reply;
}

bool same(const std::optional<partmark::http_reply>& a, const std::optional<partmark::http_reply>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return a->status == b->status && a->headers == b->headers && a->body == b->body;
}

}  // namespace

void http_reply(std::string_view input) {
  const auto at_once = read(input, input.size());
  expect(same(at_once, read(input, 1)), "byte by byte is as good as at once");
  expect(same(at_once, read(input, 7)), "in pieces is as good as at once");
}

}  // namespace partmark::fuzz
