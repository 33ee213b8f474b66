// What the configuration file says, checked: one plain struct a section, fields named as the file's keys, every default here and nowhere
// else. docs/config.md explains each key. Values, owned by whoever loaded them; compared on reload to see what changed.
#pragma once

#include "config/secret.hpp"
#include "core/calendar.hpp"
#include "core/clock.hpp"
#include "core/mark.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace partmark::config {

struct journal_settings {
  std::string path = "/var/lib/partmark/journal/journal.db";
  milliseconds poll_interval = std::chrono::seconds(5);  // the safety net below inotify
  std::int64_t max_partitions_per_record = 100'000;      // a record that spans more is rejected

  friend bool operator==(const journal_settings&, const journal_settings&) = default;
};

struct state_settings {
  std::string path = "/var/lib/partmark/state/state.db";

  friend bool operator==(const state_settings&, const state_settings&) = default;
};

// A checked http or https URL in parts.
struct endpoint_url {
  bool tls = false;
  std::string host;         // a name or an address; IPv6 without its brackets
  std::uint16_t port = 80;  // 443 with https, unless the URL says
  std::string base_path;    // what goes before CAN's paths: empty, or starts with '/' and does not end with one

  friend bool operator==(const endpoint_url&, const endpoint_url&) = default;
};

enum class auth_type : std::uint8_t { uid, account, apikey, token };

[[nodiscard]] std::string_view to_text(auth_type t);  // "UID", "ACCOUNT", "APIKEY", "TOKEN", as the auth-type header writes them

// With what the daemon fetches and renews tokens.
struct app_credentials {
  std::string id;
  secret_source app_secret;

  friend bool operator==(const app_credentials&, const app_credentials&) = default;
};

// Exactly one of `value` and `app` is there; `app` only with TOKEN.
struct auth_settings {
  auth_type type = auth_type::uid;
  std::optional<secret_source> value;  // what the auth-value header carries
  std::optional<app_credentials> app;

  friend bool operator==(const auth_settings&, const auth_settings&) = default;
};

struct tls_settings {
  std::string ca_file;           // PEM; empty: the system's store
  std::string client_cert_file;  // PEM; empty: no client certificate. Together with client_key_file or not at all
  std::string client_key_file;   // PEM
  bool verify = true;            // false accepts any server: load() warns

  friend bool operator==(const tls_settings&, const tls_settings&) = default;
};

struct endpoint_settings {
  std::string name;  // unique; letters, digits, '_', '.', '-'
  endpoint_url url;
  std::string tenant_id;  // 1 to 32 printable ASCII characters
  auth_settings auth;
  std::int64_t max_in_flight = 8;
  milliseconds connect_timeout = std::chrono::seconds(5);
  milliseconds request_timeout = std::chrono::seconds(30);
  milliseconds settle_time = std::chrono::seconds(60);  // how long after a lost reply the request may still be applied there
  bool verify_plans = false;                            // ask at start whether the configured plans exist there and are EXTERNAL
  tls_settings tls;

  friend bool operator==(const endpoint_settings&, const endpoint_settings&) = default;
};

// Kind and granularity that are not given are fixed by the plan's first valid record.
struct plan_settings {
  std::string uuid;      // unique
  std::string name;      // for people; empty: none
  std::string endpoint;  // the name of one; load() fills in the first endpoint's
  std::optional<partmark::granularity> granularity;
  std::optional<plan_kind> kind;        // load() fills in `partitioned` where a granularity is given; `full_refresh` never has one
  std::optional<std::string> run_type;  // sent where the record has none

  friend bool operator==(const plan_settings&, const plan_settings&) = default;
};

struct table_settings {
  std::string name;      // unique; CAN's composed name, at most 128 bytes: source.`catalog.schema`.table
  std::string endpoint;  // as for a plan

  friend bool operator==(const table_settings&, const table_settings&) = default;
};

struct delivery_settings {
  milliseconds linger{200};  // from the first pending partition to the push
  std::int64_t max_ranges_per_request = 500;
  milliseconds reprobe_held = std::chrono::hours(1);  // the longest pause between two tries of what was rejected

  friend bool operator==(const delivery_settings&, const delivery_settings&) = default;
};

enum class ambiguous_trigger : std::uint8_t { retry, hold };

struct trigger_settings {
  ambiguous_trigger on_ambiguous = ambiguous_trigger::retry;  // after a lost reply: trigger once more, or wait for a person

  friend bool operator==(const trigger_settings&, const trigger_settings&) = default;
};

// Full jitter, no limit on tries.
struct retry_settings {
  milliseconds initial{500};
  milliseconds max = std::chrono::minutes(5);  // never below initial
  double multiplier = 2.0;

  friend bool operator==(const retry_settings&, const retry_settings&) = default;
};

struct circuit_settings {
  std::int64_t open_after = 5;  // endpoint-level failures in a row
  milliseconds probe_every = std::chrono::seconds(10);

  friend bool operator==(const circuit_settings&, const circuit_settings&) = default;
};

struct drift_settings {
  std::optional<milliseconds> check_every;  // nullopt: off

  friend bool operator==(const drift_settings&, const drift_settings&) = default;
};

struct listen_address {
  std::string address = "127.0.0.1";  // IPv4 or IPv6, without brackets
  std::uint16_t port = 9464;          // 0: any free one

  friend bool operator==(const listen_address&, const listen_address&) = default;
};

struct status_settings {
  std::optional<listen_address> listen = listen_address{};  // nullopt: off
  std::vector<std::string> hosts;                           // further names that a request's Host may give; small letters

  friend bool operator==(const status_settings&, const status_settings&) = default;
};

struct control_settings {
  std::string socket = "/run/partmark/control.sock";

  friend bool operator==(const control_settings&, const control_settings&) = default;
};

enum class log_level : std::uint8_t { trace, debug, info, warn, error };
enum class log_format : std::uint8_t { automatic, logfmt, json, journald };

struct log_settings {
  log_level level = log_level::info;
  log_format format = log_format::automatic;  // journald under systemd, else logfmt

  friend bool operator==(const log_settings&, const log_settings&) = default;
};

struct settings {
  journal_settings journal;
  state_settings state;
  std::vector<endpoint_settings> endpoints;  // at least one; the first is the default
  std::vector<plan_settings> plans;
  std::vector<table_settings> tables;
  delivery_settings delivery;
  trigger_settings triggers;
  retry_settings retry;
  circuit_settings circuit;
  drift_settings drift;
  status_settings status;
  control_settings control;
  log_settings log;

  friend bool operator==(const settings&, const settings&) = default;
};

}  // namespace partmark::config
