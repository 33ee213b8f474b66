#include "config/load.hpp"
#include "unit/config/support.hpp"
#include "unit/sqlite/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace partmark::config {
namespace {

using namespace std::chrono_literals;
using testing::load_good;
using testing::with;

constexpr const char* every_key = R"(
journal: { path: /j, poll_interval: 10ms, max_partitions_per_record: 1 }
state: { path: /s }
endpoints:
  - name: can
    url: https://can.example.com:8443/api/
    tenant_id: tn_597771
    auth: { type: ACCOUNT, value: someone }
    max_in_flight: 1000
    connect_timeout: 1ms
    request_timeout: 1h
    settle_time: 0
    verify_plans: true
    tls: { ca_file: /ca, client_cert_file: /c, client_key_file: /k, verify: false }
  - { name: second, url: "http://[::1]", tenant_id: t, auth: { type: TOKEN, app_id: id, app_secret: s3cret } }
plans:
  - { uuid: u1, name: "orders, täglich", endpoint: second, granularity: WEEK, kind: partitioned, run_type: MANUAL }
  - { uuid: u2, granularity: DAY }
  - { uuid: u3, kind: full_refresh }
  - { uuid: 007 }
tables:
  - { name: "starrocks.`default_catalog.schema`.p_order", endpoint: second }
  - name: a.`b`.c
delivery: { linger: 0s, max_ranges_per_request: 10000, reprobe_held: 30d }
triggers: { on_ambiguous: hold }
retry: { initial: 1.5s, max: 1500ms, multiplier: 1 }
circuit: { open_after: 1, probe_every: 1h }
drift: { check_every: 1d }
status: { listen: "[::1]:0", hosts: [Metrics.example.org, box_2] }
control: { socket: ./c.sock }
log: { level: trace, format: json }
)";

TEST(config, every_key_reaches_its_field) {
  const settings got = load_good(every_key, {.resolve_secrets = false, .credentials_directory = {}}).values;

  EXPECT_EQ(got.journal, (journal_settings{"/j", 10ms, 1}));
  EXPECT_EQ(got.state, (state_settings{"/s"}));
  ASSERT_EQ(got.endpoints.size(), 2U);
  const endpoint_settings first{"can",       {true, "can.example.com", 8443, "/api"},
                                "tn_597771", {auth_type::account, secret_source::from_text(secret("someone")), std::nullopt},
                                1000,        1ms,
                                1h,          0ms,
                                true,        {"/ca", "/c", "/k", false}};
  EXPECT_TRUE(got.endpoints[0] == first);
  EXPECT_EQ(got.endpoints[1].url, (endpoint_url{false, "::1", 80, ""}));
  EXPECT_EQ(got.endpoints[1].auth.type, auth_type::token);
  EXPECT_FALSE(got.endpoints[1].auth.value.has_value());
  ASSERT_TRUE(got.endpoints[1].auth.app.has_value());
  EXPECT_EQ(got.endpoints[1].auth.app->id, "id");
  EXPECT_EQ(got.endpoints[1].auth.app->app_secret.read()->reveal(), "s3cret");

  ASSERT_EQ(got.plans.size(), 4U);
  EXPECT_EQ(got.plans[0], (plan_settings{"u1", "orders, täglich", "second", granularity::week, plan_kind::partitioned, "MANUAL"}));
  ASSERT_EQ(got.tables.size(), 2U);
  EXPECT_EQ(got.tables[0], (table_settings{"starrocks.`default_catalog.schema`.p_order", "second"}));
  EXPECT_EQ(got.delivery, (delivery_settings{0ms, 10000, std::chrono::days(30)}));
  EXPECT_EQ(got.triggers, (trigger_settings{ambiguous_trigger::hold}));
  EXPECT_EQ(got.retry, (retry_settings{1500ms, 1500ms, 1.0}));
  EXPECT_EQ(got.circuit, (circuit_settings{1, 1h}));
  EXPECT_EQ(got.drift, (drift_settings{std::chrono::days(1)}));
  EXPECT_EQ(got.status.listen, (listen_address{"::1", 0}));
  EXPECT_EQ(got.status.hosts, (std::vector<std::string>{"metrics.example.org", "box_2"}));
  EXPECT_EQ(got.control, (control_settings{"./c.sock"}));
  EXPECT_EQ(got.log, (log_settings{log_level::trace, log_format::json}));
}

TEST(config, what_follows_from_other_keys_is_filled_in) {
  const settings got = load_good(every_key, {.resolve_secrets = false, .credentials_directory = {}}).values;
  EXPECT_EQ(got.plans[1], (plan_settings{"u2", "", "can", granularity::day, plan_kind::partitioned, std::nullopt}));
  EXPECT_EQ(got.plans[2], (plan_settings{"u3", "", "can", std::nullopt, plan_kind::full_refresh, std::nullopt}));
  EXPECT_EQ(got.plans[3], (plan_settings{"007", "", "can", std::nullopt, std::nullopt, std::nullopt}));
  EXPECT_EQ(got.tables[1], (table_settings{"a.`b`.c", "can"}));
}

