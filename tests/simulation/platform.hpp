// The remote of a simulated world: what it holds of each plan, and what it will never take. Calls land on it late, twice or never; it knows
// nothing of that. Owned by the world; one thread.
#pragma once

#include "core/call.hpp"
#include "core/exchange.hpp"
#include "window.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace partmark::testing {

enum class message_kind : std::uint8_t { marks, trigger, listing, plan_listing };

// Which of the platform's lists of plans, by type, a plan is in.
enum class plan_list : std::uint8_t { external, result, accelerate, none };

[[nodiscard]] std::string_view name_of(plan_list list);

// What one call tells the platform, or asks it.
struct message {
  message_kind kind = message_kind::marks;
  std::size_t who = 0;                   // the number of the plan or the table; of a plan listing the endpoint's
  std::optional<granularity> unit;       // of marks; nothing: a full refresh
  call what;                             // of marks
  ordinal date = 0;                      // of a trigger
  std::int64_t page = 1;                 // of a listing
  plan_list list = plan_list::external;  // of a plan listing
};

struct platform_cell {
  bool marked = false;
  mark said = mark::success;
  std::int64_t heard = 0;  // up to which record the newest call about it spoke
  bool by_hand = false;    // somebody else has changed it since
};

inline constexpr std::size_t endpoints_max = 3;

struct platform_plan {
  plan_shape shape;             // as the platform has it: calls in another granularity are refused
  std::vector<ordinal> poison;  // a call that speaks of one of these is refused
  bool refused_whole = false;
  plan_list listed = plan_list::external;
  std::array<window<platform_cell>, endpoints_max> cells;  // each endpoint is another platform's: what that was told
};

using table_date = std::pair<std::size_t, ordinal>;

class platform {
 public:
  std::vector<platform_plan> plans;
  std::vector<bool> refused_tables;
  std::map<table_date, std::int64_t> triggered;  // up to which record the newest trigger spoke

  [[nodiscard]] bool refuses(const message& said) const;
  // `spoken` is the last record that the caller had read when it built the call.
  void land(const message& said, std::size_t endpoint, std::int64_t spoken);
  // One page of what queries may use there.
  [[nodiscard]] exchange list(const message& asked, std::size_t endpoint) const;
  // One page of the plans of a type.
  [[nodiscard]] exchange list_plans(const message& asked) const;
};

}  // namespace partmark::testing
