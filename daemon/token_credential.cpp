#include "daemon/token_credential.hpp"

#include "can/auth.hpp"
#include "can/replies.hpp"
#include "can/requests.hpp"
#include "daemon/system_clock.hpp"
#include "reconcile/event_names.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <random>
#include <utility>

namespace partmark {
namespace {

constexpr can::token_settings token_life{};
constexpr retry_settings fetch_backoff{milliseconds(500), milliseconds(60'000), 2.0};

// How a call ends that never left for want of a token: as a refused credential if that is why, else as trouble before the first byte.
verdict without_token(const exchange& token_call, const verdict& v, const std::string& why) {
  if (v.kind == verdict_kind::unauthorized) return v;
  transport_failure none;
  none.phase = transport_phase::connect;
  none.message = "no token: " + why;
  if (const auto* lost = std::get_if<transport_failure>(&token_call)) none.cancelled = lost->cancelled;
  return can::classify(none, call_type::mark, system_time());
}

}  // namespace

token_credential::token_credential(boost::asio::io_context& io, http::client& client, const config::endpoint_settings& endpoint,
                                   events& log)
    : io_(io),
      client_(client),
      endpoint_(endpoint.name),
      tenant_id_(endpoint.tenant_id),
      app_(*endpoint.auth.app),
      log_(log),
      keeper_(token_life),
      random_(std::random_device()()) {}

result<void> token_credential::reload() {
  keeper_.fetch_soon();
  return read_secret();
}

result<void> token_credential::read_secret() {
  auto read = app_.app_secret.read();
  if (!read) return read.error();
  app_secret_ = std::move(*read);
  return {};
}

const credential::proof* token_credential::current(now t) {
  if (keeper_.should_fetch(t.steady)) fetch(t);
  return keeper_.may_use(t.steady) ? &proof_ : nullptr;
}

void token_credential::obtain(now t, handler ready) {
  if (const proof* at_hand = current(t)) return ready(*at_hand);
  waiting_.push_back(std::move(ready));
  const auto next = keeper_.next_fetch();
  if (!next || *next <= t.steady) return;  // on its way
  // The last token call failed, and the next has its time: this one does not wait for it. Not from inside obtain(), as nothing else ends
  // there.
  boost::asio::post(io_, [self = shared_from_this()] { self->failed(self->last_failure_); });
}

void token_credential::fetch(now t) {
  keeper_.fetch_started(t.steady);
  (void)read_secret();  // a secret that cannot be read now may still be the right one
  http_request request = can::create_token(app_.id, app_secret_.reveal(), token_life.lifetime);
  request.headers = can::common_headers(tenant_id_);
  client_.send(request, [self = shared_from_this()](exchange reply) { self->fetched(reply); });
}

void token_credential::fetched(const exchange& reply) {
  const now t = clock_now();
  verdict v = can::classify(reply, call_type::token, t.system);
  can::conceal(v, app_secret_.reveal());
  const auto* whole = std::get_if<http_reply>(&reply);
  auto token =
      v.kind == verdict_kind::accepted && whole ? can::read_token(whole->body) : result<std::string>(error{errc::invalid, v.message});
  if (!token) {
    milliseconds delay = backoff_delay(fetch_backoff, failures_++, random_);
    if (v.not_before) delay = std::max(delay, *v.not_before);
    keeper_.fetch_failed(t.steady + delay);
    last_failure_ = without_token(reply, v, "the last token call failed: " + token.error().message);
    return failed(without_token(reply, v, token.error().message));
  }
  failures_ = 0;
  keeper_.fetched(std::move(*token));
  proof_ = {can::auth_headers(can::auth_type::token, keeper_.token()), keeper_.generation()};
  log_.emit({severity::info, event_name::token_renewed, "endpoint " + endpoint_ + ": a new token", {{"endpoint", endpoint_}}});
  for (auto& ready : std::exchange(waiting_, {})) ready(proof_);
}

void token_credential::failed(const verdict& v) {
  for (auto& ready : std::exchange(waiting_, {})) ready(v);
}

bool token_credential::refused(std::uint64_t generation) { return keeper_.refused(generation) == can::token_keeper::refusal::try_again; }

void token_credential::worked(std::uint64_t generation) { keeper_.worked(generation); }

std::vector<std::string> token_credential::secrets() const {
  std::vector<std::string> all{std::string(keeper_.token()), app_secret_.reveal()};
  all.insert(all.end(), keeper_.former().begin(), keeper_.former().end());
  return all;
}

}  // namespace partmark
