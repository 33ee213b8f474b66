#include "config/load.hpp"
#include "unit/config/support.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace partmark::config {
namespace {

using testing::problems_of;
using testing::with;

struct bad_section {
  std::string text;     // from line 6 of an otherwise good file
  std::string problem;  // without the file's name
};

void expect_problem(const bad_section& bad) { EXPECT_EQ(problems_of(with(bad.text)), std::vector{"f:" + bad.problem}) << bad.text; }

TEST(bad_config, values_of_a_wrong_type_or_out_of_range_say_what_was_expected) {
  const bad_section cases[] = {
      {"journal: { path: \"\" }", "6: journal.path: \"\": expected a file's path of at most 4095 bytes"},
      {"journal: { path: }", "6: journal.path: (empty): expected a file's path of at most 4095 bytes"},
      {"journal: { path: [a] }", "6: journal.path: (list): expected a file's path of at most 4095 bytes"},
      {"journal: { path: \"a\\nb\" }", "6: journal.path: a?b: expected a file's path of at most 4095 bytes"},
      {"journal: { poll_interval: 9ms }", "6: journal.poll_interval: 9ms: expected a duration from 10ms to 1h, such as 200ms, 5s or 1h"},
      {"journal: { poll_interval: off }", "6: journal.poll_interval: off: expected a duration from 10ms to 1h, such as 200ms, 5s or 1h"},
      {"journal:\n  max_partitions_per_record: 0", "7: journal.max_partitions_per_record: 0: expected a whole number from 1 to 1000000000"},
      {"journal:\n  max_partitions_per_record: \"5\"",
       "7: journal.max_partitions_per_record: 5: expected a whole number from 1 to 1000000000"},
      {"delivery: { linger: 5 }", "6: delivery.linger: 5: expected a duration from 0 to 1h, such as 200ms, 5s or 1h"},
      {"delivery: { linger: -1s }", "6: delivery.linger: -1s: expected a duration from 0 to 1h, such as 200ms, 5s or 1h"},
      {"delivery: { max_ranges_per_request: 10001 }", "6: delivery.max_ranges_per_request: 10001: expected a whole number from 1 to 10000"},
      {"delivery: { max_ranges_per_request: 5.0 }", "6: delivery.max_ranges_per_request: 5.0: expected a whole number from 1 to 10000"},
      {"delivery: { max_ranges_per_request: 010 }", "6: delivery.max_ranges_per_request: 010: expected a whole number from 1 to 10000"},
      {"delivery: { max_ranges_per_request: 99999999999999999999 }",
       "6: delivery.max_ranges_per_request: 99999999999999999999: expected a whole number from 1 to 10000"},
      {"delivery: { reprobe_held: 31d }", "6: delivery.reprobe_held: 31d: expected a duration from 10ms to 30d, such as 200ms, 5s or 1h"},
      {"triggers: { on_ambiguous: Retry }", "6: triggers.on_ambiguous: Retry: expected one of retry, hold"},
      {"retry: { multiplier: 0.99 }", "6: retry.multiplier: 0.99: expected a number from 1.0 to 100.0"},
      {"retry: { multiplier: .nan }", "6: retry.multiplier: .nan: expected a number from 1.0 to 100.0"},
      {"retry: { multiplier: nan }", "6: retry.multiplier: nan: expected a number from 1.0 to 100.0"},
      {"retry: { initial: 0 }", "6: retry.initial: 0: expected a duration from 1ms to 1h, such as 200ms, 5s or 1h"},
      {"circuit: { open_after: many }", "6: circuit.open_after: many: expected a whole number from 1 to 1000000"},
      {"drift: { check_every: false }", "6: drift.check_every: false: expected off or a duration from 1s to 365d, such as 200ms, 5s or 1h"},
      {"status: { hosts: [ok.example.org, 'http://x'] }",
       "6: status.hosts: (list): expected a list of at most 32 host names without port, such as [metrics.example.org]"},
      {"status: { hosts: metrics.example.org }",
       "6: status.hosts: metrics.example.org: expected a list of at most 32 host names without port, such as [metrics.example.org]"},
      {"status: { listen: localhost:9464 }",
       "6: status.listen: localhost:9464: expected off or an IP address and a port, such as 127.0.0.1:9464 or \"[::1]:9464\""},
      {"control: { socket: /" + std::string(107, 's') + " }",
       "6: control.socket: /" + std::string(76, 's') + "…: expected a file's path of at most 107 bytes"},
      {"log: { level: verbose }", "6: log.level: verbose: expected one of trace, debug, info, warn, error"},
      {"log: { format: text }", "6: log.format: text: expected one of auto, logfmt, json, journald"},
  };
  for (const auto& each : cases) expect_problem(each);
}

TEST(bad_config, keys_and_sections_that_mean_nothing_are_named) {
  const bad_section cases[] = {
      {"\"jour\\enal\": {}", "6: jour?nal: unknown key: expected journal"},
      {"jornal: {}", "6: jornal: unknown key: expected journal"},
      {"log:\n  lvel: info", "7: log.lvel: unknown key: expected level"},
      {"log: { colour: red }", "6: log.colour: unknown key: expected one of level, format"},
      {"retry: { max: 1m, max: 2m }", "6: retry.max: repeated key: expected once, but line 6 has it too"},
      {"retry: { max: 1m }\nlog: {}\nretry: { max: 2m }", "8: retry: repeated key: expected once, but line 6 has it too"},
      {"retry: { [max]: 1m }", "6: retry: key that is no text: expected one of initial, max, multiplier"},
      {"retry: 5m", "6: retry: (hidden): expected a section with the keys initial, max, multiplier"},
      {"retry: [5m]", "6: retry: (list): expected a section with the keys initial, max, multiplier"},
      {"plans: { uuid: u }", "6: plans: (section): expected a list of sections, each beginning with '-'"},
      {"plans: many", "6: plans: many: expected a list of sections, each beginning with '-'"},
      {"plans: [ u ]", "6: plans[0]: (hidden): expected a section with the keys uuid, name, endpoint, granularity, kind, run_type"},
      {"<<: { log: {} }",
       "6: (hidden): unknown key: expected one of journal, state, endpoints, plans, tables, delivery, triggers, retry, circuit, drift, "
       "status, control, log"},
  };
  for (const auto& each : cases) expect_problem(each);
}

TEST(bad_config, plans_and_tables_must_make_sense_together) {
  const bad_section cases[] = {
      {"plans:\n  - name: x", "7: plans[0].uuid: (missing): expected a text of 1 to 256 bytes without control characters"},
      {"plans:\n  -", "7: plans[0].uuid: (missing): expected a text of 1 to 256 bytes without control characters"},
      {"plans: [ { uuid: \"\" } ]", "6: plans[0].uuid: \"\": expected a text of 1 to 256 bytes without control characters"},
      {"plans: [ { uuid: " + std::string(257, 'u') + " } ]",
       "6: plans[0].uuid: " + std::string(77, 'u') + "…: expected a text of 1 to 256 bytes without control characters"},
      {"plans:\n  - uuid: a\n  - uuid: b\n  - uuid: a", "9: plans[2].uuid: a: expected another: plans[0].uuid on line 7 has it"},
      {"plans: [ { uuid: a, endpoint: cam } ]", "6: plans[0].endpoint: cam: expected the name of an endpoint: can"},
      {"plans: [ { uuid: a, granularity: day } ]",
       "6: plans[0].granularity: day: expected one of MINUTE, HOUR, DAY, WEEK, MONTH, QUARTER, YEAR"},
      {"plans: [ { uuid: a, kind: full } ]", "6: plans[0].kind: full: expected one of partitioned, full_refresh"},
      {"plans:\n  - uuid: a\n    kind: full_refresh\n    granularity: DAY",
       "9: plans[0].granularity: DAY: expected none with kind full_refresh"},
      {"plans: [ { uuid: a, run_type: \"a b\" } ]", "6: plans[0].run_type: a b: expected 1 to 32 letters, digits, '_', '.' or '-'"},
      {"tables: [ { name: a.`b`.c }, { name: a.`b`.c } ]", "6: tables[1].name: a.`b`.c: expected another: tables[0].name on line 6 has it"},
      {"tables: [ { name: a.`b`.c, endpoint: x } ]", "6: tables[0].endpoint: x: expected the name of an endpoint: can"},
      {"retry: { initial: 2s, max: 1s }", "6: retry.max: 1s: expected retry.initial not to exceed retry.max (2s, 1s)"},
      {"retry: { initial: 1h }", "6: retry.initial: 1h: expected retry.initial not to exceed retry.max (1h, 5m)"},
      {"journal: { path: /tmp/x/../j.db }\nstate: { path: /tmp/j.db }",
       "7: state.path: /tmp/j.db: expected another file than journal.path"},
      {"control: { socket: /tmp/j }\njournal: { path: /tmp/j }", "6: control.socket: /tmp/j: expected another file than journal.path"},
  };
  for (const auto& each : cases) expect_problem(each);
}

TEST(bad_config, a_table_without_its_full_name_is_refused) {
  for (const std::string name : {"p_order", "starrocks.p_order", ".`b`.c", "a.``.c", "a.`b`.", "a.`b`c", "a`b`.c", "a.`b`.`c`", "a.`b.c"}) {
    expect_problem({"tables: [ { name: \"" + name + "\" } ]",
                    "6: tables[0].name: " + name +
                        ": expected a table's full name of at most 128 bytes, such as starrocks.`default_catalog.schema`.p_order"});
  }
  EXPECT_EQ(problems_of(with("tables: [ { name: \"a.`b`." + std::string(122, 'c') + "\" } ]")).size(), 0U);
  EXPECT_EQ(problems_of(with("tables: [ { name: \"a.`b`." + std::string(123, 'c') + "\" } ]")).size(), 1U);
}

TEST(bad_config, endpoints_are_needed_whole) {
  EXPECT_EQ(problems_of(""), std::vector<std::string>{"f:1: endpoints: (missing): expected at least one endpoint"});
  EXPECT_EQ(problems_of("log: {}\nendpoints:\n"), std::vector<std::string>{"f:2: endpoints: (empty): expected at least one endpoint"});
  EXPECT_EQ(problems_of("endpoints:\n\n  - max_in_flight: 0\n"),
            (std::vector<std::string>{
                "f:3: endpoints[0].name: (missing): expected 1 to 64 letters, digits, '_', '.' or '-'",
                "f:3: endpoints[0].url: (missing): expected http:// or https://, a host, and at most a port and a path (no user, query or "
                "fragment)",
                "f:3: endpoints[0].tenant_id: (missing): expected 1 to 32 printable ASCII characters without blanks at the ends",
                "f:3: endpoints[0].auth: (missing): expected a section with the keys type and value",
                "f:3: endpoints[0].max_in_flight: 0: expected a whole number from 1 to 1000",
            }));
  EXPECT_EQ(problems_of("endpoints:\n"
                        "  - { name: a, url: http://h, tenant_id: t, auth: { type: UID, value: u } }\n"
                        "  - { name: a, url: ftp://h, tenant_id: " +
                        std::string(33, 't') + ", auth: { type: UID, value: u } }\n"),
            (std::vector<std::string>{
                "f:3: endpoints[1].url: ftp://h: expected http:// or https://, a host, and at most a port and a path (no user, query or "
                "fragment)",
                "f:3: endpoints[1].tenant_id: " + std::string(33, 't') +
                    ": expected 1 to 32 printable ASCII characters without blanks at the ends",
                "f:3: endpoints[1].name: a: expected another: endpoints[0].name on line 2 has it",
            }));
}

TEST(bad_config, all_errors_come_at_once_in_the_files_order) {
  EXPECT_EQ(problems_of("log: { level: loud, format: 1 }\n"
                        "plans:\n"
                        "  - { uuid: a, endpoint: gone, granularity: D }\n"
                        "  - { uuid: a }\n"
                        "endpoints:\n"
                        "  - name: can\n"
                        "    url: http://h\n"
                        "    tenant_id: t\n"
                        "    auth: { type: UID, value: u }\n"
                        "    settle_time: 2d\n"
                        "    settle_time: 2s\n"
                        "state: { path: }\n"
                        "foo: bar\n"),
            (std::vector<std::string>{
                "f:1: log.level: loud: expected one of trace, debug, info, warn, error",
                "f:1: log.format: 1: expected one of auto, logfmt, json, journald",
                "f:3: plans[0].granularity: D: expected one of MINUTE, HOUR, DAY, WEEK, MONTH, QUARTER, YEAR",
                "f:3: plans[0].endpoint: gone: expected the name of an endpoint: can",
                "f:4: plans[1].uuid: a: expected another: plans[0].uuid on line 3 has it",
                "f:10: endpoints[0].settle_time: 2d: expected a duration from 0 to 1d, such as 200ms, 5s or 1h",
                "f:11: endpoints[0].settle_time: repeated key: expected once, but line 10 has it too",
                "f:12: state.path: (empty): expected a file's path of at most 4095 bytes",
                "f:13: foo: unknown key: expected one of journal, state, endpoints, plans, tables, delivery, triggers, retry, circuit, "
                "drift, status, "
                "control, log",
            }));
}

TEST(bad_config, one_error_does_not_breed_others) {
  // The plans' endpoint cannot be judged where an endpoint's own name is wrong.
  EXPECT_EQ(problems_of("endpoints: [ { name: \"a b\", url: http://h, tenant_id: t, auth: { type: UID, value: u } } ]\n"
                        "plans: [ { uuid: x, endpoint: ab } ]\n"),
            std::vector<std::string>{"f:1: endpoints[0].name: a b: expected 1 to 64 letters, digits, '_', '.' or '-'"});
  EXPECT_EQ(problems_of("endpoints: 5\nplans: [ { uuid: x, endpoint: ab } ]\n"),
            std::vector<std::string>{"f:1: endpoints: 5: expected a list of sections, each beginning with '-'"});
  EXPECT_EQ(problems_of("- a\n"),
            std::vector<std::string>{
                "f:1: (file): (list): expected a section with the keys journal, state, endpoints, plans, tables, delivery, triggers, "
                "retry, circuit, drift, status, control, log"});
}

}  // namespace
}  // namespace partmark::config
