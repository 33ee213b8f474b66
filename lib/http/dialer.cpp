#include "http/dialer.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace partmark::http {
namespace asio = boost::asio;

dialer::dialer(asio::io_context& io, const client_settings& settings, std::shared_ptr<tls_context> tls, lookup_function lookup)
    : io_(io),
      settings_(settings),
      tls_(std::move(tls)),
      lookup_(settings.address.host, std::move(lookup), [&io](std::function<void()> f) { asio::post(io, std::move(f)); }) {}

// Keeps the latest phase, and every address's own story: which of them matters is for the reader to say.
void dialer::note(outcome& o, transport_phase phase, const std::string& what) const {
  o.failure.phase = phase;
  o.failure.message += o.failure.message.empty() ? settings_.address.text() + ": " : "; ";
  o.failure.message += what;
}

asio::awaitable<dialer::outcome> dialer::dial(waiter& w) {
  outcome o;
  const time_limit whole(w, settings_.connect_timeout);
  std::vector<std::string> addresses;
  co_await find_addresses(w, addresses, o);

  const auto share = settings_.connect_timeout / static_cast<milliseconds::rep>(std::max<std::size_t>(addresses.size(), 1));
  for (std::size_t i = 0; i < addresses.size() && !o.opened && !w.cancelled() && !whole.passed(); ++i) {
    const bool last = i + 1 == addresses.size();
    const time_limit own_share(w, last ? settings_.connect_timeout : share);
    co_await try_address(w, addresses[i], o);
  }
  o.failure.timed_out = whole.passed();
  o.failure.cancelled = w.cancelled();
  if (o.opened) last_good_ip_ = o.opened->ip();
  co_return o;
}

asio::awaitable<void> dialer::find_addresses(waiter& w, std::vector<std::string>& addresses, outcome& o) {
  if (settings_.address.is_ip()) {
    addresses.push_back(settings_.address.host);
    co_return;
  }
  address_lookup::answer answer = error{};
  const auto asked = lookup_.ask([&answer, &w](const address_lookup::answer& found) {
    answer = found;
    w.notify();
  });
  const bool came = co_await w.notified();
  if (!came) {
    note(o, transport_phase::resolve, w.cancelled() ? "looking up the name: cancelled" : "looking up the name: no answer in time");
  } else if (!answer) {
    note(o, transport_phase::resolve, "looking up the name: " + answer.error().message);
  } else if (answer->empty()) {
    note(o, transport_phase::resolve, "looking up the name: it has no address");
  } else {
    addresses = *answer;
    const auto good = std::ranges::find(addresses, last_good_ip_);
    if (good != addresses.end()) std::rotate(addresses.begin(), good, good + 1);
  }
}

asio::awaitable<void> dialer::try_address(waiter& w, const std::string& ip, outcome& o) {
  auto started = tcp_socket::start(ip, settings_.address.port);
  if (!started) {
    note(o, transport_phase::connect, "connect to " + ip + ": " + started.error().message);
    co_return;
  }
  auto fresh = std::make_shared<connection>(io_, std::move(*started), ip);
  if (const auto ec = fresh->watch()) {
    note(o, transport_phase::connect, "connect to " + ip + ": the loop cannot watch the socket: " + ec.message());
    co_return;
  }
  while (true) {
    if (!co_await w.ready(fresh->watched(), io_state::want_write)) {
      note(o, transport_phase::connect, "connect to " + ip + (w.cancelled() ? ": cancelled" : ": no answer in time"));
      co_return;
    }
    const io_step step = fresh->socket().finish_connect();
    if (step.state == io_state::failed) {
      note(o, transport_phase::connect, "connect to " + ip + ": " + step.problem);
      co_return;
    }
    if (step.state == io_state::done) break;
  }
  if (tls_) {
    co_await start_tls(w, std::move(fresh), o);
  } else {
    o.opened = std::move(fresh);
  }
}

asio::awaitable<void> dialer::start_tls(waiter& w, std::shared_ptr<connection> fresh, outcome& o) {
  unique_ssl ssl = tls_->open();
  if (!ssl) {
    note(o, transport_phase::tls, "TLS with " + fresh->ip() + ": OpenSSL cannot start a connection");
    co_return;
  }
  fresh->use_tls(std::move(ssl));
  while (true) {
    const io_step step = fresh->handshake();
    if (step.state == io_state::done) break;
    if (step.state == io_state::failed) {
      note(o, transport_phase::tls, "TLS with " + fresh->ip() + ": " + step.problem);
      co_return;
    }
    if (!co_await w.ready(fresh->watched(), step.state)) {
      note(o, transport_phase::tls, "TLS with " + fresh->ip() + (w.cancelled() ? ": cancelled" : ": no answer in time"));
      co_return;
    }
  }
  o.opened = std::move(fresh);
}

}  // namespace partmark::http
