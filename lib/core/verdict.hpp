// What the end of a call means (DESIGN §1, the table in docs/delivery.md).
#pragma once

#include "core/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace partmark {

enum class verdict_kind : std::uint8_t {
  accepted,      // the remote said so, by the strict rule of CAN_API.md
  retry,         // refused before anything was processed
  rejected,      // the remote understood this call and will not have it
  unauthorized,  // the credential was refused: the endpoint's trouble
  ambiguous,     // the remote may have applied it, or may yet
};

[[nodiscard]] std::string_view to_text(verdict_kind k);

struct verdict {
  verdict_kind kind = verdict_kind::ambiguous;
  bool endpoint_trouble = false;           // counts towards the endpoint's circuit; false for accepted and for rejections in an envelope
  bool retry_at_once = false;              // a kept-alive connection died under the call: not a failure of the endpoint
  std::optional<milliseconds> not_before;  // Retry-After, from the end of this call; endpoint-wide
  unsigned http_status = 0;                // 0: no reply
  std::string code;                        // the envelope's
  std::string message;                     // the envelope's errorMsg, or what happened; printable, at most 500 bytes
  std::string trace_id;                    // the envelope's traceId
};

}  // namespace partmark
