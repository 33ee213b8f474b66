#include "http/reply_reader.hpp"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cassert>
#include <iterator>

namespace partmark::http {
namespace beast_http = boost::beast::http;
namespace {

// A server that sends more interim replies than this is not answering.
constexpr std::size_t interim_replies_max = 16;

// Framing (chunk headers, interim replies, trailers) may cost at most this many times what it carries.
constexpr std::size_t framing_factor = 8;

// The least that is still to come of a chunked body, "0", two line ends. Beast asserts that it is given that much when it looks at the last
// chunk a second time, so a server that sends it byte by byte could stop the process.
constexpr std::size_t chunk_bytes_min = 5;

std::string lower_case(boost::beast::string_view name) {
  std::string lower(name.data(), name.size());
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

std::uint32_t as_header_limit(std::size_t bytes) {
  return static_cast<std::uint32_t>(std::min<std::size_t>(bytes, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

struct reply_reader::parser {
  beast_http::response_parser<beast_http::string_body> beast;
};

reply_reader::reply_reader(reply_limits limits, bool to_head) : limits_(limits), to_head_(to_head) { restart(); }

reply_reader::~reply_reader() = default;

void reply_reader::restart() {
  parser_ = std::make_unique<parser>();
  parser_->beast.eager(true);
  parser_->beast.header_limit(as_header_limit(limits_.header_bytes_max));
  parser_->beast.body_limit(limits_.body_bytes_max);
  parser_->beast.skip(to_head_);
}

reply_reader::state reply_reader::refuse(state s, std::string problem) {
  problem_ = std::move(problem);
  return state_ = s;
}

reply_reader::state reply_reader::feed(std::string_view bytes) {
  assert(state_ == state::more);
  bytes_seen_ += bytes.size();
  if (bytes_seen_ > framing_factor * (limits_.header_bytes_max + limits_.body_bytes_max))
    return refuse(state::too_large, "the reply's framing is far larger than its content");
  if (unparsed_.empty()) return parse(bytes);
  std::string joined = std::move(unparsed_);
  unparsed_.clear();
  joined.append(bytes);
  return parse(joined);
}

reply_reader::state reply_reader::parse(std::string_view bytes) {
  while (true) {
    if (bytes.size() < chunk_bytes_min && parser_->beast.is_header_done() && parser_->beast.chunked()) {
      unparsed_ = bytes;
      return state_;
    }
    boost::system::error_code ec;
    const std::size_t taken = parser_->beast.put(boost::asio::buffer(bytes.data(), bytes.size()), ec);
    bytes.remove_prefix(taken);
    if (ec == beast_http::error::header_limit)
      return refuse(state::too_large, "the reply's header is larger than " + std::to_string(limits_.header_bytes_max) + " bytes");
    if (ec == beast_http::error::body_limit || ec == beast_http::error::buffer_overflow)
      return refuse(state::too_large, "the reply's body is larger than " + std::to_string(limits_.body_bytes_max) + " bytes");
    if (ec && ec != beast_http::error::need_more) return refuse(state::malformed, "not an HTTP/1 reply: " + ec.message());

    if (!parser_->beast.is_done()) {
      if (bytes.size() > limits_.header_bytes_max)
        return refuse(state::too_large, "a line of the reply is larger than " + std::to_string(limits_.header_bytes_max) + " bytes");
      unparsed_ = bytes;
      return state_;
    }
    const unsigned status = parser_->beast.get().result_int();
    if (status < 100) return refuse(state::malformed, "not an HTTP/1 reply: status " + std::to_string(status));  // RFC 9110 §15
    if (status == 101) return refuse(state::malformed, "the server switched protocols unasked");
    if (status / 100 != 1) {
      unparsed_ = bytes;
      return state_ = state::whole;
    }
    if (++interim_replies_ > interim_replies_max) return refuse(state::malformed, "the server sends interim replies without an end");
    restart();
    if (bytes.empty()) return state_;
  }
}

reply_reader::state reply_reader::end() {
  assert(state_ == state::more);
  if (!any_bytes()) return refuse(state::malformed, "the server closed the connection without a reply");
  boost::system::error_code ec = beast_http::error::partial_message;
  if (parser_->beast.got_some()) parser_->beast.put_eof(ec);
  if (ec) return refuse(state::malformed, "the server closed the connection in the middle of the reply");
  if (parser_->beast.get().result_int() < 100) return refuse(state::malformed, "not an HTTP/1 reply: its status is below 100");
  return state_ = state::whole;
}

std::optional<unsigned> reply_reader::status() const {
  if (!parser_->beast.is_header_done()) return std::nullopt;
  return parser_->beast.get().result_int();
}

bool reply_reader::keeps_connection() const {
  return state_ == state::whole && unparsed_.empty() && !parser_->beast.need_eof() && parser_->beast.keep_alive();
}

http_reply reply_reader::take() {
  assert(state_ == state::whole);
  auto message = parser_->beast.release();
  http_reply reply;
  reply.status = message.result_int();
  reply.headers.reserve(static_cast<std::size_t>(std::distance(message.base().begin(), message.base().end())));
  for (const auto& field : message.base()) {
    const auto value = field.value();
    reply.headers.emplace_back(lower_case(field.name_string()), std::string(value.data(), value.size()));
  }
  reply.body = std::move(message.body());
  return reply;
}

}  // namespace partmark::http
