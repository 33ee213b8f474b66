// Dates as HTTP headers carry them (RFC 9110 §5.6.7): IMF-fixdate, and the two obsolete forms that a recipient must still read. Pure; any
// thread.
#pragma once

#include "core/clock.hpp"

#include <optional>
#include <string_view>

namespace partmark {

// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` or `Sun Nov  6 08:49:37 1994`, to the letter; nothing for any other
// text or an impossible date. The name of the day must be one, but the date decides. A leap second is the second after it. `now` settles
// the century of a two-digit year: the latest one that is not more than 50 years ahead.
[[nodiscard]] std::optional<system_time> parse_http_date(std::string_view text, system_time now);

}  // namespace partmark
