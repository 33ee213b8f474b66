// The remote that tests talk to: CAN as CAN_API.md describes it, without sockets, clock or files. Owned by the simulator program or by an
// in-process simulation; one thread. A call goes through three steps, so that faults can be put between them: check(), then apply() or
// pretend().
#pragma once

#include "can_simulator/partition_book.hpp"
#include "can_simulator/wire_call.hpp"
#include "core/exchange.hpp"

#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace partmark::testing {

struct simulated_plan {
  std::optional<granularity> unit;  // nothing: a full-refresh plan
  std::string name;
  std::string materialize_type = "EXTERNAL";
  partition_book book;
  std::int64_t refreshes = 0;
  std::int64_t updates = 0;  // applied calls
  std::int64_t clears = 0;
  std::string run_type;  // of the last update
};

class can_model {
 public:
  struct settings {
    std::string tenant_id{};                // empty: any
    std::string auth_type{}, auth_value{};  // empty: any, but a TOKEN must be alive
    std::string app_id{}, app_secret{};     // of the token call; empty: any
    std::int64_t token_lifetime = 0;        // seconds, whatever was asked; 0: as asked
    bool known_plans_only = false;          // otherwise a plan's first call makes it
    bool enveloped_lists = false;
    std::string list_key = "paritionList";
  };

  struct checked_call {
    wire_call call;
    std::optional<http_reply> refusal;  // what is wrong with it, answered
  };

  void configure(settings s) { settings_ = std::move(s); }
  [[nodiscard]] const settings& configured() const { return settings_; }

  // `unit`: nothing for a full-refresh plan. Keeps the marks of a plan that is there with the same unit.
  simulated_plan& define_plan(const std::string& uuid, std::optional<granularity> unit);
  [[nodiscard]] const std::map<std::string, simulated_plan>& plans() const { return plans_; }

  // Reads and counts a request, notes violations of the protocol, and decides whether it would be refused. `at_ms` is the simulator's own
  // time.
  [[nodiscard]] checked_call check(const http_request& request, std::int64_t at_ms);
  // Does what a call without refusal asks, and answers.
  http_reply apply(const wire_call& call, std::int64_t at_ms);
  // The answer of apply() without its effect: a lie.
  [[nodiscard]] http_reply pretend(const wire_call& call);
  // All three at once, for callers without faults.
  http_reply answer(const http_request& request, std::int64_t at_ms);

  [[nodiscard]] http_reply refuse(unsigned status, std::string_view code, std::string_view message);

  void expire_tokens() { tokens_.clear(); }
  void note_violation(std::string what);
  [[nodiscard]] const std::vector<std::string>& violations() const { return violations_; }

  // (table, date) to the number of accepted triggers.
  [[nodiscard]] const std::map<std::pair<std::string, std::string>, std::int64_t>& triggers() const { return triggers_; }

  // What a listing would show.
  [[nodiscard]] boost::json::object to_json() const;
  // Takes back what to_json gave; counts, triggers and tokens too.
  void restore(const boost::json::object& state);
  // Forgets everything but the settings.
  void forget();

 private:
  [[nodiscard]] std::optional<http_reply> refusal_of(const wire_call& call, std::int64_t at_ms);
  [[nodiscard]] std::optional<http_reply> check_credential(const wire_call& call, std::int64_t at_ms);
  [[nodiscard]] std::optional<http_reply> check_plan(const wire_call& call);
  [[nodiscard]] http_reply envelope(std::string_view data);
  [[nodiscard]] http_reply partition_page(const wire_call& call);
  [[nodiscard]] http_reply plan_page(const wire_call& call);
  [[nodiscard]] std::string next_trace_id() { return "sim-" + std::to_string(++replies_); }

  settings settings_;
  std::map<std::string, simulated_plan> plans_;
  std::map<std::pair<std::string, std::string>, std::int64_t> triggers_;
  std::map<std::string, std::int64_t> tokens_;  // to the time they die, ms
  std::int64_t tokens_made_ = 0;
  std::map<std::string, std::int64_t> calls_;  // seen, by name
  std::int64_t replies_ = 0;
  std::vector<std::string> violations_;
  std::int64_t violations_dropped_ = 0;
};

}  // namespace partmark::testing
