#include "http/reply_reader.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>

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

// Content-Type, and perhaps one more.
constexpr std::size_t headers_expected = 1;

// Room is made ahead for so much of a body whose length was announced: who announces more has to send it first.
constexpr std::size_t body_bytes_trusted = 64 * 1024;

// Kept, they would be half of what a reply takes, freed by another thread than the one that read it.
bool only_carries(beast_http::field field) {
  switch (field) {
    case beast_http::field::connection:
    case beast_http::field::content_length:
    case beast_http::field::date:
    case beast_http::field::server:
    case beast_http::field::transfer_encoding:
      return true;
    default:
      return false;
  }
}

std::string lower_case(boost::beast::string_view name) {
  std::string lower(name.data(), name.size());
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

}  // namespace

// What Beast reads goes straight into the reply: its own containers would cost more than the reading.
struct reply_reader::parser final : beast_http::basic_parser<false> {
  using text = boost::beast::string_view;
  using error_code = boost::system::error_code;

  http_reply reply;

 private:
  void on_request_impl(beast_http::verb, text, text, int, error_code&) override { assert(false); }
  void on_response_impl(int status, text, int, error_code&) override {
    reply.status = static_cast<unsigned>(status);
    reply.headers.reserve(headers_expected);
  }
  void on_field_impl(beast_http::field field, text name, text value, error_code&) override {
    if (only_carries(field)) return;
    reply.headers.emplace_back(lower_case(name), std::string(value.data(), value.size()));
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>& bytes, error_code&) override {
    if (bytes) reply.body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(*bytes, body_bytes_trusted)));
  }
  std::size_t on_body_impl(text body, error_code&) override {
    reply.body.append(body.data(), body.size());
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, text, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, text body, error_code& ec) override { return on_body_impl(body, ec); }
  void on_finish_impl(error_code&) override {}
};

reply_reader::reply_reader(reply_limits limits, bool to_head) : limits_(limits), to_head_(to_head) { restart(); }

reply_reader::~reply_reader() = default;

void reply_reader::restart() {
  parser_ = std::make_unique<parser>();
  parser_->header_limit(std::numeric_limits<std::uint32_t>::max());  // it would begin anew with every piece: header_bytes_ does not
  header_bytes_ = 0;
  parser_->body_limit(limits_.body_bytes_max);
  parser_->skip(to_head_);
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

// One step of Beast's takes the header, what frames a chunk, the trailers, or of the body what there is. What each may measure does not
// depend on how the network cuts it.
reply_reader::step reply_reader::take_step(std::string_view& bytes) {
  const bool in_header = !parser_->is_header_done();
  const std::size_t body_before = parser_->reply.body.size();
  boost::system::error_code ec;
  const std::size_t taken = parser_->put(boost::asio::buffer(bytes.data(), bytes.size()), ec);
  bytes.remove_prefix(taken);
  if (in_header) header_bytes_ += taken;
  const std::size_t header_bytes = header_bytes_ + (parser_->is_header_done() ? 0 : bytes.size());
  if (header_bytes > limits_.header_bytes_max) {
    refuse(state::too_large, "the reply's header is larger than " + std::to_string(limits_.header_bytes_max) + " bytes");
  } else if (ec == beast_http::error::body_limit) {
    refuse(state::too_large, "the reply's body is larger than " + std::to_string(limits_.body_bytes_max) + " bytes");
  } else if (ec && ec != beast_http::error::need_more) {
    refuse(state::malformed, "not an HTTP/1 reply: " + ec.message());
  } else {
    const std::size_t framing = in_header ? 0 : taken - (parser_->reply.body.size() - body_before);
    const std::size_t waiting = ec ? bytes.size() : 0;  // a line that is not whole yet
    if (std::max(framing, waiting) > limits_.header_bytes_max)
      refuse(state::too_large, "a line of the reply is larger than " + std::to_string(limits_.header_bytes_max) + " bytes");
  }
  if (state_ != state::more) return step::last;
  if (parser_->is_done()) return step::whole;
  return ec || taken == 0 || bytes.empty() ? step::last : step::one_of_many;
}

reply_reader::state reply_reader::parse(std::string_view bytes) {
  while (true) {
    if (bytes.size() < chunk_bytes_min && parser_->is_header_done() && parser_->chunked()) {
      unparsed_ = bytes;
      return state_;
    }
    switch (take_step(bytes)) {
      case step::one_of_many:
        continue;
      case step::last:
        unparsed_ = bytes;
        return state_;
      case step::whole:
        break;
    }
    const unsigned status = parser_->reply.status;
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
  if (parser_->got_some()) parser_->put_eof(ec);
  if (ec) return refuse(state::malformed, "the server closed the connection in the middle of the reply");
  if (parser_->reply.status < 100) return refuse(state::malformed, "not an HTTP/1 reply: its status is below 100");
  return state_ = state::whole;
}

std::optional<unsigned> reply_reader::status() const {
  if (!parser_->is_header_done() || header_bytes_ > limits_.header_bytes_max) return std::nullopt;
  return parser_->reply.status;
}

bool reply_reader::keeps_connection() const {
  return state_ == state::whole && unparsed_.empty() && !parser_->need_eof() && parser_->keep_alive();
}

http_reply reply_reader::take() {
  assert(state_ == state::whole);
  return std::move(parser_->reply);
}

}  // namespace partmark::http
