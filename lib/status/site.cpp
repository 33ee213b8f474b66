#include "status/site.hpp"

#include "status/health.hpp"

namespace partmark {

web_reply site::answer(const web_request& request) {
  if (request.path == "/healthz") return health();
  if (request.path == "/readyz") return readiness();
  if (request.path == "/metrics") {
    web_reply reply;
    reply.type = "text/plain; version=0.0.4; charset=utf-8";
    reply.body = source_.metrics();
    return reply;
  }
  return plain_reply(404, "there is nothing here: see /, /metrics, /healthz and /readyz");
}

web_reply site::health() {
  const auto troubles = troubles_of(source_.summary());
  if (troubles.empty()) return plain_reply(200, "ok");
  std::string text;
  for (const auto& trouble : troubles) text += (text.empty() ? "" : "\n") + trouble;
  return plain_reply(503, text);
}

web_reply site::readiness() {
  const auto now = source_.summary();
  if (now.journal_trouble || now.behind) return plain_reply(503, "the journal is not read to its end yet");
  return plain_reply(200, "ready");
}

}  // namespace partmark
