#include "daemon/can_endpoint.hpp"

#include "can/auth.hpp"
#include "can/requests.hpp"
#include "daemon/fixed_credential.hpp"
#include "daemon/settings_map.hpp"
#include "daemon/system_clock.hpp"
#include "daemon/token_credential.hpp"

#include <utility>

namespace partmark {
namespace {

can::auth_type auth_type_of(config::auth_type t) {
  switch (t) {
    case config::auth_type::uid:
      return can::auth_type::uid;
    case config::auth_type::account:
      return can::auth_type::account;
    case config::auth_type::apikey:
      return can::auth_type::apikey;
    case config::auth_type::token:
      break;
  }
  return can::auth_type::token;
}

// Some gateways say so with 200 and a code; reading the body twice is worth it only where it may be one of those.
bool refuses_credential(const exchange& reply) {
  const auto* r = std::get_if<http_reply>(&reply);
  if (!r) return false;
  if (r->status == 401 || r->status == 403) return true;
  return r->body.find("401") != std::string::npos &&
         can::classify(reply, call_type::mark, clock_now().system).kind == verdict_kind::unauthorized;
}

}  // namespace

result<std::shared_ptr<can_endpoint>> can_endpoint::make(boost::asio::io_context& io, const config::endpoint_settings& settings,
                                                         std::shared_ptr<known_secrets> secrets, events& log) {
  auto client = http::client::make(io, client_settings_of(settings));
  if (!client) return client.error();
  std::shared_ptr<credential> proof;
  if (settings.auth.app)
    proof = std::make_shared<token_credential>(io, **client, settings, log);
  else
    proof = std::make_shared<fixed_credential>(auth_type_of(settings.auth.type), *settings.auth.value);
  std::shared_ptr<can_endpoint> made(new can_endpoint(settings, std::move(*client), std::move(proof), std::move(secrets)));
  if (auto read = made->read_credential(); !read) return read.error();
  return made;
}

result<void> can_endpoint::reload_files() {
  if (auto read = client_->reload_certificates(); !read)
    return error{read.error().code, "endpoint " + settings_.name + ": " + read.error().message};
  return read_credential();
}

result<void> can_endpoint::read_credential() {
  auto read = credential_->reload();
  if (!read) return error{read.error().code, "endpoint " + settings_.name + ": " + read.error().message};
  secrets_->add(credential_->secrets());
  return {};
}

void can_endpoint::send(call_type type, http_request request, handler done) {
  auto s = std::make_shared<sending>(sending{type, std::move(request), std::move(done)});
  if (const auto* at_hand = credential_->current(clock_now())) return send_proven(std::move(s), *at_hand);
  obtain_and_send(std::move(s));
}

void can_endpoint::obtain_and_send(std::shared_ptr<sending> s) {
  credential_->obtain(clock_now(), [self = shared_from_this(), s = std::move(s)](std::variant<credential::proof, verdict> got) {
    if (auto* ended = std::get_if<verdict>(&got)) return self->finish(*s, {std::move(*ended), {}});
    self->send_proven(s, std::get<credential::proof>(got));
  });
  // A token call under way carries what its file holds by now, and the calls that wait may be told of its refusal.
  secrets_->add(credential_->secrets());
}

void can_endpoint::send_proven(std::shared_ptr<sending> s, const credential::proof& proof) {
  if (lines_of_ != proof.generation) {
    http::header_list headers = can::common_headers(settings_.tenant_id);
    headers.insert(headers.end(), proof.headers.begin(), proof.headers.end());
    lines_ = http::header_lines::make(headers).value();
    lines_of_ = proof.generation;
    lines_carry_ = std::make_shared<const std::vector<std::string>>(credential_->secrets());
    secrets_->add(*lines_carry_);
  }
  s->generation = proof.generation;
  s->carries = lines_carry_;
  const http_request& request = s->request;
  client_->send(request, lines_, [self = shared_from_this(), s = std::move(s)](exchange reply) { self->ended(s, std::move(reply)); });
}

void can_endpoint::ended(const std::shared_ptr<sending>& s, exchange reply) {
  if (!refuses_credential(reply)) {
    credential_->worked(s->generation);
  } else if (credential_->refused(s->generation) && std::exchange(s->may_renew, false)) {
    return obtain_and_send(s);
  }
  finish(*s, can::read_answer(std::move(reply), s->type, clock_now().system));
}

void can_endpoint::finish(const sending& s, call_answer answer) const {
  secrets_->conceal(answer.ended);
  if (s.carries)  // which may be forgotten there, should many reloads have come and gone meanwhile
    for (const std::string& secret : *s.carries) can::conceal(answer.ended, secret);
  s.done(std::move(answer));
}

}  // namespace partmark
