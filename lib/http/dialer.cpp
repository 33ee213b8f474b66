#include "http/dialer.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace partmark::http {
namespace asio = boost::asio;
namespace {

// The earliest trouble is forgotten beyond this: a name may have ever new addresses.
constexpr std::size_t troubled_max = 32;

}  // namespace

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

  if (!addresses.empty()) addresses_ = addresses;
  std::ranges::stable_sort(addresses, {}, [this](const std::string& ip) { return rank(ip); });
  const auto share = settings_.connect_timeout / static_cast<milliseconds::rep>(std::max<std::size_t>(addresses.size(), 1));
  for (std::size_t i = 0; i < addresses.size() && !o.opened && !w.cancelled() && !whole.passed(); ++i) {
    const bool last = i + 1 == addresses.size();
    auto fresh = co_await reach(w, addresses[i], last ? settings_.connect_timeout : share, o);
    if (fresh && tls_) {
      co_await start_tls(w, std::move(fresh), o);
    } else {
      o.opened = std::move(fresh);
    }
    if (!o.opened && !w.cancelled()) put_last(addresses[i]);
  }
  o.failure.timed_out = whole.passed();
  o.failure.cancelled = w.cancelled();
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
  }
}

asio::awaitable<std::shared_ptr<connection>> dialer::reach(waiter& w, const std::string& ip, milliseconds at_most, outcome& o) {
  const time_limit own_share(w, at_most);
  auto started = tcp_socket::start(ip, settings_.address.port);
  if (!started) {
    note(o, transport_phase::connect, "connect to " + ip + ": " + started.error().message);
    co_return nullptr;
  }
  auto fresh = std::make_shared<connection>(io_, std::move(*started), ip);
  if (const auto ec = fresh->watch()) {
    note(o, transport_phase::connect, "connect to " + ip + ": the loop cannot watch the socket: " + ec.message());
    co_return nullptr;
  }
  while (true) {
    if (!co_await w.ready(fresh->watched(), io_state::want_write)) {
      note(o, transport_phase::connect, "connect to " + ip + (w.cancelled() ? ": cancelled" : ": no answer in time"));
      co_return nullptr;
    }
    const io_step step = fresh->socket().finish_connect();
    if (step.state == io_state::failed) {
      note(o, transport_phase::connect, "connect to " + ip + ": " + step.problem);
      co_return nullptr;
    }
    if (step.state == io_state::done) co_return fresh;
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

void dialer::put_last(const std::string& ip) {
  std::erase(troubled_, ip);
  troubled_.push_back(ip);
  if (troubled_.size() > troubled_max) troubled_.erase(troubled_.begin());
}

// 0 for an address without trouble, then by its latest.
std::size_t dialer::rank(const std::string& ip) const {
  const auto at = std::ranges::find(troubled_, ip);
  return at == troubled_.end() ? 0 : static_cast<std::size_t>(at - troubled_.begin()) + 1;
}

bool dialer::avoids(const std::string& ip) const {
  const std::size_t own = rank(ip);
  return own > 0 && std::ranges::any_of(addresses_, [&](const std::string& other) { return rank(other) < own; });
}

}  // namespace partmark::http
