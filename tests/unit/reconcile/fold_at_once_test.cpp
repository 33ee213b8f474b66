// A catch-up gives the fold many understood records at once: what becomes of them is what becomes of the same records one by one.
#include "reconcile/fold.hpp"

#include "support/recording_events.hpp"
#include "support/state_tables.hpp"
#include "support/unstored_in.hpp"
#include "unit/reconcile/names_alike.hpp"

#include <gtest/gtest.h>

#include <random>
#include <span>
#include <string>
#include <vector>

namespace partmark::testing {
namespace {

struct record {
  std::string plan;
  std::string granularity = "DAY";
  std::string first = "2025-10-20";
  std::string outcome = "success";
  std::string run_type{};
};

// A fold and all that it needs, and what its batches made of a store.
class folding {
 public:
  folding() {
    batch_.unstored = &unstored_;
    reader_.place = [](std::string_view) { return fold::placement{}; };
  }

  void one_by_one(const std::vector<record>& records) {
    slice([&] {
      for (const record& r : records) reader_.row(row_of(r));
    });
  }
  void at_once(const std::vector<record>& records) {
    std::vector<understood_row> rows(records.size());
    for (std::size_t i = 0; i < rows.size(); ++i) ASSERT_TRUE(reader_.understand(row_of(records[i]), rows[i]));
    slice([&] { reader_.understood(rows); });
  }
  // The slices since the last time, as one batch.
  void store() {
    static_cast<void>(reader_.take_touched());
    batch_.coalesce();
    stored_.apply(spelled_out(batch_));
    plans_.stored(batch_);
    batch_.clear();
  }

  [[nodiscard]] std::vector<std::string> rejected() const {
    std::vector<std::string> all;
    for (const event& e : log_.all())
      if (e.name == "record.rejected") all.push_back(e.message);
    return all;
  }
  // Plans in the order in which they came, with their run type and marks.
  [[nodiscard]] std::vector<std::string> plans() const {
    std::vector<std::string> all;
    for (const plan_state& plan : plans_) {
      std::string text = plan.name() + " " + plans_.recorded_run_type(plan);
      plan.book.marks().visit_all(
          [&](range at, mark m) { text += " " + std::to_string(at.first) + "-" + std::to_string(at.last) + std::string(to_text(m)); });
      all.push_back(text);
    }
    return all;
  }
  [[nodiscard]] std::optional<std::int64_t> last_seq() const { return reader_.last_seq(); }
  [[nodiscard]] std::vector<std::string> stored() const {
    std::vector<std::string> all;
    for (const plan_tables& plan : stored_.plans)
      for (const auto* runs : {&plan.marks, &plan.pending})
        for (const auto& [first, run] : *runs)
          all.push_back(plan.row.uuid + " " + std::to_string(first) + "-" + std::to_string(run.last) + std::string(to_text(run.value)));
    return all;
  }

 private:
  completion_row row_of(const record& r) {
    completion_row row;
    row.seq = ++seq_;
    row.plan = r.plan;
    row.granularity = r.granularity;
    row.first = r.first;
    row.outcome = r.outcome;
    if (!r.run_type.empty()) row.run_type = r.run_type;
    return row;
  }
  template <class Read>
  void slice(Read read) {
    reader_.begin(batch_, {});
    read();
    reader_.end();
  }

  plan_table plans_;
  loop_settings settings_;
  recording_events log_;
  fold reader_{plans_, settings_, log_};
  unstored_in unstored_{plans_};
  state_changes batch_;
  state_tables stored_;
  std::int64_t seq_ = 0;
};

std::vector<record> random_records(std::size_t count, std::size_t plans, unsigned seed) {
  std::mt19937 dice(seed);
  std::vector<record> all;
  std::vector<ordinal> tails(plans, 20'000);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t n = dice() % plans;
    const ordinal day = dice() % 5 == 0 ? 20'000 + dice() % 40 : tails[n]++;
    record r{.plan = "plan-" + std::to_string(n), .first = partition_start(granularity::day, day)};
    if (dice() % 9 == 0) r.outcome = "failed";
    if (dice() % 4 == 0) r.run_type = "run-" + std::to_string(dice() % 3);
    if (dice() % 20 == 0) r.granularity = "HOUR";  // not this plan's, or all the others are not
    all.push_back(std::move(r));
  }
  return all;
}

TEST(fold_at_once, does_what_it_does_one_by_one) {
  for (const std::size_t count : {1U, 63U, 64U, 65U, 128U, 1000U}) {
    for (const std::size_t plans : {1U, 7U, 300U}) {
      folding single;
      folding many;
      for (unsigned slice = 0; slice < 7; ++slice) {
        const auto records = random_records(count, plans, slice + static_cast<unsigned>(count * plans));
        single.one_by_one(records);
        many.at_once(records);
        ASSERT_EQ(many.plans(), single.plans()) << count << " records of " << plans << " plans";
        ASSERT_EQ(many.rejected(), single.rejected());
        ASSERT_EQ(many.last_seq(), single.last_seq());
        if (slice % 3 != 0) continue;
        single.store();
        many.store();
        ASSERT_EQ(many.stored(), single.stored());
      }
    }
  }
}

TEST(fold_at_once, two_plans_whose_names_hash_alike_keep_apart) {
  const auto [one, other] = testing::two_names_alike();
  folding many;
  many.at_once({{.plan = one}});
  many.at_once({{.plan = one, .first = "2025-10-21"}, {.plan = other, .outcome = "failed"}, {.plan = one, .first = "2025-10-22"}});
  EXPECT_EQ(many.plans(), (std::vector<std::string>{one + "  20381-20383success", other + "  20381-20381failed"}));
}

}  // namespace
}  // namespace partmark::testing
