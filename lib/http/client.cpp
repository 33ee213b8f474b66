#include "http/client.hpp"

#include "http/conversation.hpp"
#include "http/dialer.hpp"
#include "http/idle_connections.hpp"
#include "http/request_text.hpp"
#include "http/waiter.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <charconv>
#include <deque>
#include <exception>
#include <optional>
#include <utility>

namespace partmark::http {
namespace asio = boost::asio;
namespace {

// What a server says of how long it keeps a connection: "Keep-Alive: timeout=20" (seconds).
std::optional<milliseconds> kept_there(const exchange& ended) {
  const auto* reply = std::get_if<http_reply>(&ended);
  const auto value = reply != nullptr ? reply->header("keep-alive") : std::nullopt;
  if (!value) return std::nullopt;
  static constexpr std::string_view key = "timeout=";
  const auto at = value->find(key);
  if (at == std::string_view::npos) return std::nullopt;
  std::uint32_t seconds = 0;
  const char* const first = value->data() + at + key.size();
  if (std::from_chars(first, value->data() + value->size(), seconds).ec != std::errc{}) return std::nullopt;
  return milliseconds{std::int64_t{seconds} * 1000};
}

// Whether the server at this address, rather than the request, is the likely cause of how the call ended.
bool tells_of_trouble(const exchange& ended) {
  const auto* reply = std::get_if<http_reply>(&ended);
  return reply != nullptr ? reply->status >= 500 : !std::get<transport_failure>(ended).cancelled;
}

// Closing a second before the server does keeps a request from meeting the closing half-way.
constexpr milliseconds before_the_server{1'000};

}  // namespace

class client::implementation : public std::enable_shared_from_this<implementation> {
 public:
  implementation(asio::io_context& io, const client_settings& settings, std::shared_ptr<tls_context> tls, lookup_function lookup)
      : io_(io), settings_(settings), tls_(std::move(tls)), dialer_(io, settings_, tls_, std::move(lookup)), clock_(io), idle_(clock_) {}

  // Once it is owned. From here on it outlives every call: a conversation's deadline, and the coroutine that dials, keep it.
  void begin() { clock_.belongs_to(weak_from_this()); }

  [[nodiscard]] std::size_t calls() const { return calls_; }

  void send(const http_request& request, std::string_view more_headers, completion_handler done) {
    ++calls_;
    auto text = write_request(request, settings_.address, more_headers);
    if (!text) {
      transport_failure unsendable;
      unsendable.phase = transport_phase::write;
      unsendable.message = settings_.address.text() + ": " + text.error().message;
      return fail_soon(std::move(done), std::move(unsendable));
    }
    if (stopped_) return fail_soon(std::move(done), cancelled_before_start());
    waiting_.push_back(std::make_shared<call>(std::move(*text), request.method == "HEAD", std::move(done)));
    start_waiting();
  }

  result<void> reload_certificates() {
    if (!tls_) return {};
    if (auto done = tls_->configure(settings_.tls); !done) return done;
    idle_.clear();
    return {};
  }

  void shut_down() {
    if (std::exchange(stopped_, true)) return;
    for (const auto& c : std::exchange(waiting_, {})) fail_soon(std::move(c->done), cancelled_before_start());
    for (const auto& c : under_way_) {
      if (c->dialing) c->dialing->cancel();
      if (c->talking) c->talking->cancel();
    }
    idle_.clear();
  }

 private:
  struct call {
    call(std::string text, bool head, completion_handler handler) : request(std::move(text)), is_head(head), done(std::move(handler)) {}

    std::string request;
    bool is_head;
    completion_handler done;
    std::optional<waiter> dialing;  // while a connection is being opened for it
    std::shared_ptr<conversation> talking;
    std::size_t place = 0;  // in under_way_
  };

  [[nodiscard]] transport_failure cancelled_before_start() const {
    transport_failure failure;
    failure.cancelled = true;
    failure.message = settings_.address.text() + ": cancelled before it was sent";
    return failure;
  }

  void fail_soon(completion_handler done, transport_failure failure) {
    asio::post(io_, [self = shared_from_this(), done = std::move(done), failure = std::move(failure)]() mutable {
      --self->calls_;
      done(std::move(failure));
    });
  }

