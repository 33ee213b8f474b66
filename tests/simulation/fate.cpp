#include "fate.hpp"

#include "support/contract.hpp"
#include "support/replies.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace partmark::testing {
namespace {

using can::call_end;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint64_t settled_ends_late_percent = 20;

exchange failed(transport_phase phase, bool sent, std::uint8_t traits) {
  transport_failure f;
  f.phase = phase;
  f.bytes_sent = sent;
  f.cancelled = (traits & can::cancelled) != 0;
  f.timed_out = (traits & can::timed_out) != 0;
  f.reused_connection = (traits & can::reused) != 0;
  f.reply_too_large = (traits & can::too_large) != 0;
  f.message = "the connection was lost";
  return f;
}

template <std::uint8_t traits>
exchange unsent(dice& chance) {
  return failed(chance.chance(50) ? transport_phase::connect : transport_phase::write, false, traits);
}

template <std::uint8_t traits>
exchange lost(dice&) {
  return failed(transport_phase::read_header, true, traits);
}

template <unsigned status>
exchange cut(dice&) {
  transport_failure f;
  f.phase = transport_phase::read_body;
  f.bytes_sent = true;
  f.status = status;
  f.message = "the body broke off";
  return f;
}

template <unsigned status>
exchange bare(dice& chance) {
  return chance.chance(50) ? status_reply(status) : retry_after(status, std::to_string(chance.between(0, 20)));
}

template <unsigned status>
exchange page(dice&) {
  return status_reply(status, "<html>please log in</html>");
}

template <unsigned status>
exchange refusal(dice& chance) {
  static constexpr std::string_view bodies[] = {
      R"({"success":false,"code":"400","errorMsg":"bad range","traceId":"t-3"})",
      R"({"success":true,"code":"200","errorMsg":"the vendor's own example of a failure"})",
      R"({"data":null,"success":false,"code":"4001","errorMsg":"no such partition","traceId":"t-2"})",
      R"({"succeed":false})",
  };
  return status_reply(status, chance.pick(bodies));
}

template <unsigned status>
exchange login_wanted(dice&) {
  return status_reply(status, R"({"success":false,"code":"401","errorMsg":"token expired"})");
}

exchange denied(dice&) { return status_reply(200, R"({"success":true,"code":"200","data":"fail"})"); }

exchange muddle(dice& chance) {
  static constexpr std::string_view bodies[] = {
      "", "ok", "[]", R"({"data":"success"})", R"({"data":"success","success":"yes"})", R"({"success":true,"success":true})"};
  return status_reply(200, chance.pick(bodies));
}

exchange accepted(dice&) { return accepted_reply(); }

constexpr call_end end(can::ending how, std::uint8_t traits, unsigned status = 0, can::body_kind body = can::no_body) {
  return {how, traits, status, body, call_type::mark};
}

constexpr way_to_end the_acceptance{end(can::whole, 0, 200, can::accepts), true, accepted};

// Nothing was processed.
constexpr std::array clean = {
    way_to_end{end(can::unsent, can::cancelled), false, unsent<can::cancelled>},
    way_to_end{end(can::unsent, can::reused), false, unsent<can::reused>},
    way_to_end{end(can::unsent, can::timed_out), false, unsent<can::timed_out>},
    way_to_end{end(can::unsent, 0), false, unsent<0>},
    way_to_end{end(can::whole, 0, 301, can::unreadable), false, bare<301>},
    way_to_end{end(can::whole, 0, 407, can::unreadable), false, bare<407>},
    way_to_end{end(can::whole, 0, 421, can::unreadable), false, bare<421>},
    way_to_end{end(can::whole, 0, 425, can::unreadable), false, bare<425>},
    way_to_end{end(can::whole, 0, 404, can::unreadable), false, bare<404>},
    way_to_end{end(can::whole, 0, 405, can::unreadable), false, bare<405>},
    way_to_end{end(can::whole, 0, 418, can::html), false, page<418>},
    way_to_end{end(can::cut, 0, 400), false, cut<400>},
    way_to_end{end(can::whole, 0, 501, can::unreadable), false, bare<501>},
    way_to_end{end(can::whole, 0, 505, can::unreadable), false, bare<505>},
};

// Whether it was applied, nobody here can know.
constexpr std::array unclear = {
    way_to_end{end(can::lost, can::cancelled), true, lost<can::cancelled>},
    way_to_end{end(can::lost, can::reused), true, lost<can::reused>},
    way_to_end{end(can::lost, can::timed_out), true, lost<can::timed_out>},
    way_to_end{end(can::lost, can::too_large), true, lost<can::too_large>},
    way_to_end{end(can::lost, 0), true, lost<0>},
    way_to_end{end(can::whole, 0, 200, can::html), true, page<200>},
    way_to_end{end(can::cut, 0, 200), true, cut<200>},
    way_to_end{end(can::whole, 0, 200, can::foreign), true, muddle},
    way_to_end{end(can::whole, 0, 408, can::unreadable), true, bare<408>},
    way_to_end{end(can::whole, 0, 500, can::refuses), true, refusal<500>},
    way_to_end{end(can::whole, 0, 500, can::unreadable), true, bare<500>},
    way_to_end{end(can::whole, 0, 502, can::html), true, page<502>},
    way_to_end{end(can::whole, 0, 504, can::unreadable), true, bare<504>},
    way_to_end{end(can::whole, 0, 199, can::unreadable), true, bare<199>},
};

// The remote will not have this call. The second half speaks of what the call says, so a platform uses it for good, too.
constexpr std::array refused = {
    way_to_end{end(can::whole, 0, 200, can::wrong_data), false, denied},
    way_to_end{end(can::whole, 0, 413, can::unreadable), false, bare<413>},
    way_to_end{end(can::whole, 0, 409, can::unreadable), false, bare<409>},
    way_to_end{end(can::whole, 0, 200, can::refuses), false, refusal<200>},
    way_to_end{end(can::whole, 0, 400, can::refuses), false, refusal<400>},
    way_to_end{end(can::whole, 0, 409, can::refuses), false, refusal<409>},
};

constexpr std::array bad_credential = {
    way_to_end{end(can::whole, 0, 401, can::unreadable), false, bare<401>},
    way_to_end{end(can::whole, 0, 403, can::unreadable), false, bare<403>},
    way_to_end{end(can::whole, 0, 200, can::wants_login), false, login_wanted<200>},
    way_to_end{end(can::whole, 0, 400, can::wants_login), false, login_wanted<400>},
};

constexpr std::array busy = {
    way_to_end{end(can::whole, 0, 429, can::unreadable), false, bare<429>},
    way_to_end{end(can::whole, 0, 503, can::unreadable), false, bare<503>},
};

fate with(const way_to_end& way, microseconds settle_time, dice& chance) {
  fate f;
  f.way = &way;
  f.end = way.make(chance);
  if (!way.may_apply) {
    f.ends_after = chance.time(microseconds(200), milliseconds(200));
    return f;
  }
  f.ends_after = chance.time(milliseconds(1), seconds(chance.chance(settled_ends_late_percent) ? 30 : 1));
  const microseconds last = f.ends_after + settle_time - microseconds(1);
  const auto choice = chance.between(0, 9);
  if (choice < 3) return f;  // never applied
  f.lands_after =
      choice < 6 ? chance.time(microseconds(1), f.ends_after) : f.ends_after + chance.time(microseconds(1), settle_time - microseconds(1));
  if (choice == 9 || choice == 5) f.lands_again_after = chance.time(*f.lands_after, last);
  return f;
}

}  // namespace

