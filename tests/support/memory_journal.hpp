// A journal in memory: jobs append rows, the loop reads them through the port. Commits can precede their visibility, sequence numbers can
// be burned, any step can fail, and a power cut takes what was not synced (of plan_completion; table_completion is seen and durable at
// once). Owned by the test; one thread.
#pragma once

#include "core/mark.hpp"
#include "reconcile/journal.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace partmark::testing {

// One row of plan_completion as a job wrote it.
struct journal_entry {
  std::string plan;
  std::optional<std::string> granularity;
  std::optional<std::string> first;
  std::optional<std::string> last;
  std::string outcome = "success";
  std::optional<std::string> run_type;
  std::optional<std::string> job = "nightly";
  std::int64_t seq = 0;  // given by the journal
};

// One row of table_completion.
struct table_entry {
  std::string table;
  std::string partition;  // YYYY-MM-DD
  std::string outcome = "success";
  std::int64_t seq = 0;
};

// The row that says so.
[[nodiscard]] journal_entry entry_of(std::string plan, plan_shape shape, range at, mark said);

class memory_journal final : public journal {
 public:
  enum class step { look, read_row, read_end, sync };

  // Asked before each step; an error that it answers fails the step. It may throw: the run ends there.
  std::function<std::optional<error>(step)> trouble;

  std::int64_t append(journal_entry e);         // committed, and seen by the next look
  std::int64_t append_unseen(journal_entry e);  // committed, and not seen before reveal()
  void reveal(std::int64_t until);
  void burn(std::int64_t numbers = 1);  // an ignored insert took sequence numbers
  std::int64_t append_table(table_entry e);

  // Folded rows up to `through` go, as a pruner would have it.
  void prune(std::int64_t through) {
    std::erase_if(rows_, [through](const journal_entry& e) { return e.seq <= through; });
    is_pruned_ = true;
  }

  void remove() { present_ = false; }
  void create() { present_ = true; }
  void replace(std::string uuid);           // another journal stands in its place, empty
  void open_again() { seen_version_ = 0; }  // as a new process does
  // What was committed after `last` is lost; nothing that was synced may be.
  void cut_power(std::int64_t last);

  [[nodiscard]] const std::vector<journal_entry>& rows() const { return rows_; }
  [[nodiscard]] std::int64_t sequence() const { return sequence_; }
  [[nodiscard]] std::int64_t visible() const { return visible_; }  // the sequence number that readers see
  [[nodiscard]] std::int64_t table_sequence() const { return static_cast<std::int64_t>(table_rows_.size()); }
  [[nodiscard]] std::int64_t synced() const { return synced_; }

  result<journal_look> look(const journal_position& folded) override;
  [[nodiscard]] const std::string& uuid() const override { return uuid_; }
  [[nodiscard]] bool is_pruned() override { return is_pruned_; }
  result<journal_slice> read_plans(const journal_cursor& from, std::size_t limit, plan_sink& sink) override;
  result<journal_slice> read_tables(const journal_cursor& from, std::size_t limit, table_sink& sink) override;
  result<journal_slice> read_again(std::int64_t after, std::int64_t until, std::size_t limit, const row_filter& wanted,
                                   plan_sink& sink) override;
  void understand_anew() override { ++understood_anew; }
  std::size_t understood_anew = 0;
  result<void> sync() override;

 private:
  [[nodiscard]] std::optional<error> fails(step s) const { return trouble ? trouble(s) : std::nullopt; }
  [[nodiscard]] std::size_t index_after(std::int64_t seq) const;

  std::string uuid_ = "journal-1";
  bool present_ = true;
  bool is_pruned_ = false;
  std::vector<journal_entry> rows_;  // ascending seq
  std::vector<table_entry> table_rows_;
  std::int64_t sequence_ = 0;
  std::int64_t visible_ = 0;
  std::int64_t synced_ = 0;
  std::uint64_t version_ = 1;
  std::uint64_t seen_version_ = 0;
  std::string scratch_;
  std::optional<journal_cursor> goes_on_at_;  // where the last slice, a full one, ended
};

}  // namespace partmark::testing
