// The ends a call can have, as the carrier would hand them over. Any thread.
#pragma once

#include "core/exchange.hpp"

#include <string>
#include <string_view>

namespace partmark::testing {

[[nodiscard]] exchange accepted_reply();
[[nodiscard]] exchange rejected_reply(std::string_view code = "4001", std::string_view message = "no such partition");
[[nodiscard]] exchange status_reply(unsigned status, std::string_view body = {});
[[nodiscard]] exchange retry_after(unsigned status, std::string_view value);
// The connection was lost after the request was sent.
[[nodiscard]] exchange lost_reply();
[[nodiscard]] exchange timed_out();
// Nothing was sent.
[[nodiscard]] exchange connection_refused();
// A kept-alive connection died under the call.
[[nodiscard]] exchange dead_connection();

}  // namespace partmark::testing
