// What CAN answers: `STATUS CALL RETRY-AFTER`, a line break, the body.
#include "can/auth.hpp"
#include "can/listings.hpp"
#include "can/replies.hpp"
#include "core/text.hpp"
#include "fuzz/targets.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <charconv>

namespace partmark::fuzz {
namespace {

namespace json = boost::json;

bool is_null_or_absent(const json::object& o, std::string_view key) {
  const json::value* v = o.if_contains(key);
  return v == nullptr || v->is_null();
}

bool has_flag(const json::object& o, std::string_view key, bool wanted) {
  const json::value* v = o.if_contains(key);
  return v != nullptr && v->is_bool() && v->get_bool() == wanted;
}

bool is_text(const json::object& o, std::string_view key, std::string_view wanted) {
  const json::value* v = o.if_contains(key);
  return v != nullptr && v->is_string() && std::string_view(v->get_string()) == wanted;
}

// The rule of docs/delivery.md, word by word, with a parser of its own.
bool may_be_accepted(const partmark::http_reply& reply) {
  if (reply.status < 200 || reply.status > 299) return false;
  std::string_view body = reply.body;
  if (body.starts_with("\xef\xbb\xbf")) body.remove_prefix(3);
  boost::system::error_code failed;
  json::parse_options lenient;
  lenient.allow_invalid_utf8 = true;
  const json::value parsed = json::parse(body, failed, {}, lenient);
  if (failed || !parsed.is_object()) return false;
  const json::object& o = parsed.get_object();
  if (has_flag(o, "success", false) || has_flag(o, "succeed", false)) return false;
  if (!has_flag(o, "success", true) && !has_flag(o, "succeed", true)) return false;
  if (!is_null_or_absent(o, "errorMsg") && !is_text(o, "errorMsg", "")) return false;
  const json::value* code = o.if_contains("code");
  const bool is_number = code != nullptr && code->is_number() && code->to_number<double>() == 200.0;
  if (!is_null_or_absent(o, "code") && !is_text(o, "code", "200") && !is_number) return false;
  return is_null_or_absent(o, "data") || is_text(o, "data", "success") || has_flag(o, "data", true);
}

call_type type_of(std::string_view word) {
  if (word == "trigger") return call_type::trigger;
  if (word == "list") return call_type::list;
  if (word == "token") return call_type::token;
  return call_type::mark;
}

std::string_view take_word(std::string_view& text) {
  const std::size_t end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

}  // namespace

void can_reply(std::string_view input) {
  const std::size_t end = std::min(input.find('\n'), input.size());
  std::string_view line = input.substr(0, end);
  partmark::http_reply reply;
  const std::string_view status = take_word(line);
  std::from_chars(status.data(), status.data() + status.size(), reply.status);
  const call_type type = type_of(take_word(line));
  if (!line.empty()) reply.headers.emplace_back("retry-after", std::string(line));
  reply.body = input.substr(std::min(end + 1, input.size()));

  verdict v = can::classify(reply, type, system_time(std::chrono::seconds(1'760'000'000)));
  if (type == call_type::mark && v.kind == verdict_kind::accepted) expect(may_be_accepted(reply), "only a clear yes is accepted");
  expect(v.message.size() <= can::verdict_message_bytes_max, "messages are bounded");
  expect(v.code.size() <= can::verdict_code_bytes_max && v.trace_id.size() <= can::verdict_trace_bytes_max, "codes and traces are bounded");
  expect(is_plain_text(v.message) && is_plain_text(v.code) && is_plain_text(v.trace_id), "what is shown is printable");
  expect(!v.not_before || (v.not_before->count() >= 0 && *v.not_before <= std::chrono::hours(24)), "a wait is a day at most");

  constexpr std::string_view secret = "s3cr3t";
  can::conceal(v, secret);
  for (const std::string* text : {&v.message, &v.code, &v.trace_id})
    expect(text->find(secret) == std::string::npos, "secrets are concealed");

  (void)can::read_token(reply.body);
  (void)can::read_plan_page(reply.body);
  for (const granularity unit : {granularity::day, granularity::minute, granularity::quarter})
    if (const auto page = can::read_partition_page(reply.body, unit))
      for (const ordinal o : page->listed)
        expect(ordinal_limits(unit).first <= o && o <= ordinal_limits(unit).last, "listed partitions are partitions");
}

}  // namespace partmark::fuzz
