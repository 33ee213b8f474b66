#include "http/tls_session.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cassert>
#include <limits>
#include <new>
#include <string>

namespace partmark::http {

// OpenSSL's own socket BIO writes without MSG_NOSIGNAL, and nobody could count what it sent: so these go through tcp_socket.
struct bio_callbacks {
  static tls_session::carrier& carrier_of(BIO* bio) { return *static_cast<tls_session::carrier*>(BIO_get_data(bio)); }

  static int write(BIO* bio, const char* data, int size) {
    BIO_clear_retry_flags(bio);
    io_step step = carrier_of(bio).socket.write({data, static_cast<std::size_t>(size)});
    if (step.state == io_state::done) return static_cast<int>(step.bytes);
    if (step.state == io_state::want_write) BIO_set_retry_write(bio);
    if (step.state == io_state::failed) carrier_of(bio).problem = std::move(step.problem);
    return -1;
  }

  static int read(BIO* bio, char* room, int size) {
    BIO_clear_retry_flags(bio);
    BIO_clear_flags(bio, BIO_FLAGS_IN_EOF);
    io_step step = carrier_of(bio).socket.read({room, static_cast<std::size_t>(size)});
    if (step.state == io_state::done) return static_cast<int>(step.bytes);
    if (step.state == io_state::want_read) BIO_set_retry_read(bio);
    if (step.state == io_state::failed) carrier_of(bio).problem = std::move(step.problem);
    if (step.state != io_state::end) return -1;
    BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    return 0;
  }

  static long control(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_FLUSH) return 1;
    if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
    return 0;
  }

  static BIO_METHOD* make_method() {
    BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "partmark tcp_socket");
    if (method == nullptr) throw std::bad_alloc();
    BIO_meth_set_write(method, &bio_callbacks::write);
    BIO_meth_set_read(method, &bio_callbacks::read);
    BIO_meth_set_ctrl(method, &bio_callbacks::control);
    return method;
  }

  static BIO* make(tls_session::carrier& carrier) {
    static BIO_METHOD* const method = make_method();  // lives as long as the process, like OpenSSL's own
    BIO* bio = BIO_new(method);
    if (bio == nullptr) throw std::bad_alloc();
    BIO_set_data(bio, &carrier);
    BIO_set_init(bio, 1);
    return bio;
  }
};

namespace {

int as_int(std::size_t size) { return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max())); }

}  // namespace

tls_session::tls_session(unique_ssl ssl, tcp_socket& socket) : carrier_{socket, {}}, ssl_(std::move(ssl)) {
  BIO* const bio = bio_callbacks::make(carrier_);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_connect_state(ssl_.get());
}

std::string tls_session::failure_text() const {
  const unsigned long code = ERR_peek_error();
  if (ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) == SSL_R_CERTIFICATE_VERIFY_FAILED)
    return std::string("the server's certificate was refused: ") + X509_verify_cert_error_string(SSL_get_verify_result(ssl_.get()));
  if (ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
    return "the connection was cut without TLS's close_notify";
  if (!carrier_.problem.empty()) return carrier_.problem;
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return std::string("TLS: ") + (reason != nullptr ? reason : "the connection broke");
}

// What is left of earlier calls, in this thread's queue or from the socket, would be taken for this one's trouble.
void tls_session::begin() {
  ERR_clear_error();
  carrier_.problem.clear();
}

io_step tls_session::outcome(int returned) {
  switch (SSL_get_error(ssl_.get(), returned)) {
    case SSL_ERROR_WANT_READ:
      return {io_state::want_read, 0, {}};
    case SSL_ERROR_WANT_WRITE:
      return {io_state::want_write, 0, {}};
    case SSL_ERROR_ZERO_RETURN:
      return {io_state::end, 0, {}};
    default:
      break;
  }
  broken_ = true;
  io_step step{io_state::failed, 0, failure_text()};
  ERR_clear_error();
  return step;
}

io_step tls_session::handshake() {
  begin();
  const int returned = SSL_do_handshake(ssl_.get());
  if (returned == 1) return {io_state::done, 0, {}};
  io_step step = outcome(returned);
  if (step.state == io_state::end) step = {io_state::failed, 0, "the server closed the connection during the TLS handshake"};
  return step;
}

io_step tls_session::write(std::string_view bytes) {
  begin();
  const int returned = SSL_write(ssl_.get(), bytes.data(), as_int(bytes.size()));
  if (returned > 0) return {io_state::done, static_cast<std::size_t>(returned), {}};
  return outcome(returned);
}

io_step tls_session::read(std::span<char> room) {
  begin();
  const int returned = SSL_read(ssl_.get(), room.data(), as_int(room.size()));
  if (returned > 0) return {io_state::done, static_cast<std::size_t>(returned), {}};
  return outcome(returned);
}

bool tls_session::quiet() {
  begin();
  char byte = 0;
  const int returned = SSL_peek(ssl_.get(), &byte, 1);
  return returned <= 0 && outcome(returned).state == io_state::want_read;
}

void tls_session::close() {
  ERR_clear_error();
  // After a failure OpenSSL forbids SSL_shutdown, and the session is not to be trusted either.
  if (!broken_ && SSL_is_init_finished(ssl_.get()) == 1) SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

}  // namespace partmark::http
