// The journal's schema through plain SQL, as jobs meet it: which records are accepted and which are refused, with what words.
#include "unit/journal/schema_fixture.hpp"

namespace partmark::testing {
namespace {

struct journal_schema : schema_fixture {};

INSTANTIATE_TEST_SUITE_P(made, journal_schema, ::testing::Values(made_by::program, made_by::shell),
                         [](const auto& p) { return p.param == made_by::program ? "by_program" : "by_shell"; });

struct expected_insert {
  std::string columns;
  std::string values;
  std::string refused_with;  // empty: accepted
};

const std::vector<expected_insert> plan_inserts{
    {"plan, granularity, first, outcome", "'p', 'DAY', '2025-10-20', 'success'", ""},
    {"plan, granularity, first, last, outcome", "'p', 'HOUR', '2025-10-20T00:00:00', '2025-10-20T05:00:00', 'cleared'", ""},
    {"plan, granularity, first, outcome", "'p', 'MINUTE', '2025-10-20T00:00:00', 'success'", ""},
    {"plan, granularity, first, outcome", "'p', 'WEEK', '2025-10-20', 'failed'", ""},
    {"plan, granularity, first, outcome", "'p', 'MONTH', '2025-10', 'failed'", ""},
    {"plan, granularity, first, outcome", "'p', 'QUARTER', '2025-10', 'failed'", ""},
    {"plan, granularity, first, outcome", "'p', 'YEAR', '2025', 'failed'", ""},
    {"plan, outcome", "'p', 'success'", ""},
    {"plan, outcome", "'p', 'failed'", ""},
    {"seq, plan, outcome", "NULL, 'p', 'failed'", ""},
    {"plan, outcome, run_type, job, dedupe_key", "'計画', 'failed', 'MANUAL', 'nightly build #4', 'k/1'", ""},
    {"plan, outcome", "42, 'failed'", ""},  // becomes the text 42
    {"plan, outcome", "'" + repeated("p", 256) + "', 'failed'", ""},
    {"plan, outcome, recorded_at", "'p', 'failed', '2020-01-01T00:00:00.000Z'", ""},
    // Wrong in ways that only the fold can see: it rejects them with a reason.
    {"plan, granularity, first, outcome", "'p', 'DAY', '2025-02-30', 'success'", ""},
    {"plan, granularity, first, outcome", "'p', 'DAY', 'yesterday', 'success'", ""},
    {"plan, granularity, first, last, outcome", "'p', 'DAY', '2025-10-20', '2025-10-01', 'success'", ""},
    {"plan, outcome", "CAST(x'ff41' AS TEXT), 'success'", ""},

    {"seq, plan, outcome", "7, 'p', 'success'", "seq: leave it out"},
    {"seq, plan, outcome", "-1, 'p', 'success'", "seq: leave it out"},
    {"seq, plan, outcome", "0, 'p', 'success'", "seq: leave it out"},
    {"seq, plan, outcome", "-7, 'p', 'success'", "seq: leave it out"},
    {"plan, outcome", "'', 'success'", "plan: 1 to 256 bytes"},
    {"plan, outcome", "NULL, 'success'", "plan: 1 to 256 bytes"},
    {"outcome", "'success'", "plan: 1 to 256 bytes"},
    {"plan, outcome", "x'70', 'success'", "plan: 1 to 256 bytes"},
    {"plan, outcome", "'" + repeated("p", 257) + "', 'success'", "plan: 1 to 256 bytes"},
    {"plan, outcome", "'" + repeated("計", 86) + "', 'success'", "plan: 1 to 256 bytes"},
    {"plan, outcome", "'a' || char(0), 'success'", "plan: 1 to 256 bytes"},
    {"plan, outcome", "char(0), 'success'", "plan: 1 to 256 bytes"},
    {"plan, outcome", "'a' || char(1) || 'b', 'success'", "plan: 1 to 256 bytes"},
    {"plan, outcome", "'a' || char(10), 'success'", "plan: 1 to 256 bytes"},
    {"plan, outcome", "char(31) || 'a', 'success'", "plan: 1 to 256 bytes"},
    {"plan, outcome", "'a' || char(127), 'success'", "plan: 1 to 256 bytes"},
    {"plan, outcome", "'p', 'sucess'", "outcome: success, failed or cleared"},
    {"plan, outcome", "'p', 'SUCCESS'", "outcome: success, failed or cleared"},
    {"plan, outcome", "'p', NULL", "outcome: success, failed or cleared"},
    {"plan, outcome", "'p', x'73756363657373'", "outcome: success, failed or cleared"},
    {"plan", "'p'", "outcome: success, failed or cleared"},
    {"plan, outcome", "'p', 'cleared'", "a full refresh cannot be cleared"},
    {"plan, granularity, first, outcome", "'p', 'day', '2025-10-20', 'success'", "granularity: MINUTE, HOUR"},
    {"plan, granularity, first, outcome", "'p', 'DECADE', '2025-10-20', 'success'", "granularity: MINUTE, HOUR"},
    {"plan, granularity, first, outcome", "'p', '', '2025-10-20', 'success'", "granularity: MINUTE, HOUR"},
    {"plan, granularity, first, outcome", "'p', x'444159', '2025-10-20', 'success'", "granularity: MINUTE, HOUR"},
    {"plan, granularity, outcome", "'p', 'DAY', 'success'", "granularity, first, last:"},
    {"plan, first, outcome", "'p', '2025-10-20', 'success'", "granularity, first, last:"},
    {"plan, last, outcome", "'p', '2025-10-20', 'success'", "granularity, first, last:"},
    {"plan, granularity, last, outcome", "'p', 'DAY', '2025-10-20', 'success'", "granularity, first, last:"},
    {"plan, first, last, outcome", "'p', '2025-10-20', '2025-10-20', 'success'", "granularity, first, last:"},
    {"plan, granularity, first, outcome", "'p', 'DAY', '', 'success'", "first: the start"},
    {"plan, granularity, first, outcome", "'p', 'DAY', x'32303235', 'success'", "first: the start"},
    {"plan, granularity, first, outcome", "'p', 'DAY', '" + repeated("2", 65) + "', 'success'", "first: the start"},
    {"plan, granularity, first, last, outcome", "'p', 'DAY', '2025-10-20', '', 'success'", "last: the start"},
    {"plan, granularity, first, last, outcome", "'p', 'DAY', '2025-10-20', x'32', 'success'", "last: the start"},
    {"plan, outcome, run_type", "'p', 'success', ''", "run_type: 1 to 64 bytes"},
    {"plan, outcome, run_type", "'p', 'success', 'A' || char(9)", "run_type: 1 to 64 bytes"},
    {"plan, outcome, job", "'p', 'success', ''", "job: 1 to 1024 bytes"},
    {"plan, outcome, job", "'p', 'success', x'00'", "job: 1 to 1024 bytes"},
    {"plan, outcome, job", "'p', 'success', 'a' || char(0) || 'b'", "job: 1 to 1024 bytes"},
    {"plan, outcome, job", "'p', 'success', 'a' || char(13)", "job: 1 to 1024 bytes"},
    {"plan, outcome, dedupe_key", "'p', 'success', ''", "dedupe_key: 1 to 1024 bytes"},
    {"plan, outcome, dedupe_key", "'p', 'success', x'6b'", "dedupe_key: 1 to 1024 bytes"},
    {"plan, outcome, dedupe_key", "'p', 'success', 'k' || char(10)", "dedupe_key: 1 to 1024 bytes"},
    {"plan, outcome, recorded_at", "'p', 'success', NULL", "recorded_at: a UTC time"},
    {"plan, outcome, recorded_at", "'p', 'success', ''", "recorded_at: a UTC time"},
    {"plan, outcome, recorded_at", "'p', 'success', x'32'", "recorded_at: a UTC time"},
};

const std::vector<expected_insert> table_inserts{
    {"table_name, partition, outcome", good_name + ", '2025-10-20', 'success'", ""},
    {"table_name, partition, outcome, job, dedupe_key", good_name + ", '2025-10-20', 'failed', 'j', 'k'", ""},
    {"table_name, partition, outcome", "'s.`c.d`.' || '" + repeated("t", 120) + "', '2025-10-20', 'success'", ""},
    {"table_name, partition, outcome", "'s.`c.d`.' || '" + repeated("表", 40) + "', '2025-10-20', 'success'", ""},
    {"table_name, partition, outcome", good_name + ", '2025-02-30', 'success'", ""},  // the fold's to reject

    {"seq, table_name, partition, outcome", "3, " + good_name + ", '2025-10-20', 'success'", "seq: leave it out"},
    {"seq, table_name, partition, outcome", "-1, " + good_name + ", '2025-10-20', 'success'", "seq: leave it out"},
    {"table_name, partition, outcome", "'s.`c.d`.' || '" + repeated("t", 121) + "', '2025-10-20', 'success'", "table_name: source."},
    {"table_name, partition, outcome", "'s.`c.d`.' || '" + repeated("表", 41) + "', '2025-10-20', 'success'", "table_name: source."},
    {"table_name, partition, outcome", "'', '2025-10-20', 'success'", "table_name: source."},
    {"table_name, partition, outcome", "NULL, '2025-10-20', 'success'", "table_name: source."},
    {"table_name, partition, outcome", "x'70', '2025-10-20', 'success'", "table_name: source."},
    {"table_name, partition, outcome", "'p_order', '2025-10-20', 'success'", "table_name: source."},
    {"table_name, partition, outcome", "'starrocks.default_catalog.schema.p_order', '2025-10-20', 'success'", "table_name: source."},
    {"table_name, partition, outcome", "'starrocks.`schema`.p_order', '2025-10-20', 'success'", "table_name: source."},
    {"table_name, partition, outcome", "'starrocks.`a.b`.', '2025-10-20', 'success'", "table_name: source."},
    {"table_name, partition, outcome", "'.`a.b`.t', '2025-10-20', 'success'", "table_name: source."},
    {"table_name, partition, outcome", "'s.`a.b`.`t`', '2025-10-20', 'success'", "table_name: source."},
    {"table_name, partition, outcome", "'s.`a.b`.t' || char(10), '2025-10-20', 'success'", "table_name: source."},
    {"table_name, partition, outcome", "'s.`a.b`.t' || char(0), '2025-10-20', 'success'", "table_name: source."},
    {"table_name, partition, outcome", good_name + ", '2025-10-2', 'success'", "partition: a day"},
    {"table_name, partition, outcome", good_name + ", '2025-10-20T00:00:00', 'success'", "partition: a day"},
    {"table_name, partition, outcome", good_name + ", '2025-10-20' || char(0), 'success'", "partition: a day"},
    {"table_name, partition, outcome", good_name + ", '20251020', 'success'", "partition: a day"},
    {"table_name, partition, outcome", good_name + ", '2025-40-20', 'success'", "partition: a day"},
    {"table_name, partition, outcome", good_name + ", NULL, 'success'", "partition: a day"},
    {"table_name, partition, outcome", good_name + ", x'323032352d31302d3230', 'success'", "partition: a day"},
    {"table_name, partition, outcome", good_name + ", '2025-10-20', 'cleared'", "outcome: success or failed"},
    {"table_name, partition, outcome", good_name + ", '2025-10-20', NULL", "outcome: success or failed"},
    {"table_name, partition, outcome, job", good_name + ", '2025-10-20', 'success', ''", "job: 1 to 1024 bytes"},
    {"table_name, partition, outcome, dedupe_key", good_name + ", '2025-10-20', 'success', ''", "dedupe_key: 1 to 1024 bytes"},
    {"table_name, partition, outcome, recorded_at", good_name + ", '2025-10-20', 'success', NULL", "recorded_at: a UTC time"},
};

TEST_P(journal_schema, takes_every_right_record_and_says_what_is_wrong_with_the_others) {
  for (const auto& [into, inserts] : {std::pair(plan, plan_inserts), std::pair(table, table_inserts)}) {
    for (const auto& row : inserts) {
      const std::string sql = into + "(" + row.columns + ") VALUES (" + row.values + ")";
      const std::string said = refusal(sql);
      EXPECT_NE(said.find(row.refused_with.empty() ? "accepted" : row.refused_with), std::string::npos) << sql << "\nsaid: " << said;
    }
  }
}

// OR IGNORE is how jobs use a dedupe_key; it must not drop a broken record without a word. (An explicit seq of -1 is the one exception:
// nothing tells it from an automatic number before the CHECK.)
TEST_P(journal_schema, no_conflict_clause_gets_a_wrong_record_in_or_silences_its_refusal) {
  for (const auto& [into, inserts] : {std::pair(plan, plan_inserts), std::pair(table, table_inserts)}) {
    const std::string rows = into == plan ? "SELECT count(*) FROM plan_completion" : "SELECT count(*) FROM table_completion";
    for (const std::string clause : {"OR IGNORE", "OR REPLACE", "OR FAIL", "OR ROLLBACK", "OR ABORT"}) {
      for (const auto& row : inserts) {
        if (row.refused_with.empty()) continue;
        const std::string sql = "INSERT " + clause + into.substr(6) + "(" + row.columns + ") VALUES (" + row.values + ")";
        const std::int64_t before = number(rows);
        const std::string said = refusal(sql);
        EXPECT_EQ(number(rows), before) << sql;
        if (clause == "OR IGNORE" && row.values.starts_with("-1,")) continue;
        EXPECT_NE(said.find(row.refused_with), std::string::npos) << sql << "\nsaid: " << said;
      }
    }
  }
}

TEST_P(journal_schema, a_record_gets_the_next_number_and_the_time_in_utc_with_milliseconds) {
  db->execute(plan + "(plan, outcome) VALUES ('p', 'success'), ('p', 'failed')").value();
  EXPECT_EQ(number("SELECT min(seq) * 10 + max(seq) FROM plan_completion"), 12);
  EXPECT_EQ(
      number("SELECT count(*) FROM plan_completion WHERE recorded_at GLOB '[0-9]*-[0-9]*-[0-9]*T[0-9]*:[0-9]*:[0-9]*.[0-9][0-9][0-9]Z'"
             " AND abs(julianday(recorded_at) - julianday('now')) < 0.01"),
      2);
}

TEST_P(journal_schema, a_recorded_key_cannot_be_recorded_again_ignored_or_not) {
  for (const std::string& with :
       {plan + "(plan, outcome, dedupe_key) VALUES ('p', 'OUTCOME', 'k')",
        table + "(table_name, partition, outcome, dedupe_key) VALUES (" + good_name + ", '2025-10-20', 'OUTCOME', 'k')"}) {
    const auto insert = [&](const std::string& clause, const std::string& outcome) {
      std::string sql = with;
      sql.replace(sql.find("OUTCOME"), 7, outcome);
      return "INSERT " + clause + sql.substr(6);
    };
    EXPECT_EQ(refusal(insert("", "failed")), "accepted");
    EXPECT_NE(refusal(insert("", "failed")).find("UNIQUE constraint failed"), std::string::npos);
    EXPECT_NE(refusal(insert("", "success")).find("UNIQUE constraint failed"), std::string::npos);
    EXPECT_EQ(refusal(insert("OR IGNORE", "success")), "accepted") << "and does nothing";
    EXPECT_EQ(refusal(insert("", "success") + " ON CONFLICT (dedupe_key) DO NOTHING"), "accepted") << "and does nothing";
    for (const std::string clause : {"OR REPLACE", "OR FAIL", "OR ROLLBACK", "OR ABORT"})
      EXPECT_NE(refusal(insert(clause, "success")).find("this dedupe_key is recorded already"), std::string::npos) << clause;
    EXPECT_NE(
        refusal(insert("", "success") + " ON CONFLICT (dedupe_key) DO UPDATE SET outcome = excluded.outcome").find("cannot be changed"),
        std::string::npos);
  }
  EXPECT_EQ(number("SELECT count(*) FROM plan_completion WHERE outcome = 'failed' AND seq = 1"), 1);
  EXPECT_EQ(number("SELECT count(*) FROM table_completion WHERE outcome = 'failed' AND seq = 1"), 1);
  EXPECT_EQ(number("SELECT count(*) FROM plan_completion"), 1);
  EXPECT_EQ(number("SELECT count(*) FROM table_completion"), 1);
  EXPECT_EQ(number("SELECT count(*) FROM journal_refusal"), 0);
}

}  // namespace
}  // namespace partmark::testing
