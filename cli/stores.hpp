// The journal and the state as the reading commands find them: either may be missing, and neither is ever written to. One thread.
#pragma once

#include "config/settings.hpp"
#include "core/result.hpp"
#include "journal/journal_history.hpp"
#include "state/state_reader.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace partmark {

// nullopt: there is no state yet, because the daemon never ran. Else state_reader's errors.
[[nodiscard]] result<std::optional<state_reader>> open_state(const config::settings& settings);

// Where the journal's two tables end.
struct journal_ends {
  bool present = false;
  std::int64_t last_seq = 0;
  std::int64_t table_last_seq = 0;
  std::optional<error>
      trouble;  // it cannot be read, or is not the journal that `folded` speaks of; what could be read is here all the same
};

// The journal's records, to look back through. nullopt: there is no journal yet. corrupt, busy, io, permission, newer_version.
[[nodiscard]] result<std::optional<journal_history>> open_history(const std::string& path);

[[nodiscard]] journal_ends find_journal_ends(const std::string& path, const journal_position& folded);

}  // namespace partmark
