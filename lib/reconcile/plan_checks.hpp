// Asks an endpoint, when it is configured so (`verify_plans`), whether its configured plans exist there and are EXTERNAL: the platform
// builds the others itself and takes no marks for them (CAN_API.md §4). Nothing waits for the answer; it only warns. Owned by the courier;
// one thread.
#pragma once

#include "core/answer.hpp"
#include "core/exchange.hpp"
#include "reconcile/events.hpp"
#include "reconcile/settings.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace partmark {

class plan_checks {
 public:
  plan_checks(const loop_settings& settings, events& log) : settings_(settings), log_(log) {}

  // Begins anew with what is configured now for the endpoint of that index and name. False: nothing is to be asked; true: next_request() is
  // wanted at once.
  bool begin(std::size_t endpoint, const endpoint_settings& of);

  // The page to ask for; its end comes back through ended(), or withdrawn() when it was not sent.
  [[nodiscard]] http_request next_request(std::size_t endpoint);
  void withdrawn(std::size_t endpoint) { checks_.at(endpoint).asked = false; }

  // A page came, or didn't: how long to wait before the next one. nullopt: it is over.
  std::optional<milliseconds> ended(std::size_t endpoint, const call_answer& answer);

 private:
  static constexpr unsigned page_size = 500;
  static constexpr unsigned pages_max = 2'000;  // a remote that never ends its list must not keep us
  static constexpr unsigned tries_max = 6;      // a remote without this API must not look like one in trouble for ever
  static constexpr std::size_t warnings_max = 20;

  struct check {
    std::string endpoint;
    std::set<std::string, std::less<>> missing;  // not seen as EXTERNAL so far
    std::map<std::string, std::string> other;    // seen as something else
    std::size_t plans = 0;
    std::size_t type = 0;  // which list is being read
    unsigned page = 1;
    unsigned tries = 0;
    bool asked = false;       // a page is under way
    bool superseded = false;  // and the configuration has changed since
  };

  [[nodiscard]] check made_for(const endpoint_settings& of) const;
  std::optional<milliseconds> failed(std::size_t endpoint, const std::string& why, bool is_final);
  void tell(const check& c) const;

  const loop_settings& settings_;
  events& log_;
  std::map<std::size_t, check> checks_;  // under way, by endpoint
};

}  // namespace partmark
