// Why a partition is marked as it is (`partmark explain`): what the journal, the state and the calls have to say of it, put together. Pure
// but for the two readers that it is given; owned by a command, one thread.
#pragma once

#include "core/completion.hpp"
#include "journal/journal_history.hpp"
#include "state/state_views.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace partmark {

// What became of one record.
enum class record_fate : std::uint8_t {
  decides,     // the latest that is folded: the mark is its outcome
  overridden,  // a later one spoke of the partition again
  rejected,    // set aside: `reason`
  unread,      // the daemon has not come to it yet
};

[[nodiscard]] std::string_view to_text(record_fate f);

// A record that speaks of the partition, with texts of its own.
struct explained_record {
  std::int64_t seq = 0;
  range at;
  mark outcome = mark::success;
  std::string run_type;
  std::string job;
  std::string recorded_at;  // as the journal has it
  record_fate fate = record_fate::overridden;
  std::string reason;  // of a rejected one
};

// Where the partition's mark stands with the platform.
enum class standing : std::uint8_t {
  unknown,      // no record of it is folded
  accepted,     // the platform has it
  waiting,      // to be sent
  in_flight,    // part of the open call
  reassertion,  // accepted, but a lost call may still land: sent once more after that
  held,         // the platform refused it
  untellable,   // a failed full refresh: the API has no words for it
};

[[nodiscard]] std::string_view to_text(standing s);

struct explanation {
  plan_shape shape;
  ordinal partition = 0;
  std::optional<mark> said;
  standing where = standing::unknown;
  std::vector<explained_record> records;  // latest first
  bool more_records = false;              // older ones are left out
  std::int64_t pruned_through = 0;        // records up to this number may be gone
  bool cause_is_gone = false;             // there is a mark, and no record left that gave it
  std::optional<hold_row> hold;
  mark_bits may_land = 0;                      // of lost calls
  std::vector<attempt_row> calls;              // that told of the partition, latest first
  std::optional<intent_row> open_call;         // when it tells of the partition
  std::optional<std::string> journal_trouble;  // why no record could be looked at
  bool is_refolding = false;
  std::size_t rejected_others = 0;            // of the plan's records, those that are not among `records`: nobody can say what they meant
  std::optional<std::uint64_t> call_cut_off;  // the latest of whose ranges only the first are kept: it may have told of it
};

inline constexpr std::size_t explained_records_max = 20;

// What the state knows; `plan` is nullptr when it knows no such plan.
[[nodiscard]] explanation explain_state(const plan_detail* plan, const plan_shape& shape, ordinal partition);

// Adds the records: `folded_seq` is how far the daemon has read, `rejected` are this plan's. An error of the journal becomes
// `journal_trouble`.
void explain_records(explanation& e, journal_history& journal, std::string_view plan, std::int64_t folded_seq,
                     const std::vector<rejected_row>& rejected);

}  // namespace partmark
