#include "fate.hpp"

#include "support/replies.hpp"

#include <array>
#include <utility>

namespace partmark::testing {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

exchange cut_reply(unsigned status) {
  transport_failure f;
  f.phase = transport_phase::read_body;
  f.bytes_sent = true;
  f.status = status;
  f.message = "the body broke off";
  return f;
}

exchange dead_before_sending() {
  transport_failure f;
  f.phase = transport_phase::write;
  f.reused_connection = true;
  f.message = "the server closed the connection";
  return f;
}

// The caller cannot know whether it was applied.
exchange ambiguous_end(dice& chance) {
  switch (chance.between(0, 9)) {
    case 0:
      return lost_reply();
    case 1:
      return timed_out();
    case 2:
      return dead_connection();
    case 3:
      return status_reply(500);
    case 4:
      return status_reply(500, R"({"success":false,"code":"500","errorMsg":"internal"})");
    case 5:
      return status_reply(chance.chance(50) ? 502 : 504, "<html>");
    case 6:
      return status_reply(408);
    case 7:
      return status_reply(200, "<html>please log in</html>");
    case 8:
      return cut_reply(200);
    default:
      return status_reply(200, chance.chance(50) ? "" : R"({"data":"success","success":"yes"})");
  }
}

// The caller knows that nothing was processed.
exchange clean_failure(dice& chance) {
  constexpr std::array<unsigned, 8> statuses = {301, 404, 405, 407, 421, 425, 501, 503};
  switch (chance.between(0, 3)) {
    case 0:
      return connection_refused();
    case 1:
      return dead_before_sending();
    default:
      return status_reply(statuses[chance.below(statuses.size())]);
  }
}

fate ambiguous_fate(microseconds settle_time, dice& chance) {
  fate f;
  f.end = ambiguous_end(chance);
  f.ends_after = chance.time(milliseconds(1), seconds(chance.chance(20) ? 30 : 1));
  switch (chance.between(0, 2)) {
    case 0:
      break;  // never applied
    case 1:
      f.lands_after = chance.time(microseconds(1), f.ends_after);
      break;
    default:
      f.lands_after = f.ends_after + chance.time(microseconds(1), settle_time - microseconds(1));
      break;
  }
  return f;
}

fate fate_of_end(exchange end, dice& chance) {
  fate f;
  f.end = std::move(end);
  f.ends_after = chance.time(microseconds(200), milliseconds(200));
  return f;
}

}  // namespace

fate draw_fate(weather w, microseconds settle_time, dice& chance) {
  switch (w) {
    case weather::down:
      return chance.chance(70) ? fate_of_end(connection_refused(), chance) : ambiguous_fate(settle_time, chance);
    case weather::locked_out:
      return fate_of_end(status_reply(chance.chance(50) ? 401 : 403), chance);
    case weather::throttled:
      return fate_of_end(retry_after(chance.chance(50) ? 429 : 503, std::to_string(chance.between(0, 20))), chance);
    case weather::rough:
      if (chance.chance(15)) return ambiguous_fate(settle_time, chance);
      if (chance.chance(12)) return fate_of_end(clean_failure(chance), chance);
      if (chance.chance(6)) return fate_of_end(retry_after(503, std::to_string(chance.between(0, 5))), chance);
      if (chance.chance(6)) return fate_of_end(draw_refusal(chance), chance);  // a hiccup
      if (chance.chance(2)) return fate_of_end(status_reply(401), chance);
      break;
    case weather::calm:
      break;
  }
  fate f;
  f.end = accepted_reply();
  f.ends_after = chance.time(microseconds(300), milliseconds(w == weather::rough && chance.chance(10) ? 20'000 : 50));
  f.lands_after = chance.time(microseconds(1), f.ends_after);
  f.refusable = true;
  return f;
}

exchange draw_refusal(dice& chance) {
  switch (chance.between(0, 3)) {
    case 0:
      return status_reply(400, R"({"success":false,"code":"400","errorMsg":"bad range","traceId":"t-3"})");
    case 1:
      return status_reply(409, R"({"success":false,"code":"409","errorMsg":"conflict","traceId":"t-4"})");
    default:
      return rejected_reply();
  }
}

}  // namespace partmark::testing
