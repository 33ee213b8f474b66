#include "can/replies.hpp"

#include "can/envelope.hpp"
#include "core/retry_after.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <variant>

namespace partmark::can {
namespace {

bool is_text_or_missing(const field_value& f) {
  return f.kind == json_kind::text || f.kind == json_kind::null || f.kind == json_kind::absent;
}

bool is_flag_or_missing(const field_value& f) {
  return f.kind == json_kind::boolean || f.kind == json_kind::null || f.kind == json_kind::absent;
}

bool is_code_or_missing(const field_value& f) { return f.kind == json_kind::number || is_text_or_missing(f); }

bool says_something(const field_value& f) { return f.kind == json_kind::text && !f.text.empty(); }

bool has_code_of_success(const field_value& code) {
  if (code.kind == json_kind::number) return code.is_200;
  return code.kind != json_kind::text || code.text == "200";
}

bool data_agrees(const field_value& data) {
  if (data.kind == json_kind::boolean) return data.said_true;
  if (data.kind == json_kind::text) return data.text == "success" && !data.cut;
  return data.kind == json_kind::null || data.kind == json_kind::absent;
}

bool is_usable_token(const field_value& data) {
  return data.kind == json_kind::text && !data.text.empty() && !data.cut &&
         std::ranges::all_of(data.text, [](char c) { return c > 0x20 && c < 0x7f; });
}

bool is_envelope(const envelope& e) {
  using enum envelope_field;
  return e.at(success).times + e.at(succeed).times + e.at(error_message).times > 0;
}

// A listing may come without an envelope (CAN_API.md §3).
bool is_bare_listing(const envelope& e, call_type type) {
  return type == call_type::list && !is_envelope(e) && e.at(envelope_field::page).times > 0;
}

bool is_garbled(const envelope& e) {
  using enum envelope_field;
  if (!is_flag_or_missing(e.at(success)) || !is_flag_or_missing(e.at(succeed))) return true;
  if (!is_text_or_missing(e.at(error_message)) || !is_code_or_missing(e.at(code))) return true;
  return std::ranges::any_of(std::array{success, succeed, error_message, code, data}, [&e](envelope_field f) { return e.at(f).times > 1; });
}

body_kind refusal(const envelope& e) { return e.at(envelope_field::code).text == "401" ? wants_login : refuses; }

// The acceptance rule of CAN_API.md, in its order: a `false` anywhere wins, then doubt, then failure by errorMsg or code.
body_kind kind_of(const envelope& e, std::string_view body, call_type type) {
  using enum envelope_field;
  if (is_bare_listing(e, type)) return is_utf8(body) ? accepts : garbled;
  if (!is_envelope(e)) return foreign;
  if (e.at(success).said_false || e.at(succeed).said_false) return refusal(e);
  if (is_garbled(e)) return garbled;
  if (says_something(e.at(error_message)) || !has_code_of_success(e.at(code))) return refusal(e);
  if (!e.at(success).said_true && !e.at(succeed).said_true) return garbled;
  if (!is_utf8(body)) return garbled;
  if (type == call_type::mark && !data_agrees(e.at(data))) return wrong_data;
  if (type == call_type::token && !is_usable_token(e.at(data))) return wrong_data;
  return accepts;
}

bool looks_like_html(const http_reply& reply) {
  if (without_mark(reply.body).starts_with('<')) return true;
  const auto type = reply.header("content-type");
  return type && type->starts_with("text/html") && !reply.body.empty();
}

std::string shown(const field_value& f, std::size_t bytes_max) { return printable(f.text, bytes_max); }

// Where a redirect points: without a query, which may carry credentials, and not at all with a user name in it.
std::string redirect_target(const http_reply& reply) {
  const auto location = reply.header("location");
  if (!location || location->find('@') != std::string_view::npos) return {};
  return std::string(location->substr(0, location->find_first_of("?#")));
}

std::string message_of(const http_reply& reply, const std::optional<envelope>& e, const verdict_row& row) {
  std::string said;
  if (e) {
    for (const auto f : {envelope_field::error_message, envelope_field::detail, envelope_field::other})
      if (said.empty() && says_something(e->at(f))) said = shown(e->at(f), verdict_message_bytes_max);
    if (!said.empty() && is_envelope(*e)) return said;
  }
  std::string message = "HTTP " + std::to_string(reply.status) + ": " + std::string(row.because);
  if (!said.empty()) message += "; it said: " + said;
  if (const auto target = redirect_target(reply); !target.empty()) message += "; it points to " + target;
  return printable(message, verdict_message_bytes_max);
}

verdict verdict_of(const verdict_row& row, unsigned status) {
  verdict v;
  v.kind = row.kind;
  v.endpoint_trouble = row.endpoint_trouble;
  v.retry_at_once = row.retry_at_once;
  v.http_status = status;
  return v;
}

verdict classify_failure(const transport_failure& failure, call_type type) {
  call_end end;
  end.how = failure.status ? cut : failure.bytes_sent ? lost : unsent;
  end.status = failure.status.value_or(0);
  end.body = no_body;
  end.type = type;
  if (failure.cancelled) end.traits |= cancelled;
  if (failure.timed_out) end.traits |= timed_out;
  if (failure.reused_connection) end.traits |= reused;
  if (failure.reply_too_large) end.traits |= too_large;
  const verdict_row& row = judge(end);
  verdict v = verdict_of(row, end.status);
  std::string message = failure.message;
  if (failure.status) message = "HTTP " + std::to_string(*failure.status) + ", then: " + message;
  v.message = printable(message, verdict_message_bytes_max);
  return v;
}

verdict classify_reply(const http_reply& reply, call_type type, system_time at) {
  const std::optional<envelope> e = read_envelope(reply.body);
  call_end end;
  end.how = whole;
  end.status = reply.status;
  end.body = e ? kind_of(*e, reply.body, type) : looks_like_html(reply) ? html : unreadable;
  end.type = type;
  const verdict_row& row = judge(end);
  verdict v = verdict_of(row, reply.status);
  if (row.heeds_retry_after)
    if (const auto value = reply.header("retry-after")) v.not_before = parse_retry_after(*value, at);
  if (e) {
    v.code = shown(e->at(envelope_field::code), verdict_code_bytes_max);
    v.trace_id = shown(e->at(envelope_field::trace_id), verdict_trace_bytes_max);
  }
  if (v.kind != verdict_kind::accepted) v.message = message_of(reply, e, row);
  return v;
}

}  // namespace

verdict classify(const exchange& e, call_type type, system_time at) {
  if (const auto* failure = std::get_if<transport_failure>(&e)) return classify_failure(*failure, type);
  return classify_reply(std::get<http_reply>(e), type, at);
}

call_answer read_answer(exchange e, call_type type, system_time at) {
  call_answer read{classify(e, type, at), {}};
  auto* reply = std::get_if<http_reply>(&e);
  if (type == call_type::list && read.ended.kind == verdict_kind::accepted && reply != nullptr) read.listing = std::move(reply->body);
  return read;
}

result<std::string> read_token(std::string_view body) {
  const std::optional<envelope> e = read_envelope(body);
  if (e && is_usable_token(e->at(envelope_field::data))) return e->at(envelope_field::data).text;
  return error{errc::invalid, "the reply to the token call holds no token that fits a header"};
}

}  // namespace partmark::can
