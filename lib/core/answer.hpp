// What a call was for and how it ended, as far as its caller needs it: what lib/reconcile hears from whoever carries calls. Pure values.
#pragma once

#include "core/verdict.hpp"

#include <cstdint>
#include <string>

namespace partmark {

// Bits, so that a rule of lib/can can name several. `mark` covers updates, clears and full refreshes.
enum class call_type : std::uint8_t { mark = 1, trigger = 2, token = 4, list = 8 };

struct call_answer {
  verdict ended;
  std::string listing;  // the body of an accepted call_type::list, as it came: not to be logged; else empty
};

}  // namespace partmark
