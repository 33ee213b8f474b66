// Calls on their way: what the loop sends, the credential that goes with it, what becomes of it, and what comes back.
#include "can/auth.hpp"
#include "can/replies.hpp"
#include "can/requests.hpp"
#include "core/retry.hpp"
#include "request_reader.hpp"
#include "support/contract.hpp"
#include "support/replies.hpp"
#include "support/told.hpp"
#include "world.hpp"

#include <algorithm>
#include <utility>

namespace partmark::testing {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr unsigned thorough_every = 32;  // calls

call_type type_of(message_kind kind) {
  return kind == message_kind::marks ? call_type::mark : kind == message_kind::trigger ? call_type::trigger : call_type::list;
}

bool refuses_credential(const way_to_end& way) {
  return way.how.status == 401 || way.how.status == 403 || way.how.body == can::wants_login;
}

std::uint64_t hash_of(const message& said) {
  std::uint64_t h = said.who * 4 + static_cast<unsigned>(said.kind) + static_cast<std::uint64_t>(said.date);
  for (const claim& c : said.what.claims)
    h = dice::mixed(h + static_cast<std::uint64_t>(c.at.first * 3 + c.at.last * 7) + static_cast<unsigned>(c.said));
  return h;
}

std::string token_text(std::size_t endpoint, std::size_t number) {
  return std::string(secret_mark) + std::to_string(endpoint) + "-" + std::to_string(number);
}

}  // namespace

std::size_t world::endpoint_named(const std::string& name) const {
  std::size_t i = 0;
  while (i < settings_.endpoints.size() && settings_.endpoints[i].name != name) ++i;
  require(i < settings_.endpoints.size(), "only a configured endpoint is called");
  return i;
}

std::size_t world::endpoint_of(std::size_t plan) const {
  const auto known = std::ranges::find(settings_.plans, plans_[plan].uuid, &plan_settings::uuid);
  return known == settings_.plans.end() || known->endpoint.empty() ? 0 : endpoint_named(known->endpoint);
}

void world::send(std::uint64_t call_id, const std::string& endpoint, call_type type, http_request request) {
  perhaps_die();
  unflushed_ = true;
  story_.add(tally::calls);
  carriage c;
  c.call_id = call_id;
  c.run = run_;
  c.endpoint = endpoint_named(endpoint);
  c.said = read_message(request, story_.of(tally::calls) % thorough_every == 1);
  require(type == type_of(c.said.kind), "a call's type is its request's");
  if (c.said.kind == message_kind::plan_listing) c.said.who = c.endpoint;
  if (c.said.kind == message_kind::marks) c.moves = plans_[c.said.who].moves;
  c.spoken = c.said.kind == message_kind::trigger ? journal_.table_sequence() : journal_.visible();
  if (aloud_) say("call " + std::to_string(call_id) + " to " + endpoint + " " + shown(c.said));
  check_slot(c.said, c.endpoint);
  if (c.said.kind == message_kind::marks) check_call(call_id, c.said);
  if (c.said.kind == message_kind::trigger) check_trigger(c.said);
  if (c.said.kind == message_kind::listing) story_.add(tally::listings);
  if (c.said.kind == message_kind::plan_listing) story_.add(tally::plan_listings);
  story_.trace = dice::mixed(story_.trace + dice::mixed(static_cast<std::uint64_t>(clock_.count())) + hash_of(c.said));
  carriages_.push_back(std::move(c));
  flying_.push_back(carriages_.size() - 1);
  dispatch(carriages_.size() - 1);
}

void world::hand_over(const carriage& c, exchange end) {
  call_answer answer = can::read_answer(std::move(end), type_of(c.said.kind), t().system);
  if (const sender& s = senders_[c.endpoint]; s.keeper) {
    can::conceal(answer.ended, s.keeper->token());
    for (const std::string& former : s.keeper->former()) can::conceal(answer.ended, former);
  }
  loop_->ended(c.call_id, std::move(answer));
}

// As the daemon's endpoint does: with a token if there is one, else after it has come, or not at all when it cannot be had.
void world::dispatch(std::uint64_t number) {
  const std::size_t endpoint = carriages_[number].endpoint;
  sender& s = senders_[endpoint];
  if (!s.keeper) return depart(number);
  const steady_time at = t().steady;
  if (s.keeper->should_fetch(at)) fetch_token(endpoint);
  if (s.keeper->may_use(at)) return depart(number);
  s.waiting.push_back(number);
  const auto next = s.keeper->next_fetch();
  if (next && *next > at) after(microseconds(1), affair::no_token, run_ * endpoints_max + endpoint);
}

