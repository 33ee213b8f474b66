// Certificates and server ends made on the spot, so that each TLS test says which flaw it is about.
#pragma once

#include <openssl/ssl.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace partmark::http {

struct free_openssl {
  void operator()(SSL_CTX* c) const { SSL_CTX_free(c); }
  void operator()(X509* x) const { X509_free(x); }
  void operator()(EVP_PKEY* k) const { EVP_PKEY_free(k); }
};
using unique_server_end = std::unique_ptr<SSL_CTX, free_openssl>;

struct certificate {
  std::unique_ptr<X509, free_openssl> x509;
  std::unique_ptr<EVP_PKEY, free_openssl> key;

  [[nodiscard]] std::string certificate_pem() const;
  [[nodiscard]] std::string key_pem(const std::string& password = "") const;
};

struct certificate_options {
  std::string subject = "can";
  std::string alternative_names = "DNS:can.example,IP:127.0.0.1,IP:::1";  // as openssl.cnf writes them; empty: none
  int valid_from_days = -1;
  int valid_to_days = 1;
};

// A certificate authority of the test's own.
class test_authority {
 public:
  explicit test_authority(const std::string& name = "test authority");

  [[nodiscard]] certificate issue(const certificate_options& options) const;
  [[nodiscard]] std::string certificate_pem() const { return own_.certificate_pem(); }
  [[nodiscard]] X509* x509() const { return own_.x509.get(); }

 private:
  certificate own_;
};

// What a server presents. With `clients`, it insists on a certificate of that authority.
[[nodiscard]] unique_server_end server_end(const certificate& c, int version = TLS1_3_VERSION, const test_authority* clients = nullptr);

// A folder for PEM files, gone with the test.
class pem_folder {
 public:
  pem_folder();
  ~pem_folder();
  pem_folder(const pem_folder&) = delete;
  pem_folder& operator=(const pem_folder&) = delete;

  // Writes the file and returns its path.
  [[nodiscard]] std::string file(std::string_view name, std::string_view content) const;

 private:
  std::filesystem::path path_;
};

}  // namespace partmark::http
