// The credential of an endpoint as CAN wants it: auth-type and auth-value. Apart from can/requests.hpp, because these headers are secret
// and the rest is not: only the code that sends includes this. Pure; any thread.
#pragma once

#include "can/requests.hpp"
#include "core/result.hpp"
#include "core/verdict.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace partmark::can {

enum class auth_type : std::uint8_t { uid, token, account, apikey };

[[nodiscard]] std::string_view to_text(auth_type t);  // "UID", "TOKEN", "ACCOUNT", "APIKEY"
[[nodiscard]] std::optional<auth_type> parse_auth_type(std::string_view text);

inline constexpr std::size_t auth_value_bytes_max = 8000;  // common servers refuse a header line above 8 KiB

// errc::invalid when `value` cannot be sent as a header: empty, longer than auth_value_bytes_max, with control characters (a newline at the
// end of a secret's file, most often), or with blanks at either end. The message never quotes the value.
[[nodiscard]] result<void> check_auth_value(std::string_view value);

// errc::invalid when `tenant_id` cannot be sent: empty, longer than tenant_id_bytes_max, or with anything but visible ASCII.
[[nodiscard]] result<void> check_tenant_id(std::string_view tenant_id);

// `value` must have passed check_auth_value.
[[nodiscard]] header_list auth_headers(auth_type type, std::string_view value);

// Takes `secret` out of what a remote said: *** stands in its place, also where the text was cut within it. For the sender, which alone
// knows the credential, to call before a verdict is stored or logged. An empty secret changes nothing.
void conceal(verdict& v, std::string_view secret);

}  // namespace partmark::can
