// A credential whose value the configuration gives. One from a file is read anew when it is refused, for somebody may have renewed it.
#pragma once

#include "can/auth.hpp"
#include "config/secret.hpp"
#include "daemon/credential.hpp"

#include <string>
#include <vector>

namespace partmark {

class fixed_credential final : public credential {
 public:
  // Empty until reload().
  fixed_credential(can::auth_type type, config::secret_source source) : type_(type), source_(std::move(source)) {}

  [[nodiscard]] const proof* current(now /*t*/) override { return &proof_; }
  void obtain(now /*t*/, handler ready) override { ready(proof_); }
  bool refused(std::uint64_t generation) override;
  void worked(std::uint64_t /*generation*/) override {}
  [[nodiscard]] std::vector<std::string> secrets() const override;
  result<void> reload() override;

 private:
  can::auth_type type_;
  config::secret_source source_;
  config::secret value_;
  proof proof_;
};

}  // namespace partmark
