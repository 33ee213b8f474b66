#include "daemon/can_endpoint.hpp"

#include "can/requests.hpp"
#include "daemon/settings_map.hpp"

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

bool refuses_credential(const exchange& reply) {
  const auto* r = std::get_if<http_reply>(&reply);
  return r && (r->status == 401 || r->status == 403);
}

}  // namespace

result<std::shared_ptr<can_endpoint>> can_endpoint::make(boost::asio::io_context& io, const config::endpoint_settings& settings,
                                                         events& log) {
  auto client = http::client::make(io, client_settings_of(settings));
  if (!client) return client.error();
  std::shared_ptr<can_endpoint> made(new can_endpoint(settings, std::move(*client), log));
  if (auto read = made->reload_credential(); !read) return read.error();
  return made;
}

result<void> can_endpoint::reload_credential() {
  if (!settings_.auth.value) return {};
  auto read = settings_.auth.value->read();
  if (!read) return error{read.error().code, "endpoint " + settings_.name + ": " + read.error().message};
  value_ = std::move(*read);
  return {};
}

void can_endpoint::send(http_request request, handler done) { send_with_credential(std::move(request), std::move(done), true); }

void can_endpoint::send_with_credential(http_request request, handler done, bool may_renew) {
  http_request whole = request;
  whole.headers = can::common_headers(settings_.tenant_id);
  for (auto& header : can::auth_headers(auth_type_of(settings_.auth.type), value_.reveal())) whole.headers.push_back(std::move(header));
  client_->send(std::move(whole),
                [self = shared_from_this(), request = std::move(request), done = std::move(done), may_renew](exchange reply) mutable {
                  if (may_renew && refuses_credential(reply)) {
                    const auto refused = self->value_;
                    if (self->reload_credential() && !(self->value_ == refused))
                      return self->send_with_credential(std::move(request), std::move(done), false);
                  }
                  done(std::move(reply));
                });
}

void can_endpoint::conceal(verdict& v) const { can::conceal(v, value_.reveal()); }

}  // namespace partmark
