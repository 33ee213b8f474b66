// Hears what the loop logs, and sees to it that no secret is in it (DESIGN §6.8). Owned by the world; one thread.
#pragma once

#include "reconcile/events.hpp"
#include "support/contract.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <variant>

namespace partmark::testing {

inline constexpr std::string_view secret_mark = "s3cret-";  // every simulated credential begins so

class watched_events final : public events {
 public:
  explicit watched_events(severity least) : least_(least) {}

  std::function<void(const event&)> heard;

  [[nodiscard]] bool wants(severity level) const override { return level >= least_; }
  void emit(const event& e) override {
    check(e.message);
    for (const event_field& f : e.fields)
      if (const auto* text = std::get_if<std::string>(&f.value)) check(*text);
    if (heard) heard(e);
  }

 private:
  static void check(const std::string& text) {
    if (text.size() >= secret_mark.size()) require(text.find(secret_mark) == std::string::npos, "no secret is logged");
  }

  severity least_;
};

}  // namespace partmark::testing
