// The whole judgement of how a call can end, as rows: the first row that fits decides, and the last fits everything. docs/delivery.md
// prints this table, and a test compares the two. Pure data; any thread.
#pragma once

#include "core/answer.hpp"
#include "core/verdict.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace partmark::can {

// Bits, so that a row can name several.
enum ending : std::uint8_t {
  unsent = 1,  // no byte of the request left
  lost = 2,    // bytes left, and no reply header came
  cut = 4,     // the reply's header came, its body did not
  whole = 8,   // a whole reply
  any_ending = 15,
};

enum trait : std::uint8_t {
  cancelled = 1,  // by this side
  timed_out = 2,
  reused = 4,  // a kept-alive connection
  too_large = 8,
};

enum body_kind : std::uint16_t {
  no_body = 1,        // it never came whole
  html = 2,           // a page of some proxy or login form
  unreadable = 4,     // neither JSON object nor HTML, or empty
  foreign = 8,        // a JSON object without an envelope
  garbled = 16,       // an envelope that contradicts itself: a field of the wrong type or said twice, no clear yes, text that is not UTF-8
  accepts = 32,       // passes the acceptance rule of CAN_API.md
  refuses = 64,       // says failure
  wants_login = 128,  // says failure with code 401
  wrong_data = 256,   // passes but for its `data`
  any_body = 511,
};

inline constexpr std::uint8_t any_call = 15;

struct status_span {
  unsigned first = 0;  // 0 to 0: unused
  unsigned last = 0;
};

struct verdict_row {
  std::string_view what;  // for people
  std::uint8_t endings = any_ending;
  std::uint8_t with = 0;                  // traits it must have
  std::uint8_t without = 0;               // traits it must not have
  std::array<status_span, 4> statuses{};  // all unused: any status or none
  std::uint16_t bodies = any_body;
  std::uint8_t calls = any_call;

  verdict_kind kind = verdict_kind::ambiguous;
  bool endpoint_trouble = false;
  bool retry_at_once = false;
  bool heeds_retry_after = false;
  std::string_view because;  // for people: why, or what to look at
};

// What a row is matched against.
struct call_end {
  ending how = whole;
  std::uint8_t traits = 0;
  unsigned status = 0;
  body_kind body = no_body;
  call_type type = call_type::mark;
};

[[nodiscard]] std::span<const verdict_row> verdict_table();
[[nodiscard]] bool fits(const verdict_row& row, const call_end& end);
[[nodiscard]] const verdict_row& judge(const call_end& end);

// "retry, endpoint's trouble, heeds Retry-After"
[[nodiscard]] std::string describe_verdict(const verdict_row& row);

}  // namespace partmark::can
