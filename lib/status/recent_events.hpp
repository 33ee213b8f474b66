// The latest events, and what each endpoint said last, for the status page: a bounded memory of this run. Owned by the daemon; one thread.
#pragma once

#include "core/clock.hpp"
#include "reconcile/events.hpp"

#include <boost/circular_buffer.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace partmark {

struct recent_event {
  system_time at;
  severity level = severity::info;
  std::string name;
  std::string message;
  std::string plan;  // empty where the event has no such field; so are the others
  std::string endpoint;
  std::string trace_id;
};

// How calls to an endpoint ended last.
struct endpoint_memory {
  std::optional<system_time> accepted_at;
  std::optional<system_time> failed_at;
  std::int64_t failed_status = 0;
  std::string failure;  // the verdict and what the endpoint said
};

class recent_events final : public events {
 public:
  static constexpr std::size_t kept = 400;
  static constexpr std::size_t text_bytes_max = 600;

  explicit recent_events(std::function<system_time()> clock) : clock_(std::move(clock)) {}

  // Keeps what is worth a line in a log at its usual level.
  void emit(const event& e) override;

  [[nodiscard]] const boost::circular_buffer<recent_event>& all() const { return all_; }  // the latest first
  [[nodiscard]] const endpoint_memory& endpoint(std::string_view name) const;

 private:
  void call_ended(const event& e);

  std::function<system_time()> clock_;
  boost::circular_buffer<recent_event> all_{kept};
  std::map<std::string, endpoint_memory, std::less<>> endpoints_;
};

}  // namespace partmark
