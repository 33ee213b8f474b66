// Whether an endpoint may be called now. After `open_after` endpoint-level failures in a row the circuit opens: single probes only, until
// one is answered. A refused credential opens it at once. Retry-After holds for the whole endpoint. Pure; one thread.
#pragma once

#include "core/clock.hpp"
#include "core/verdict.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace partmark {

struct circuit_settings {
  unsigned open_after = 5;  // consecutive endpoint-level failures; at least 1
  milliseconds probe_every{std::chrono::seconds(10)};
  milliseconds probe_initial{500};  // the first probe comes sooner; the gap doubles up to probe_every
};

enum class circuit_change : std::uint8_t { none, opened, closed };

class circuit {
 public:
  explicit circuit(circuit_settings settings) : settings_(settings) {}
  void configure(circuit_settings settings) { settings_ = settings; }

  [[nodiscard]] bool is_open() const { return open_; }
  [[nodiscard]] bool is_unauthorized() const { return open_ && unauthorized_; }

  // May a call go out at `t`, when `in_flight` calls are under way? While open: one probe at a time, at its time.
  [[nodiscard]] bool may_send(steady_time t, std::size_t in_flight) const;
  // When may_send may next turn true by time alone.
  [[nodiscard]] std::optional<steady_time> next_chance(steady_time t) const;

  // The end of a call to this endpoint.
  circuit_change ended(const verdict& v, steady_time t);

  // Probe now: a person asked, or the configuration changed.
  void probe_now(steady_time t);

 private:
  circuit_settings settings_;
  bool open_ = false;
  bool unauthorized_ = false;
  unsigned failures_ = 0;  // in a row
  milliseconds gap_{0};
  steady_time next_probe_{};
  std::optional<steady_time> not_before_;
};

}  // namespace partmark