TEST(config, sections_that_are_empty_or_absent_keep_their_defaults) {
  const settings bare = load_good(with("")).values;
  const settings empty = load_good(with("journal:\nstate: {}\nplans:\ntables: []\ndelivery:\nretry: ~\nstatus: null\nlog:\n")).values;
  EXPECT_TRUE(bare == empty);
  EXPECT_EQ(bare.retry, retry_settings{});
  EXPECT_EQ(bare.status.listen, (listen_address{"127.0.0.1", 9464}));
}

// By value (DESIGN §4.3): elsewhere the sample, the manual and the settings are only compared with one another.
TEST(config, what_a_file_leaves_out_is_as_the_design_says) {
  const settings bare = load_good(with("")).values;
  EXPECT_EQ(bare.journal, (journal_settings{"/var/lib/partmark/journal/journal.db", 5s, 100'000}));
  EXPECT_EQ(bare.state, (state_settings{"/var/lib/partmark/state/state.db"}));
  const endpoint_settings& endpoint = bare.endpoints.at(0);
  EXPECT_EQ(endpoint.max_in_flight, 8);
  EXPECT_EQ(endpoint.connect_timeout, 5s);
  EXPECT_EQ(endpoint.request_timeout, 30s);
  EXPECT_EQ(endpoint.settle_time, 60s);
  EXPECT_FALSE(endpoint.verify_plans);
  EXPECT_EQ(endpoint.tls, (tls_settings{"", "", "", true}));
  EXPECT_EQ(bare.delivery, (delivery_settings{200ms, 500, 1h}));
  EXPECT_EQ(bare.triggers, (trigger_settings{ambiguous_trigger::retry}));
  EXPECT_EQ(bare.retry, (retry_settings{500ms, 5min, 2.0}));
  EXPECT_EQ(bare.circuit, (circuit_settings{5, 10s}));
  EXPECT_EQ(bare.drift.check_every, std::nullopt);
  EXPECT_EQ(bare.status.listen, (listen_address{"127.0.0.1", 9464}));
  EXPECT_EQ(bare.control, (control_settings{"/run/partmark/control.sock"}));
  EXPECT_EQ(bare.log, (log_settings{log_level::info, log_format::automatic}));
}

TEST(config, off_turns_things_off) {
  const settings got = load_good(with("drift: { check_every: off }\nstatus: { listen: \"off\" }\n")).values;
  EXPECT_EQ(got.drift.check_every, std::nullopt);
  EXPECT_EQ(got.status.listen, std::nullopt);
}

TEST(config, a_file_on_disk_loads_like_its_text) {
  const partmark::testing::temporary_folder folder;
  const std::string path = testing::write_file(folder.path() / "c.yaml", with("log: { level: debug }\n"), 0644);
  EXPECT_EQ(load(path, {}).value().values.log.level, log_level::debug);
}

TEST(config, dangers_are_warnings_that_name_their_line) {
  const std::string text =
      "endpoints:\n"
      "  - { name: a, url: https://can, tenant_id: t, auth: { type: UID, value: u }, tls: { verify: false } }\n"
      "  - { name: b, url: http://can, tenant_id: t, auth: { type: APIKEY, value: s3cret } }\n"
      "  - { name: c, url: http://localhost, tenant_id: t, auth: { type: TOKEN, app_id: i, app_secret: s3cret }, tls: { ca_file: /ca } }\n"
      "status: { listen: 0.0.0.0:9464 }\n";
  EXPECT_EQ(load_good(text, {.resolve_secrets = false, .credentials_directory = {}}).warnings,
            (std::vector<std::string>{
                "f:2: endpoints[0].tls.verify: false: anyone on the way can pose as this endpoint and read its credentials",
                "f:3: endpoints[1].auth.value: (hidden): whoever reads this file has the secret: better value_file or value_credential",
                "f:3: endpoints[1].url: http://can: the APIKEY crosses the network unencrypted: use https",
                "f:4: endpoints[2].auth.app_secret: (hidden): whoever reads this file has the secret: better app_secret_file or "
                "app_secret_credential",
                "f:4: endpoints[2].tls: (section): it has no effect on an http url",
                "f:5: status.listen: 0.0.0.0: the status page and metrics answer whoever reaches this address, without a password",
            }));
}

TEST(config, what_is_safe_has_no_warnings) {
  EXPECT_EQ(load_good(with("")).warnings, std::vector<std::string>());
  EXPECT_EQ(load_good("endpoints: [ { name: a, url: http://can, tenant_id: t, auth: { type: UID, value: u } } ]\n"
                      "status: { listen: off }\n")
                .warnings,
            std::vector<std::string>());
}

TEST(config, problems_become_one_exception_where_a_caller_wants_one) {
  EXPECT_THROW(
      {
        try {
          (void)load_text("foo: 1\n", "f", {}).value();
        } catch (const std::runtime_error& e) {
          EXPECT_TRUE(std::string(e.what()).starts_with("f:1: foo: unknown key: expected one of journal, ")) << e.what();
          throw;
        }
      },
      std::runtime_error);
}

}  // namespace
}  // namespace partmark::config
