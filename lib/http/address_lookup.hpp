// Turns the endpoint's name into addresses without ever blocking the loop. Asio's resolver is not used: ~io_context waits for its one
// thread, which all endpoints share, so a hanging name server would delay the others and the process's end.
#pragma once

#include "core/result.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace partmark::http {

// Numeric addresses in the order to try them, at least one; else errc::network. May block for long; called on a thread of its own.
using lookup_function = std::function<result<std::vector<std::string>>(const std::string& host)>;

// getaddrinfo: /etc/hosts, DNS and whatever else the machine is set up to ask.
[[nodiscard]] result<std::vector<std::string>> system_lookup(const std::string& host);

// Owned by a client. All but the lookup itself happens on the loop's thread.
class address_lookup {
 public:
  using answer = result<std::vector<std::string>>;

  // `post` runs a function on the loop soon, and may be called from another thread until this object is destroyed.
  address_lookup(std::string host, lookup_function lookup, std::function<void(std::function<void()>)> post);
  ~address_lookup();
  address_lookup(const address_lookup&) = delete;
  address_lookup& operator=(const address_lookup&) = delete;

  // Somebody waiting for an answer. Dropping it is giving up.
  struct question {
    std::function<void(const answer&)> done;
  };

  // `done` gets the answer on the loop, later, while the question is kept. One lookup runs at a time: who asks meanwhile shares its
  // answer. Nothing is kept for the next one. A lookup that hangs holds one detached thread, and nothing waits for that.
  [[nodiscard]] std::shared_ptr<question> ask(std::function<void(const answer&)> done);

 private:
  struct shared;
  std::shared_ptr<shared> shared_;
};

}  // namespace partmark::http
