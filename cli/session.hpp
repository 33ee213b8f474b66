// What every command is given: where to write, and the configuration when it asks for it. Owned by main; one thread.
#pragma once

#include "cli/output.hpp"
#include "config/settings.hpp"
#include "core/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace partmark {

// The configuration cannot be used; main shows the messages and exits 78.
class configuration_failure : public std::runtime_error {
 public:
  explicit configuration_failure(std::vector<std::string> messages) : std::runtime_error("configuration"), messages_(std::move(messages)) {}
  [[nodiscard]] const std::vector<std::string>& messages() const { return messages_; }

 private:
  std::vector<std::string> messages_;
};

class session {
 public:
  session(std::string config_path, output& out, output& err) : config_path_(std::move(config_path)), out_(out), err_(err) {}

  // Loaded when first asked for, without reading any secret. Throws configuration_failure.
  const config::settings& settings();

  [[nodiscard]] output& out() { return out_; }
  [[nodiscard]] output& err() { return err_; }

  // "partmark: message" on standard error; the exit status that goes with it.
  int trouble(const error& e);
  int usage(std::string_view message);

 private:
  std::string config_path_;
  output& out_;
  output& err_;
  std::optional<config::settings> settings_;
};

}  // namespace partmark
