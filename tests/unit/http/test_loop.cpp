#include "unit/http/test_loop.hpp"

#include <boost/asio/io_context.hpp>
#include <optional>
#include <stdexcept>
#include <utility>

namespace partmark::http {

struct test_loop::context {
  boost::asio::io_context io{1};
};

test_loop::test_loop() : context_(std::make_unique<context>()) {}

test_loop::~test_loop() = default;

std::unique_ptr<client> test_loop::make_client(const client_settings& settings, lookup_function lookup) {
  return client::make(context_->io, settings, std::move(lookup)).value();
}

result<std::unique_ptr<client>> test_loop::try_client(const client_settings& settings) { return client::make(context_->io, settings); }

exchange test_loop::carry(client& c, http_request request) {
  std::optional<exchange> ended;
  c.send(std::move(request), [&ended](exchange e) { ended = std::move(e); });
  run_until([&ended] { return ended.has_value(); });
  return std::move(*ended);
}

http_reply test_loop::reply(client& c, http_request request) {
  exchange ended = carry(c, std::move(request));
  if (const auto* f = std::get_if<transport_failure>(&ended)) throw std::runtime_error("no reply: " + f->message);
  return std::get<http_reply>(std::move(ended));
}

transport_failure test_loop::failure(client& c, http_request request) {
  exchange ended = carry(c, std::move(request));
  if (const auto* r = std::get_if<http_reply>(&ended)) throw std::runtime_error("a reply, status " + std::to_string(r->status));
  return std::get<transport_failure>(std::move(ended));
}

void test_loop::run_until(const std::function<bool()>& condition) {
  while (!condition()) {
    context_->io.restart();
    if (context_->io.run_one() == 0) throw std::runtime_error("the loop ran dry before what the test waits for");
  }
}

void test_loop::run_ready() {
  context_->io.restart();
  context_->io.poll();
}

void test_loop::run_to_the_end() {
  context_->io.restart();
  context_->io.run();
}

client_settings settings_for(std::uint16_t port, const std::string& host) {
  client_settings s;
  s.address.host = host;
  s.address.port = port;
  s.connect_timeout = s.request_timeout = s.idle_timeout = milliseconds{3'600'000};
  return s;
}

http_request post(const std::string& body, const std::string& target) {
  http_request r;
  r.target = target;
  r.body = body;
  return r;
}

}  // namespace partmark::http
