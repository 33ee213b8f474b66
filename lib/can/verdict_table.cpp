#include "can/verdict_table.hpp"

#include <algorithm>
#include <cassert>

namespace partmark::can {
namespace {

using enum verdict_kind;

constexpr std::uint8_t replied = cut | whole;
constexpr std::uint8_t token_call = static_cast<std::uint8_t>(call_type::token);
constexpr std::array<status_span, 4> any_2xx = {{{200, 299}}};
constexpr std::array<status_span, 4> any_4xx = {{{400, 499}}};

constexpr verdict_row table[] = {
    // Nothing left this host: nothing can have been applied.
    {.what = "Stopped by this side before a byte of the request was sent",
     .endings = unsent,
     .with = cancelled,
     .kind = retry,
     .because = "shutdown or a reload; it goes out again later"},
    {.what = "A kept-alive connection was found dead before a byte was sent",
     .endings = unsent,
     .with = reused,
     .without = timed_out,
     .kind = retry,
     .retry_at_once = true,
     .because = "the server closed an idle connection, as it may"},
    {.what = "Name lookup, connect, TLS handshake or the first write timed out",
     .endings = unsent,
     .with = timed_out,
     .kind = retry,
     .endpoint_trouble = true,
     .because = "nothing was sent"},
    {.what = "Name lookup, connect or TLS handshake failed, or the connection broke before a byte was sent",
     .endings = unsent,
     .kind = retry,
     .endpoint_trouble = true,
     .because = "nothing was sent"},

    // Bytes left and no reply header came: it may have been applied, or may yet.
    {.what = "Stopped by this side after bytes were sent",
     .endings = lost | cut,
     .with = cancelled,
     .kind = ambiguous,
     .because = "it may be applied without us hearing of it"},
    {.what = "A kept-alive connection was lost after bytes were sent, before a reply began",
     .endings = lost,
     .with = reused,
     .without = timed_out | too_large,
     .kind = ambiguous,
     .retry_at_once = true,
     .because = "most likely closed while idle, but the request may have been taken"},
    {.what = "Writing the request, or waiting for the reply's header, timed out",
     .endings = lost,
     .with = timed_out,
     .kind = ambiguous,
     .endpoint_trouble = true,
     .because = "it may be applied late"},
    {.what = "The reply's header was larger than allowed",
     .endings = lost,
     .with = too_large,
     .kind = ambiguous,
     .endpoint_trouble = true,
     .because = "its status was never read"},
    {.what = "The connection was lost, or what came was not HTTP, after bytes were sent",
     .endings = lost,
     .kind = ambiguous,
     .endpoint_trouble = true,
     .because = "it may have been applied, or may yet"},

    // 2xx
    {.what = "2xx, and the envelope accepts",
     .endings = whole,
     .statuses = any_2xx,
     .bodies = accepts,
     .kind = accepted,
     .because = "`success` or `succeed` true and neither false, no `errorMsg`, `code` 200 or none, `data` not denying it"},
    {.what = "2xx or 4xx, and the envelope says failure with code 401",
     .endings = whole,
     .statuses = {{{200, 299}, {400, 407}, {409, 428}, {430, 499}}},
     .bodies = wants_login,
     .kind = unauthorized,
     .endpoint_trouble = true,
     .because = "some services answer a dead token so; no plan is to blame for it"},
    {.what = "Token call: 2xx or 4xx, and the envelope says failure",
     .endings = whole,
     .statuses = {{{200, 299}, {400, 407}, {409, 428}, {430, 499}}},
     .bodies = refuses,
     .calls = token_call,
     .kind = unauthorized,
     .endpoint_trouble = true,
     .because = "the app id or secret was refused"},
    {.what = "2xx, and the envelope says failure",
     .endings = whole,
     .statuses = any_2xx,
     .bodies = refuses,
     .kind = rejected,
     .because = "a clear refusal of this call"},
    {.what = "2xx, and the envelope accepts but a mark's `data` denies it (or a token's is none)",
     .endings = whole,
     .statuses = any_2xx,
     .bodies = wrong_data,
     .kind = rejected,
     .because = "`data` must be \"success\", true or null"},
    {.what = "2xx with HTML",
     .endings = whole,
     .statuses = any_2xx,
     .bodies = html,
     .kind = ambiguous,
     .endpoint_trouble = true,
     .because = "a page of some proxy or login form: who took the request is unknown"},
    {.what = "2xx whose body was cut off, too slow or too large",
     .endings = cut,
     .statuses = any_2xx,
     .kind = ambiguous,
     .endpoint_trouble = true,
     .because = "it was probably applied, but the envelope could say failure"},
    {.what = "2xx with anything else: empty, not JSON, no envelope, or an envelope that contradicts itself",
     .endings = whole,
     .statuses = any_2xx,
     .kind = ambiguous,
     .endpoint_trouble = true,
     .because = "neither a clear yes nor a clear no"},

    // Refusals by status
    {.what = "401 or 403",
     .endings = replied,
     .statuses = {{{401, 401}, {403, 403}}},
     .kind = unauthorized,
     .endpoint_trouble = true,
     .because = "the credential was refused"},
    {.what = "429",
     .endings = replied,
     .statuses = {{{429, 429}}},
     .kind = retry,
     .endpoint_trouble = true,
     .heeds_retry_after = true,
     .because = "too many requests"},
    {.what = "503",
     .endings = replied,
     .statuses = {{{503, 503}}},
     .kind = retry,
     .endpoint_trouble = true,
     .heeds_retry_after = true,
     .because = "the service is not available"},
    {.what = "408",
     .endings = replied,
     .statuses = {{{408, 408}}},
     .kind = ambiguous,
     .endpoint_trouble = true,
     .heeds_retry_after = true,
     .because = "the server gave up waiting; what it had read by then is unknown"},
    {.what = "413",
     .endings = replied,
     .statuses = {{{413, 413}}},
     .kind = rejected,
     .because = "the request is too large: halving it helps, so it counts as this call's fault whoever said it"},
    {.what = "3xx",
     .endings = replied,
     .statuses = {{{300, 399}}},
     .kind = retry,
     .endpoint_trouble = true,
     .heeds_retry_after = true,
     .because = "redirects are never followed, they would carry the credential elsewhere: correct the endpoint's url"},
    {.what = "407, 421, 425 or 426",
     .endings = replied,
     .statuses = {{{407, 407}, {421, 421}, {425, 426}}},
     .kind = retry,
     .endpoint_trouble = true,
     .heeds_retry_after = true,
     .because = "the way to the service is wrong or not ready; the request was not processed"},
    {.what = "4xx, and the envelope says failure (409 too)",
     .endings = whole,
     .statuses = any_4xx,
     .bodies = refuses,
     .kind = rejected,
     .because = "a clear refusal of this call"},
    {.what = "404 or 405 without an envelope",
     .endings = replied,
     .statuses = {{{404, 405}}},
     .kind = retry,
     .endpoint_trouble = true,
     .heeds_retry_after = true,
     .because = "the path is unknown there: the endpoint's url or a proxy is wrong, not the plan"},
    {.what = "4xx with HTML, or whose body was cut off",
     .endings = replied,
     .statuses = any_4xx,
     .bodies = html | no_body,
     .kind = retry,
     .endpoint_trouble = true,
     .heeds_retry_after = true,
     .because = "some proxy refused it: the service itself said nothing about this call"},
    {.what = "4xx otherwise (409 too)",
     .endings = whole,
     .statuses = any_4xx,
     .kind = rejected,
     .because = "the service refused this call without saying why in an envelope"},

    // Server errors
    {.what = "501 or 505",
     .endings = replied,
     .statuses = {{{501, 501}, {505, 505}}},
     .kind = retry,
     .endpoint_trouble = true,
     .heeds_retry_after = true,
     .because = "the server does not know this method or protocol, so it did nothing"},
    {.what = "500, and the envelope says failure",
     .endings = whole,
     .statuses = {{{500, 500}}},
     .bodies = refuses | wants_login,
     .kind = ambiguous,
     .heeds_retry_after = true,
     .because = "the service answered for this call, so the endpoint is well; but it failed in the middle and may have applied a part"},
    {.what = "5xx otherwise (500, 502, 504, …)",
     .endings = replied,
     .statuses = {{{500, 599}}},
     .kind = ambiguous,
     .endpoint_trouble = true,
     .heeds_retry_after = true,
     .because = "it may have been applied, or may yet"},
    {.what = "Any other status", .kind = ambiguous, .endpoint_trouble = true, .because = "HTTP does not define it"},
};

bool fits_status(const std::array<status_span, 4>& statuses, unsigned status) {
  if (statuses[0].first == 0) return true;
  return std::ranges::any_of(statuses, [status](const status_span& s) { return s.first != 0 && s.first <= status && status <= s.last; });
}

}  // namespace

std::span<const verdict_row> verdict_table() { return table; }

bool fits(const verdict_row& row, const call_end& end) {
  return (row.endings & end.how) != 0 && (row.with & end.traits) == row.with && (row.without & end.traits) == 0 &&
         fits_status(row.statuses, end.status) && (row.bodies & end.body) != 0 && (row.calls & static_cast<std::uint8_t>(end.type)) != 0;
}

const verdict_row& judge(const call_end& end) {
  const auto row = std::ranges::find_if(table, [&end](const verdict_row& r) { return fits(r, end); });
  assert(row != std::end(table));
  return *row;
}

std::string describe_verdict(const verdict_row& row) {
  std::string text(to_text(row.kind));
  if (row.retry_at_once) text += ", again at once";
  if (row.endpoint_trouble) text += ", endpoint's trouble";
  if (row.heeds_retry_after) text += ", heeds Retry-After";
  return text;
}

}  // namespace partmark::can
