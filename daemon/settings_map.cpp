#include "daemon/settings_map.hpp"

namespace partmark {

http::client_settings client_settings_of(const config::endpoint_settings& e) {
  http::client_settings out;
  out.address.https = e.url.tls;
  out.address.host = e.url.host;
  out.address.port = e.url.port;
  out.address.base_path = e.url.base_path;
  out.tls = {e.tls.ca_file, e.tls.client_cert_file, e.tls.client_key_file, e.tls.verify};
  out.connections_max = static_cast<std::size_t>(e.max_in_flight);
  out.connect_timeout = e.connect_timeout;
  out.request_timeout = e.request_timeout;
  return out;
}

log_options log_options_of(const config::log_settings& l) {
  log_options out;
  switch (l.level) {
    case config::log_level::trace:
    case config::log_level::debug:
      out.least = severity::debug;
      break;
    case config::log_level::info:
      out.least = severity::info;
      break;
    case config::log_level::warn:
      out.least = severity::warning;
      break;
    case config::log_level::error:
      out.least = severity::error;
      break;
  }
  const bool under_systemd = stderr_is_journal();
  switch (l.format) {
    case config::log_format::automatic:
      out.format = under_systemd ? log_format::journald : log_format::logfmt;
      break;
    case config::log_format::logfmt:
      out.format = log_format::logfmt;
      break;
    case config::log_format::json:
      out.format = log_format::json;
      break;
    case config::log_format::journald:
      out.format = log_format::journald;
      break;
  }
  out.priority_prefix = under_systemd && out.format != log_format::journald;
  return out;
}

}  // namespace partmark
