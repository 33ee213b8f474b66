#include "support/replies.hpp"

namespace partmark::testing {
namespace {

http_reply json_reply(unsigned status, std::string body) { return {status, {{"content-type", "application/json"}}, std::move(body)}; }

transport_failure failure(transport_phase phase, bool bytes_sent, std::string message) {
  transport_failure f;
  f.phase = phase;
  f.bytes_sent = bytes_sent;
  f.message = std::move(message);
  return f;
}

}  // namespace

exchange accepted_reply() {
  return json_reply(200, R"({"data":"success","success":true,"code":"200","errorMsg":null,"detailErrorMsg":null,"traceId":"t-1"})");
}

exchange rejected_reply(std::string_view code, std::string_view message) {
  std::string body = R"({"data":null,"success":false,"code":")";
  body.append(code).append(R"(","errorMsg":")").append(message).append(R"(","traceId":"t-2"})");
  return json_reply(200, std::move(body));
}

exchange status_reply(unsigned status, std::string_view body) { return http_reply{status, {}, std::string(body)}; }

exchange retry_after(unsigned status, std::string_view value) { return http_reply{status, {{"retry-after", std::string(value)}}, {}}; }

exchange lost_reply() { return failure(transport_phase::read_header, true, "connection reset"); }

exchange timed_out() {
  auto f = failure(transport_phase::read_header, true, "no reply in time");
  f.timed_out = true;
  return f;
}

exchange connection_refused() { return failure(transport_phase::connect, false, "connection refused"); }

exchange dead_connection() {
  auto f = failure(transport_phase::read_header, true, "connection closed");
  f.reused_connection = true;
  return f;
}

}  // namespace partmark::testing
