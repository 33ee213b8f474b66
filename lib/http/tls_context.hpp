// What all TLS connections of one client share: trusted roots, the client's certificate, and the sessions to resume.
// Made at start-up; shared by the client and its connections; the io_context's thread only.
#pragma once

#include "core/result.hpp"
#include "http/client_settings.hpp"

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <vector>

namespace partmark::http {

struct free_ssl {
  void operator()(SSL* s) const { SSL_free(s); }
  void operator()(SSL_CTX* c) const { SSL_CTX_free(c); }
  void operator()(SSL_SESSION* s) const { SSL_SESSION_free(s); }
};
using unique_ssl = std::unique_ptr<SSL, free_ssl>;

class tls_context {
 public:
  // errc::invalid with the file's name when a certificate or key cannot be read or does not fit.
  [[nodiscard]] static result<std::shared_ptr<tls_context>> make(const tls_settings& settings, const endpoint_address& address);

  ~tls_context();
  tls_context(const tls_context&) = delete;
  tls_context& operator=(const tls_context&) = delete;

  // Reads the files anew, for the connections that follow; after an error everything is as before. Errors as make()'s.
  result<void> configure(const tls_settings& settings);

  // A client's end of a new connection to the endpoint, resuming the latest session there is. Null when memory is short.
  // The context must outlive it.
  [[nodiscard]] unique_ssl open();

 private:
  explicit tls_context(const endpoint_address& address);
  static int on_new_session(SSL* ssl, SSL_SESSION* session);

  std::unique_ptr<SSL_CTX, free_ssl> context_;
  std::string host_;
  bool host_is_ip_;
  std::vector<std::unique_ptr<SSL_SESSION, free_ssl>> sessions_;  // newest last
};

}  // namespace partmark::http
