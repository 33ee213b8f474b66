#include "http/address_lookup.hpp"

#include "http/all_signals_blocked.hpp"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <exception>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace partmark::http {
namespace {

// More addresses than could be tried in a connect deadline are of no use.
constexpr std::size_t addresses_max = 16;

}  // namespace

result<std::vector<std::string>> system_lookup(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* raw = nullptr;
  const int failed = getaddrinfo(host.c_str(), nullptr, &hints, &raw);
  if (failed != 0) return error{errc::network, failed == EAI_SYSTEM ? std::system_category().message(errno) : gai_strerror(failed)};
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> found(raw, freeaddrinfo);

  std::vector<std::string> addresses;
  for (const addrinfo* a = found.get(); a != nullptr && addresses.size() < addresses_max; a = a->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (getnameinfo(a->ai_addr, a->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0) continue;
    if (std::ranges::find(addresses, text.data()) == addresses.end()) addresses.emplace_back(text.data());
  }
  if (addresses.empty()) return error{errc::network, "the name has no address"};
  return addresses;
}

struct address_lookup::shared {
  const std::string host;
  const lookup_function lookup;

  std::mutex mutex;
  std::function<void(std::function<void()>)> post;  // guarded; empty once the owner is gone

  // The io_context's thread only.
  bool looking = false;
  std::vector<std::weak_ptr<question>> waiting;

  [[nodiscard]] answer find() const {
    try {
      return lookup(host);
    } catch (const std::exception& e) {
      return error{errc::network, e.what()};
    }
  }

  void deliver(const answer& found) {
    looking = false;
    for (const auto& waits : std::exchange(waiting, {})) {
      if (const auto q = waits.lock()) q->done(found);
    }
  }
};

address_lookup::address_lookup(std::string host, lookup_function lookup, std::function<void(std::function<void()>)> post)
    : shared_(new shared{std::move(host), std::move(lookup), {}, std::move(post), false, {}}) {}

address_lookup::~address_lookup() {
  const std::scoped_lock lock(shared_->mutex);
  shared_->post = nullptr;
  shared_->waiting.clear();
}

std::shared_ptr<address_lookup::question> address_lookup::ask(std::function<void(const answer&)> done) {
  auto asked = std::make_shared<question>(std::move(done));
  std::erase_if(shared_->waiting, [](const auto& waits) { return waits.expired(); });
  shared_->waiting.push_back(asked);
  if (std::exchange(shared_->looking, true)) return asked;
  const auto look = [state = shared_] {
    auto found = std::make_shared<answer>(state->find());
    const std::scoped_lock lock(state->mutex);
    if (state->post) state->post([state, found] { state->deliver(*found); });
  };
  try {
    const all_signals_blocked blocked;
    std::thread(look).detach();
  } catch (const std::system_error& e) {
    shared_->post([state = shared_, answered = answer(error{errc::network, std::string("no thread for the lookup: ") + e.what()})] {
      state->deliver(answered);
    });
  }
  return asked;
}

}  // namespace partmark::http
