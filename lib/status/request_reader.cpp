#include "status/request_reader.hpp"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <algorithm>

namespace partmark {
namespace {

namespace http = boost::beast::http;

using parser = http::request_parser<http::empty_body>;
using answer = std::variant<request_reader::whole, request_reader::refused>;

answer refuse(unsigned status, const char* text) { return request_reader::refused{plain_reply(status, text)}; }

answer judge(const parser& parsed, const std::vector<std::string>& names) {
  const auto& message = parsed.get();
  const bool head = message.method() == http::verb::head;
  if (!head && message.method() != http::verb::get) return refuse(405, "only GET and HEAD are answered here");
  if (parsed.chunked() || (parsed.content_length() && *parsed.content_length() > 0)) return refuse(400, "a body was not expected");
  const auto hosts = message.equal_range(http::field::host);
  if (hosts.first == hosts.second) {
    if (message.version() >= 11) return refuse(400, "the Host header is missing");
  } else {
    if (std::next(hosts.first) != hosts.second) return refuse(400, "there is more than one Host header");
    const auto host = hosts.first->value();
    const auto is_it = [&](const std::string& name) { return is_own_host({host.data(), host.size()}, name); };
    if (std::none_of(names.begin(), names.end(), is_it))
      return refuse(421,
                    "this is not a name of this machine: use its address, its host name or localhost, or add the name to status.hosts");
  }
  const auto target = message.target();
  auto request = parse_target({target.data(), target.size()});
  if (!request) return refuse(400, "the request's target is not well-formed");
  const auto tag = message[http::field::if_none_match];
  request->if_none_match.assign(tag.data(), tag.size());
  return request_reader::whole{std::move(*request), head, message.keep_alive()};
}

}  // namespace

std::optional<answer> request_reader::next() {
  if (bytes_.empty()) return std::nullopt;
  // From the request's first byte each time: it is short, and nothing of a former attempt can linger.
  parser parsed;
  parsed.header_limit(static_cast<std::uint32_t>(request_bytes_max));
  boost::system::error_code ec;
  const auto header_end = bytes_.find("\r\n\r\n");
  if (header_end == std::string::npos) {
    if (bytes_.size() < request_bytes_max) return std::nullopt;
    return refuse(431, "the request's header is larger than 8 KiB");
  }
  if (header_end + 4 > request_bytes_max) return refuse(431, "the request's header is larger than 8 KiB");
  parsed.put(boost::asio::buffer(bytes_.data(), header_end + 4), ec);
  if (ec == http::error::header_limit) return refuse(431, "the request's header is larger than 8 KiB");
  if (!parsed.is_header_done()) return refuse(400, "this is not an HTTP/1 request");
  bytes_.erase(0, header_end + 4);
  return judge(parsed, names_);
}

}  // namespace partmark
