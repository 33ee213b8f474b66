// What is at which path of the status server: /healthz, /readyz, /metrics and the pages. Owned by the daemon; one thread.
#pragma once

#include "status/recent_events.hpp"
#include "status/views.hpp"
#include "status/web_exchange.hpp"

namespace partmark {

class site {
 public:
  site(status_source& source, const recent_events& events) : source_(source), events_(events) {}

  [[nodiscard]] web_reply answer(const web_request& request);

 private:
  [[nodiscard]] web_reply health();
  [[nodiscard]] web_reply readiness();
  [[nodiscard]] web_reply overview(const web_request& request);
  [[nodiscard]] web_reply plan(const web_request& request);

  status_source& source_;
  const recent_events& events_;
};

}  // namespace partmark
