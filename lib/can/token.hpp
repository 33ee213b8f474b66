// Keeps one endpoint's token alive (CAN_API.md §6): says when to fetch one, which to send, and what a refusal of it means. Does nothing
// itself: whoever owns it makes the token call and reports how it ended. Owned by the endpoint's sender; one thread, no clock.
#pragma once

#include "core/clock.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace partmark::can {

struct token_settings {
  std::chrono::seconds lifetime{std::chrono::hours(6)};  // as asked for in create_token
  double renew_at = 0.8;  // of the lifetime, 0 to 1: the rest is for a token service that is down for a while
};

class token_keeper {
 public:
  explicit token_keeper(token_settings settings) : settings_(settings) {}

  // A token that by our clock is alive. Without one, calls wait.
  [[nodiscard]] bool may_use(steady_time t) const { return !token_.empty() && t < dies_at_; }
  // Valid while may_use(); a secret.
  [[nodiscard]] std::string_view token() const { return token_; }
  // Tokens that calls may still be under way with, besides token(); secrets too.
  [[nodiscard]] const std::vector<std::string>& former() const { return former_; }
  // Goes with each call, to tell which token a refusal speaks of.
  [[nodiscard]] std::uint64_t generation() const { return generation_; }

  // Whether to make a token call now: none is under way, and there is no token or it has grown old. An old one stays in use meanwhile.
  [[nodiscard]] bool should_fetch(steady_time t) const;
  // When should_fetch next turns true by time alone; nothing while a token call is under way.
  [[nodiscard]] std::optional<steady_time> next_fetch() const;

  // A token call goes out; ends with one of the next two. Its lifetime is counted from here, the careful end.
  void fetch_started(steady_time t);
  void fetched(std::string token);
  // `not_before`: when to try again.
  void fetch_failed(steady_time not_before);

  // The service may have been mended: a failed token call is followed by another at once.
  void fetch_soon() { not_before_.reset(); }

  enum class refusal {
    try_again,  // with the token that there is by now, or the next one
    give_up,    // a token fetched because of a refusal was refused itself: the credential is wrong, not old
  };
  // A call sent with that generation's token ended unauthorized.
  [[nodiscard]] refusal refused(std::uint64_t generation);
  // A call sent with that generation's token did not.
  void worked(std::uint64_t generation);

 private:
  static constexpr std::size_t former_max = 4;

  void retire();

  token_settings settings_;
  std::string token_;
  std::vector<std::string> former_;  // the latest last
  std::uint64_t generation_ = 0;
  steady_time renew_at_;
  steady_time dies_at_;
  std::optional<steady_time> fetching_since_;
  std::optional<steady_time> not_before_;  // after a failed token call
  bool after_refusal_ = false;             // the token in use, or the next, replaces a refused one and has not worked yet
};

}  // namespace partmark::can
