#include "unit/http/test_certificates.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include <fstream>
#include <functional>
#include <stdexcept>

namespace partmark::http {
namespace {

void must(bool good, const char* what) {
  if (!good) throw std::runtime_error(what);
}

std::string written(const std::function<int(BIO*)>& write) {
  const std::unique_ptr<BIO, int (*)(BIO*)> bio(BIO_new(BIO_s_mem()), BIO_free);
  must(write(bio.get()) == 1, "PEM");
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

void extend(X509* x, int what, const std::string& value) {
  const std::unique_ptr<X509_EXTENSION, void (*)(X509_EXTENSION*)> e(X509V3_EXT_conf_nid(nullptr, nullptr, what, value.c_str()),
                                                                     X509_EXTENSION_free);
  must(e && X509_add_ext(x, e.get(), -1) == 1, "extension");
}

// Everything but the issuer, the extensions and the signature.
certificate unsigned_certificate(const certificate_options& options) {
  static long serial = 1;
  constexpr long day = 24 * 60 * 60;
  certificate c{std::unique_ptr<X509, free_openssl>(X509_new()), std::unique_ptr<EVP_PKEY, free_openssl>(EVP_EC_gen("P-256"))};
  must(c.x509 && c.key, "key");
  X509* const x = c.x509.get();
  X509_set_version(x, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x), serial++);
  X509_gmtime_adj(X509_getm_notBefore(x), options.valid_from_days * day);
  X509_gmtime_adj(X509_getm_notAfter(x), options.valid_to_days * day);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(options.subject.c_str()),
                             -1, -1, 0);
  must(X509_set_pubkey(x, c.key.get()) == 1, "public key");
  return c;
}

}  // namespace

std::string certificate::certificate_pem() const {
  return written([this](BIO* b) { return PEM_write_bio_X509(b, x509.get()); });
}

std::string certificate::key_pem(const std::string& password) const {
  const EVP_CIPHER* cipher = password.empty() ? nullptr : EVP_aes_256_cbc();
  return written([&](BIO* b) {
    return PEM_write_bio_PKCS8PrivateKey(b, key.get(), cipher, password.data(), static_cast<int>(password.size()), nullptr, nullptr);
  });
}

test_authority::test_authority(const std::string& name) : own_(unsigned_certificate({.subject = name})) {
  X509* const x = own_.x509.get();
  X509_set_issuer_name(x, X509_get_subject_name(x));
  extend(x, NID_basic_constraints, "critical,CA:TRUE");
  extend(x, NID_key_usage, "critical,keyCertSign,cRLSign");
  must(X509_sign(x, own_.key.get(), EVP_sha256()) > 0, "sign");
}

certificate test_authority::issue(const certificate_options& options) const {
  certificate c = unsigned_certificate(options);
  X509_set_issuer_name(c.x509.get(), X509_get_subject_name(own_.x509.get()));
  if (!options.alternative_names.empty()) extend(c.x509.get(), NID_subject_alt_name, options.alternative_names);
  must(X509_sign(c.x509.get(), own_.key.get(), EVP_sha256()) > 0, "sign");
  return c;
}

unique_server_end server_end(const certificate& c, int version, const test_authority* clients) {
  unique_server_end end(SSL_CTX_new(TLS_server_method()));
  must(end != nullptr, "server end");
  // Below security level 1 OpenSSL even speaks TLS 1.1, for the test that refuses it.
  if (version < TLS1_2_VERSION) SSL_CTX_set_security_level(end.get(), 0);
  must(SSL_CTX_set_min_proto_version(end.get(), version) == 1 && SSL_CTX_set_max_proto_version(end.get(), version) == 1, "version");
  must(SSL_CTX_use_certificate(end.get(), c.x509.get()) == 1 && SSL_CTX_use_PrivateKey(end.get(), c.key.get()) == 1, "certificate");
  static constexpr unsigned char name[] = "partmark tests";
  SSL_CTX_set_session_id_context(end.get(), name, sizeof name);
  if (clients != nullptr) {
    must(X509_STORE_add_cert(SSL_CTX_get_cert_store(end.get()), clients->x509()) == 1, "clients' authority");
    SSL_CTX_set_verify(end.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  return end;
}

pem_folder::pem_folder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "partmark-pem-XXXXXX").string();
  must(::mkdtemp(pattern.data()) != nullptr, "mkdtemp");
  path_ = pattern;
}

pem_folder::~pem_folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string pem_folder::file(std::string_view name, std::string_view content) const {
  const auto path = path_ / name;
  std::ofstream(path) << content;
  return path.string();
}

}  // namespace partmark::http
