#include "can/auth.hpp"

#include "core/completion.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace partmark::can {
namespace {

constexpr std::array<std::string_view, 4> auth_type_texts = {"UID", "TOKEN", "ACCOUNT", "APIKEY"};

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

std::string_view to_text(auth_type t) { return auth_type_texts[static_cast<std::size_t>(t)]; }

std::optional<auth_type> parse_auth_type(std::string_view text) {
  const auto found = std::ranges::find(auth_type_texts, text);
  if (found == auth_type_texts.end()) return std::nullopt;
  return static_cast<auth_type>(found - auth_type_texts.begin());
}

result<void> check_auth_value(std::string_view value) {
  if (value.empty()) return error{errc::invalid, "the auth value is empty"};
  if (value.size() > auth_value_bytes_max)
    return error{errc::invalid, "the auth value has " + std::to_string(value.size()) + " bytes: at most " +
                                    std::to_string(auth_value_bytes_max) + " fit in a header"};
  if (std::ranges::any_of(value, is_control))
    return error{errc::invalid, "the auth value has a control character or line break: a header cannot carry it"};
  if (value.front() == ' ' || value.back() == ' ') return error{errc::invalid, "the auth value begins or ends with a blank"};
  return {};
}

result<void> check_tenant_id(std::string_view tenant_id) {
  const bool visible = std::ranges::all_of(tenant_id, [](char c) { return c > 0x20 && c < 0x7f; });
  if (!tenant_id.empty() && tenant_id.size() <= tenant_id_bytes_max && visible) return {};
  return error{errc::invalid, "tenant id \"" + printable(tenant_id) + "\": expected 1 to " + std::to_string(tenant_id_bytes_max) +
                                  " visible ASCII characters"};
}

header_list auth_headers(auth_type type, std::string_view value) {
  assert(check_auth_value(value).has_value());
  return {{"auth-type", std::string(to_text(type))}, {"auth-value", std::string(value)}};
}

}  // namespace partmark::can
