#include "http/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>

namespace partmark::http {
namespace {

// A server hands out two TLS 1.3 tickets a connection; more than these would only grow old.
constexpr std::size_t sessions_max = 8;

// Empties OpenSSL's queue; the last entry, the outermost, reads best.
std::string openssl_reason() {
  std::string reason;
  while (const unsigned long code = ERR_get_error()) {
    if (const char* text = ERR_reason_error_string(code)) reason = text;
  }
  return reason.empty() ? "unknown reason" : reason;
}

error unusable(const char* key, const std::string& file) {
  return {errc::invalid, std::string(key) + ": " + file + ": " + openssl_reason() + "; expected a readable PEM file"};
}

// Without this, OpenSSL would ask at a terminal.
int no_password(char*, int, int, void*) { return -1; }

}  // namespace

tls_context::tls_context(const endpoint_address& address) : host_(address.host), host_is_ip_(address.is_ip()) {
  while (host_.ends_with('.')) host_.pop_back();  // a rooted name's certificate and SNI have no dot
}

tls_context::~tls_context() = default;

result<std::shared_ptr<tls_context>> tls_context::make(const tls_settings& settings, const endpoint_address& address) {
  std::shared_ptr<tls_context> made(new tls_context(address));
  if (const auto configured = made->configure(settings); !configured) return configured.error();
  return made;
}

result<void> tls_context::configure(const tls_settings& settings) {
  ERR_clear_error();
  decltype(context_) fresh(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* const c = fresh.get();
  if (c == nullptr) return error{errc::invalid, "tls: OpenSSL cannot start: " + openssl_reason()};
  SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION);
  SSL_CTX_set_options(c, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(c, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_default_passwd_cb(c, no_password);
  SSL_CTX_set_verify(c, settings.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  static constexpr std::array<unsigned char, 9> alpn{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  SSL_CTX_set_alpn_protos(c, alpn.data(), alpn.size());

  if (settings.ca_file.empty()) {
    if (SSL_CTX_set_default_verify_paths(c) != 1) return error{errc::invalid, "tls: the system's certificates: " + openssl_reason()};
  } else if (SSL_CTX_load_verify_file(c, settings.ca_file.c_str()) != 1) {
    return unusable("tls.ca_file", settings.ca_file);
  }
  if (!settings.client_cert_file.empty()) {
    const std::string& key = settings.client_key_file.empty() ? settings.client_cert_file : settings.client_key_file;
    if (SSL_CTX_use_certificate_chain_file(c, settings.client_cert_file.c_str()) != 1)
      return unusable("tls.client_cert_file", settings.client_cert_file);
    if (SSL_CTX_use_PrivateKey_file(c, key.c_str(), SSL_FILETYPE_PEM) != 1) return unusable("tls.client_key_file", key);
    if (SSL_CTX_check_private_key(c) != 1)
      return error{errc::invalid,
                   "tls.client_key_file: " + key + ": is not the key of " + settings.client_cert_file + "; expected its key"};
  }

  SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_set_app_data(c, this);
  SSL_CTX_sess_set_new_cb(c, &tls_context::on_new_session);
  context_ = std::move(fresh);
  sessions_.clear();  // each stands for a certificate that was verified as was configured then
  return {};
}

int tls_context::on_new_session(SSL* ssl, SSL_SESSION* session) {
  auto* self = static_cast<tls_context*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  if (SSL_get_SSL_CTX(ssl) != self->context_.get()) return 0;  // of a connection from before a configure()
  if (self->sessions_.size() >= sessions_max) self->sessions_.erase(self->sessions_.begin());
  self->sessions_.emplace_back(session);
  return 1;  // the reference is ours now
}

unique_ssl tls_context::open() {
  ERR_clear_error();
  unique_ssl ssl(SSL_new(context_.get()));
  if (!ssl) return nullptr;
  bool named = false;
  if (host_is_ip_) {
    named = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), host_.c_str()) == 1;
  } else {
    SSL_set_hostflags(ssl.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    named = SSL_set1_host(ssl.get(), host_.c_str()) == 1 && SSL_set_tlsext_host_name(ssl.get(), host_.c_str()) == 1;
  }
  if (!named) return nullptr;
  if (!sessions_.empty()) {
    SSL_SESSION* const latest = sessions_.back().get();
    SSL_set_session(ssl.get(), latest);
    // A TLS 1.3 ticket is for one use (RFC 8446 C.4); a TLS 1.2 session may be used again.
    if (SSL_SESSION_get_protocol_version(latest) >= TLS1_3_VERSION) sessions_.pop_back();
  }
  return ssl;
}

}  // namespace partmark::http
