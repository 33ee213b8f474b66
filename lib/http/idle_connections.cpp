#include "http/idle_connections.hpp"

#include <boost/asio/steady_timer.hpp>

namespace partmark::http {
namespace asio = boost::asio;

struct idle_connections::entry {
  entry(std::unique_ptr<connection> c, asio::io_context& io, milliseconds keep) : kept(std::move(c)), timer(io, keep) {}

  std::unique_ptr<connection> kept;  // null once closed: its place goes with the next put or take
  asio::steady_timer timer;
};

void idle_connections::watch(const std::shared_ptr<entry>& e) {
  e->kept->watched().async_wait(asio::posix::stream_descriptor::wait_read,
                                [weak = std::weak_ptr<entry>(e)](const boost::system::error_code& ec) {
                                  const auto woken = weak.lock();
                                  if (ec || !woken || !woken->kept) return;
                                  if (woken->kept->quiet()) {
                                    watch(woken);  // a TLS session ticket, or nothing at all
                                  } else {
                                    woken->timer.cancel();
                                    woken->kept.reset();
                                  }
                                });
}

void idle_connections::put(std::unique_ptr<connection> fresh, milliseconds keep) {
  std::erase_if(entries_, [](const auto& e) { return !e->kept; });
  const auto& e = entries_.emplace_back(std::make_shared<entry>(std::move(fresh), io_, keep));
  e->timer.async_wait([weak = std::weak_ptr<entry>(e)](const boost::system::error_code& ec) {
    if (const auto due = weak.lock(); due && !ec) due->kept.reset();
  });
  watch(e);
}

std::unique_ptr<connection> idle_connections::take() {
  while (!entries_.empty()) {
    const auto newest = std::move(entries_.back());
    entries_.pop_back();
    if (!newest->kept || !newest->kept->quiet()) continue;
    newest->kept->watched().cancel();
    return std::move(newest->kept);
  }
  return nullptr;
}

void idle_connections::clear() { entries_.clear(); }

}  // namespace partmark::http