std::span<const way_to_end> ways_to_end() {
  static const std::vector<way_to_end> all = [] {
    std::vector<way_to_end> list;
    const auto append = [&](const auto& part) { list.insert(list.end(), part.begin(), part.end()); };
    append(clean);
    append(unclear);
    append(refused);
    append(bad_credential);
    append(busy);
    return list;
  }();
  return all;
}

const way_to_end& acceptance() { return the_acceptance; }

std::size_t verdict_row_of(const call_end& how) { return static_cast<std::size_t>(&can::judge(how) - can::verdict_table().data()); }

fate draw_fate(weather w, call_type type, microseconds settle_time, dice& chance) {
  switch (w) {
    case weather::down:
      return chance.chance(70) ? with(clean[3], settle_time, chance) : with(chance.pick(unclear), settle_time, chance);
    case weather::locked_out:
      return with(draw_bad_credential(chance), settle_time, chance);
    case weather::throttled:
      return with(chance.pick(busy), settle_time, chance);
    case weather::rough:
      if (chance.chance(15)) return with(chance.pick(unclear), settle_time, chance);
      if (chance.chance(12)) return with(chance.pick(clean), settle_time, chance);
      if (chance.chance(6)) return with(chance.pick(busy), settle_time, chance);
      // Only a mark's `data` says anything.
      if (chance.chance(6))
        return with(refused[type == call_type::mark ? chance.below(refused.size()) : 1 + chance.below(refused.size() - 1)], settle_time,
                    chance);
      if (chance.chance(2)) return with(draw_bad_credential(chance), settle_time, chance);
      break;
    case weather::calm:
      break;
  }
  fate f;
  f.way = &the_acceptance;
  f.end = the_acceptance.make(chance);
  f.ends_after = chance.time(microseconds(300), milliseconds(w == weather::rough && chance.chance(10) ? 20'000 : 50));
  f.lands_after = chance.time(microseconds(1), f.ends_after);
  if (chance.chance(3)) f.lands_again_after = chance.time(*f.lands_after, f.ends_after);
  f.judged = true;
  return f;
}

const way_to_end& draw_refusal(dice& chance) { return refused[3 + chance.below(3)]; }

const way_to_end& draw_bad_credential(dice& chance) { return bad_credential[chance.below(bad_credential.size())]; }

}  // namespace partmark::testing
