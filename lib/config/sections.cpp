#include "config/sections.hpp"

#include "config/auth.hpp"
#include "core/completion.hpp"

#include <sys/un.h>

#include <chrono>

namespace partmark::config {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t path_bytes_max = 4095;
constexpr std::size_t socket_path_bytes_max = sizeof(sockaddr_un::sun_path) - 1;
constexpr milliseconds day = 24h;

schema<journal_settings> journal_keys() {
  using s = journal_settings;
  return {
      value("path", &s::path, file_path(path_bytes_max)),
      value("poll_interval", &s::poll_interval, duration_between(10ms, 1h)),
      value("max_partitions_per_record", &s::max_partitions_per_record, whole_number_between(1, 1'000'000'000)),
  };
}

schema<tls_settings> tls_keys() {
  using s = tls_settings;
  return {
      value("ca_file", &s::ca_file, secret_file_path()),
      value("client_cert_file", &s::client_cert_file, secret_file_path()),
      value("client_key_file", &s::client_key_file, secret_file_path()),
      value("verify", &s::verify, true_or_false()),
  };
}

schema<endpoint_settings> endpoint_keys() {
  using s = endpoint_settings;
  return {
      value("name", &s::name, word(64), presence::required),
      value("url", &s::url, web_address(), presence::required),
      value("tenant_id", &s::tenant_id, header_text(32), presence::required),
      auth_section(),
      value("max_in_flight", &s::max_in_flight, whole_number_between(1, 1000)),
      value("connect_timeout", &s::connect_timeout, duration_between(1ms, 10min)),
      value("request_timeout", &s::request_timeout, duration_between(1ms, 1h)),
      value("settle_time", &s::settle_time, duration_between(0ms, day)),
      value("verify_plans", &s::verify_plans, true_or_false()),
      section("tls", &s::tls, tls_keys()),
  };
}

schema<plan_settings> plan_keys() {
  using s = plan_settings;
  return {
      value("uuid", &s::uuid, printable_text(plan_name_bytes_max), presence::required),
      value("name", &s::name, printable_text(128)),
      value("endpoint", &s::endpoint, word(64)),
      value("granularity", &s::granularity,
            one_of_values({granularity::minute, granularity::hour, granularity::day, granularity::week, granularity::month,
                           granularity::quarter, granularity::year})),
      value("kind", &s::kind, one_of_values({plan_kind::partitioned, plan_kind::full_refresh})),
      value("run_type", &s::run_type, word(32)),
  };
}

schema<table_settings> table_keys() {
  using s = table_settings;
  return {
      value("name", &s::name, table_name(), presence::required),
      value("endpoint", &s::endpoint, word(64)),
  };
}

schema<delivery_settings> delivery_keys() {
  using s = delivery_settings;
  return {
      value("linger", &s::linger, duration_between(0ms, 1h)),
      value("max_ranges_per_request", &s::max_ranges_per_request, whole_number_between(1, 10'000)),
      value("reprobe_held", &s::reprobe_held, duration_between(10ms, 30 * day)),
  };
}

schema<trigger_settings> trigger_keys() {
  return {value("on_ambiguous", &trigger_settings::on_ambiguous,
                one_of<ambiguous_trigger>({{"retry", ambiguous_trigger::retry}, {"hold", ambiguous_trigger::hold}}))};
}

schema<retry_settings> retry_keys() {
  using s = retry_settings;
  return {
      value("initial", &s::initial, duration_between(1ms, 1h)),
      value("max", &s::max, duration_between(1ms, day)),
      value("multiplier", &s::multiplier, number_between(1, 100)),
  };
}

schema<circuit_settings> circuit_keys() {
  using s = circuit_settings;
  return {
      value("open_after", &s::open_after, whole_number_between(1, 1'000'000)),
      value("probe_every", &s::probe_every, duration_between(10ms, 1h)),
  };
}

schema<drift_settings> drift_keys() { return {value("check_every", &drift_settings::check_every, duration_or_off(1s, 365 * day))}; }

schema<log_settings> log_keys() {
  using s = log_settings;
  return {
      value("level", &s::level,
            one_of<log_level>({{"trace", log_level::trace},
                               {"debug", log_level::debug},
                               {"info", log_level::info},
                               {"warn", log_level::warn},
                               {"error", log_level::error}})),
      value("format", &s::format,
            one_of<log_format>({{"auto", log_format::automatic},
                                {"logfmt", log_format::logfmt},
                                {"json", log_format::json},
                                {"journald", log_format::journald}})),
  };
}

schema<settings> all_keys() {
  using s = settings;
  return {
      section("journal", &s::journal, journal_keys()),
      section("state", &s::state, {value("path", &state_settings::path, file_path(path_bytes_max))}),
      section_list("endpoints", &s::endpoints, endpoint_keys()),
      section_list("plans", &s::plans, plan_keys()),
      section_list("tables", &s::tables, table_keys()),
      section("delivery", &s::delivery, delivery_keys()),
      section("triggers", &s::triggers, trigger_keys()),
      section("retry", &s::retry, retry_keys()),
      section("circuit", &s::circuit, circuit_keys()),
      section("drift", &s::drift, drift_keys()),
      section("status", &s::status,
              {value("listen", &status_settings::listen, listen_or_off()), value("hosts", &status_settings::hosts, host_names(32))}),
      section("control", &s::control, {value("socket", &control_settings::socket, file_path(socket_path_bytes_max))}),
      section("log", &s::log, log_keys()),
  };
}

}  // namespace

const schema<settings>& file_schema() {
  static const schema<settings> keys = all_keys();
  return keys;
}

}  // namespace partmark::config