void world::depart(std::uint64_t number) {
  carriage& c = carriages_[number];
  sender& s = senders_[c.endpoint];
  auto& calls = c.said.kind == message_kind::trigger        ? tables_[c.said.who].calls
                : c.said.kind == message_kind::plan_listing ? s.plan_listings
                                                            : plans_[c.said.who].calls;
  dice chance(wish_.seed, 1'000 + c.said.who * 4 + static_cast<unsigned>(c.said.kind), ++calls);
  const call_type type = type_of(c.said.kind);
  fate f = draw_fate(weather_[c.endpoint], type, duration_cast<microseconds>(settings_.endpoints[c.endpoint].settle_time), chance);
  bool knows_token = true;
  if (s.keeper) {
    c.token = s.keeper->generation();
    const auto number_at = s.keeper->token().rfind('-') + 1;
    const std::size_t token = std::stoul(std::string(s.keeper->token().substr(number_at)));
    knows_token = s.tokens.at(token) > clock_;
  }
  const bool refused = platform_.refuses(c.said);
  if (f.judged && !knows_token)
    f.way = &draw_bad_credential(chance);
  else if (f.judged && refused)
    f.way = &draw_refusal(chance);
  if (f.judged && f.way != &acceptance()) f.end = f.way->make(chance);
  if (auto* reply = std::get_if<http_reply>(&f.end); reply && s.keeper && f.way->how.body == can::refuses && chance.chance(30))
    reply->body =
        R"({"success":false,"code":"400","errorMsg":"not for )" + std::string(s.keeper->token()) + R"("})";  // it quotes the secret
  if (refused || (f.judged && f.way != &acceptance())) {
    f.lands_after.reset();
    f.lands_again_after.reset();
  }
  count_fate(f, refused, type);
  c.accepted = f.way == &acceptance();
  c.late = f.lands_after && *f.lands_after > f.ends_after;
  c.end = std::move(f.end);
  const moment ends_after = f.ends_after;
  for (const auto& lands : {f.lands_after, f.lands_again_after})
    if (lands) {
      ++c.landings;
      after(*lands, affair::land, number);
    }
  after(ends_after, affair::end, number);
}

void world::count_fate(const fate& f, bool refused, call_type type) {
  can::call_end how = f.way->how;
  how.type = type;
  ++story_.verdicts[verdict_row_of(how)];
  if (f.way == &acceptance()) {
    if (f.lands_again_after) story_.add(tally::duplicates);
    return;
  }
  if (refuses_credential(*f.way)) return story_.add(tally::credentials_refused);
  if (f.judged) return story_.add(tally::refusals);
  if (f.way->may_apply) {
    story_.add(f.lands_after && !refused ? tally::lost_after_apply : tally::lost_before_apply);
    if (f.lands_again_after) story_.add(tally::duplicates);
    return;
  }
  story_.add(how.body == can::refuses || how.body == can::wrong_data || how.status == 413 || how.status == 409 ? tally::hiccups
                                                                                                               : tally::clean_failures);
}

void world::land(std::uint64_t number) {
  carriage& c = carriages_[number];
  if (c.landings == 0) return;  // it landed earlier, after a crash
  --c.landings;
  if (c.late) story_.add(tally::late_applies);
  if (aloud_) say("lands " + shown(c.said));
  platform_.land(c.said, c.endpoint, c.spoken);
  if (c.said.kind == message_kind::listing && c.accepted) c.end = platform_.list(c.said, c.endpoint);
  if (c.said.kind == message_kind::plan_listing && c.accepted) c.end = platform_.list_plans(c.said);
}

void world::ended(std::uint64_t number) {
  carriage& c = carriages_[number];
  if (!loop_ || c.run != run_) return;  // nobody is there to hear it
  if (aloud_) say("end  " + std::to_string(c.call_id) + " " + can::classify(c.end, type_of(c.said.kind), t().system).message);
  if (sender& s = senders_[c.endpoint]; s.keeper) {
    const auto* reply = std::get_if<http_reply>(&c.end);
    const bool refused = reply && can::classify(c.end, call_type::mark, t().system).kind == verdict_kind::unauthorized;
    if (!refused) {
      s.keeper->worked(c.token);
    } else if (s.keeper->refused(c.token) == can::token_keeper::refusal::try_again && std::exchange(c.may_renew, false)) {
      return dispatch(number);
    }
  }
  flying_.erase(std::find(flying_.begin(), flying_.end(), number));
  hand_over(c, std::move(c.end));
  if (c.accepted) acknowledge(c);
  poke();
}

void world::acknowledge(const carriage& c) {
  if (c.said.kind == message_kind::trigger) ends_unstored_[{c.said.who, c.said.date}] = c.spoken;
  if (!serene_ || c.said.kind != message_kind::marks || c.moves != plans_[c.said.who].moves) return;
  for (const claim& claimed : c.said.what.claims)
    for (ordinal o = claimed.at.first; o <= claimed.at.last; ++o) plans_[c.said.who].accepted.at(o) = c.spoken;
}

void world::fetch_token(std::size_t endpoint) {
  sender& s = senders_[endpoint];
  s.keeper->fetch_started(t().steady);
  story_.add(tally::token_calls);
  const wire_call asked = read_wire_call(with_headers(can::create_token("app", std::string(secret_mark) + "app", s.life.lifetime)));
  require(asked.violations.empty() && asked.kind == wire_call_kind::token && asked.expire == s.life.lifetime.count(),
          "a token call is as CAN_API.md asks");
  dice chance(wish_.seed, 5 + endpoint, ++s.fetches);
  const fate f = draw_fate(weather_[endpoint], call_type::token, seconds(1), chance);
  can::call_end how = f.way->how;
  how.type = call_type::token;
  if (f.judged) {
    s.token_reply = status_reply(200, R"({"success":true,"code":"200","data":")" + token_text(endpoint, s.tokens.size()) + R"("})");
    s.tokens.push_back(clock_ + s.life.lifetime);
  } else {
    s.token_reply = f.end;
    story_.add(tally::token_failures);
  }
  ++story_.verdicts[verdict_row_of(how)];
  after(f.ends_after, affair::token_reply, run_ * endpoints_max + endpoint);
}

void world::token_replied(std::uint64_t number) {
  const std::size_t endpoint = number % endpoints_max;
  if (!loop_ || number / endpoints_max != run_) return;
  sender& s = senders_[endpoint];
  const verdict v = can::classify(s.token_reply, call_type::token, t().system);
  const auto* reply = std::get_if<http_reply>(&s.token_reply);
  auto token =
      v.kind == verdict_kind::accepted && reply ? can::read_token(reply->body) : result<std::string>(error{errc::invalid, v.message});
  if (!token) {
    milliseconds delay = backoff_ceiling({milliseconds(500), milliseconds(60'000), 2.0}, s.failures++);
    if (v.not_before) delay = std::max(delay, *v.not_before);
    s.keeper->fetch_failed(t().steady + delay);
    return fail_waiting(endpoint, s.token_reply);
  }
  s.failures = 0;
  s.keeper->fetched(std::move(*token));
  for (const std::uint64_t waiting : std::exchange(s.waiting, {})) depart(waiting);
}

// How a call ends that never left for want of a token.
void world::fail_waiting(std::size_t endpoint, const exchange& why) {
  const auto* reply = std::get_if<http_reply>(&why);
  const bool is_refusal = reply && (reply->status == 401 || reply->status == 403);
  if (!loop_) return;
  for (const std::uint64_t waiting : std::exchange(senders_[endpoint].waiting, {})) {
    carriage& c = carriages_[waiting];
    flying_.erase(std::find(flying_.begin(), flying_.end(), waiting));
    c.accepted = false;
    hand_over(c, is_refusal ? why : connection_refused());
    poke();
  }
}

std::string world::shown(const message& said) const {
  if (said.kind == message_kind::trigger) return "trigger table_" + std::to_string(said.who) + " day " + std::to_string(said.date);
  if (said.kind == message_kind::plan_listing)
    return "list " + std::string(name_of(said.list)) + " plans page " + std::to_string(said.page);
  std::string text = plans_[said.who].uuid;
  if (said.kind == message_kind::listing) return "list " + text + " page " + std::to_string(said.page);
  for (const claim& c : said.what.claims)
    text += " " + std::string(to_text(c.said)) + "[" + std::to_string(c.at.first) + "," + std::to_string(c.at.last) + "]";
  return text;
}

}  // namespace partmark::testing