  void start_waiting() {
    while (!waiting_.empty() && under_way_.size() < settings_.connections_max) {
      const auto c = std::move(waiting_.front());
      waiting_.pop_front();
      c->place = under_way_.size();
      under_way_.push_back(c);
      if (auto link = kept_connection())
        talk(c, std::move(link));
      else
        dial_soon(c);
    }
  }

  [[nodiscard]] std::shared_ptr<connection> kept_connection() {
    auto link = idle_.take();
    while (link && dialer_.avoids(link->ip())) link = idle_.take();
    return link;
  }

  // Posted, since a coroutine's first steps run inside co_spawn, and might end the call there.
  void dial_soon(const std::shared_ptr<call>& c) {
    c->dialing.emplace(io_, clock_);
    asio::post(io_, [self = shared_from_this(), c] {
      asio::co_spawn(self->io_, dial(self, c), [](const std::exception_ptr& thrown) {
        if (thrown) std::rethrow_exception(thrown);
      });
    });
  }

  static asio::awaitable<void> dial(std::shared_ptr<implementation> self, std::shared_ptr<call> c) {
    dialer::outcome dialed = co_await self->dialer_.dial(*c->dialing);
    c->dialing.reset();
    if (dialed.opened)
      self->talk(c, std::move(dialed.opened));
    else
      self->end(*c, std::move(dialed.failure));
  }

  void talk(const std::shared_ptr<call>& c, std::shared_ptr<connection> link) {
    c->talking = std::make_shared<conversation>(io_, clock_, settings_, std::move(link), std::move(c->request), c->is_head,
                                                [this, &call = *c](conversation::outcome talked) {
                                                  const auto self = shared_from_this();
                                                  settle(std::move(talked.link), talked);
                                                  end(call, std::move(talked.ended));
                                                });
    c->talking->start();
  }

  // What becomes of the connection that a call has used.
  void settle(std::shared_ptr<connection> link, const conversation::outcome& talked) {
    if (tells_of_trouble(talked.ended)) dialer_.put_last(link->ip());
    if (talked.connection_is_good && !stopped_) {
      keep(std::move(link), talked.ended);
    } else if (link->served_before && std::holds_alternative<transport_failure>(talked.ended)) {
      idle_.clear();
    }
  }

  void keep(std::shared_ptr<connection> link, const exchange& ended) {
    milliseconds keep = settings_.idle_timeout;
    if (const auto there = kept_there(ended)) keep = std::min(keep, *there - before_the_server);
    if (keep <= milliseconds::zero()) return;
    link->served_before = true;
    idle_.put(std::move(link), keep);
  }

  void end(const call& over, exchange ended) {
    std::swap(under_way_[over.place], under_way_.back());
    under_way_[over.place]->place = over.place;
    const auto c = std::move(under_way_.back());
    under_way_.pop_back();
    start_waiting();
    --calls_;
    c->done(std::move(ended));
  }

  asio::io_context& io_;
  const client_settings settings_;
  std::shared_ptr<tls_context> tls_;  // null: plain HTTP
  dialer dialer_;
  alarm_clock clock_;
  idle_connections idle_;
  std::deque<std::shared_ptr<call>> waiting_;
  std::vector<std::shared_ptr<call>> under_way_;
  std::size_t calls_ = 0;
  bool stopped_ = false;
};

result<std::unique_ptr<client>> client::make(asio::io_context& io, const client_settings& settings, lookup_function lookup) {
  if (settings.connections_max == 0) return error{errc::invalid, settings.address.text() + ": connections_max is 0; expected at least 1"};
  std::shared_ptr<tls_context> tls;
  if (settings.address.https) {
    auto made = tls_context::make(settings.tls, settings.address);
    if (!made) return made.error();
    tls = std::move(*made);
  }
  auto made = std::make_shared<implementation>(io, settings, std::move(tls), std::move(lookup));
  made->begin();
  return std::unique_ptr<client>(new client(std::move(made)));
}

client::client(std::shared_ptr<implementation> made) : implementation_(std::move(made)) {}

client::~client() { shut_down(); }

void client::send(const http_request& request, completion_handler done) { implementation_->send(request, {}, std::move(done)); }

void client::send(const http_request& request, const header_lines& more, completion_handler done) {
  implementation_->send(request, more.text(), std::move(done));
}

std::size_t client::calls() const { return implementation_->calls(); }

result<void> client::reload_certificates() { return implementation_->reload_certificates(); }

void client::shut_down() { implementation_->shut_down(); }

}  // namespace partmark::http
