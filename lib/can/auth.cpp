#include "can/auth.hpp"

#include "can/replies.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace partmark::can {
namespace {

constexpr std::array<std::string_view, 4> auth_type_texts = {"UID", "TOKEN", "ACCOUNT", "APIKEY"};

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

constexpr std::string_view blot = "***";
constexpr std::string_view cut_mark = "…";  // as printable() leaves it

// The longest end of `text` that begins `secret`.
std::size_t secret_begun(std::string_view text, std::string_view secret) {
  std::size_t bytes = std::min(text.size(), secret.size());
  while (!text.ends_with(secret.substr(0, bytes))) --bytes;
  return bytes;
}

void conceal(std::string& text, std::string_view secret) {
  for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + blot.size()))
    text.replace(at, secret.size(), blot);
  if (text.ends_with(cut_mark)) {
    const std::size_t kept = text.size() - cut_mark.size();
    const std::size_t begun = secret_begun(std::string_view(text).substr(0, kept), secret);
    if (begun > 0) text.replace(kept - begun, begun, blot);
  }
  text = printable(text, verdict_message_bytes_max);
}

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

void conceal(verdict& v, std::string_view secret) {
  if (secret.empty()) return;
  for (std::string* text : {&v.code, &v.message, &v.trace_id}) conceal(*text, secret);
}

}  // namespace partmark::can
