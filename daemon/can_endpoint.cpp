#include "daemon/can_endpoint.hpp"

#include "can/auth.hpp"
#include "can/replies.hpp"
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
bool refuses_credential(const exchange& reply, now t) {
  const auto* r = std::get_if<http_reply>(&reply);
  if (!r) return false;
  if (r->status == 401 || r->status == 403) return true;
  return r->body.find("401") != std::string::npos &&
         can::classify(reply, can::call_type::mark, t.system).kind == verdict_kind::unauthorized;
}

}  // namespace

result<std::shared_ptr<can_endpoint>> can_endpoint::make(boost::asio::io_context& io, const config::endpoint_settings& settings,
                                                         events& log) {
  auto client = http::client::make(io, client_settings_of(settings));
  if (!client) return client.error();
  std::shared_ptr<credential> proof;
  if (settings.auth.app)
    proof = std::make_shared<token_credential>(io, **client, settings, log);
  else
    proof = std::make_shared<fixed_credential>(auth_type_of(settings.auth.type), *settings.auth.value);
  std::shared_ptr<can_endpoint> made(new can_endpoint(settings, std::move(*client), std::move(proof)));
  if (auto read = made->reload_credential(); !read) return read.error();
  return made;
}

result<void> can_endpoint::reload_credential() {
  auto read = credential_->reload();
  if (!read) return error{read.error().code, "endpoint " + settings_.name + ": " + read.error().message};
  return {};
}

void can_endpoint::send(http_request request, handler done) { send_with_credential(std::move(request), std::move(done), true); }

void can_endpoint::send_with_credential(http_request request, handler done, bool may_renew) {
  credential_->obtain(clock_now(), [self = shared_from_this(), request = std::move(request), done = std::move(done),
                                    may_renew](std::variant<credential::proof, exchange> got) mutable {
    if (auto* ended = std::get_if<exchange>(&got)) return done(std::move(*ended));
    self->send_proven(std::move(request), std::move(done), may_renew, std::get<credential::proof>(got));
  });
}

void can_endpoint::send_proven(http_request request, handler done, bool may_renew, const credential::proof& proof) {
  if (lines_of_ != proof.generation) {
    http::header_list headers = can::common_headers(settings_.tenant_id);
    headers.insert(headers.end(), proof.headers.begin(), proof.headers.end());
    lines_ = http::header_lines::make(headers).value();
    lines_of_ = proof.generation;
  }
  const auto sent = std::make_shared<const http_request>(std::move(request));
  client_->send(
      *sent, lines_,
      [self = shared_from_this(), sent, done = std::move(done), may_renew, generation = proof.generation](exchange reply) mutable {
        if (!refuses_credential(reply, clock_now())) {
          self->credential_->worked(generation);
        } else if (self->credential_->refused(generation) && may_renew) {
          return self->send_with_credential(*sent, std::move(done), false);
        }
        done(std::move(reply));
      });
}

}  // namespace partmark
