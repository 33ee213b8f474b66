// state adopt-journal: the state takes whatever journal is there now for its own, and folds it from its beginning.
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "state/sqlite_state.hpp"
#include "state/state_lock.hpp"

#include <filesystem>

namespace partmark {

int run(const adopt_journal_options& /*options*/, session& s) {
  const config::settings& settings = s.settings();
  const std::string& path = settings.state.path;
  if (!std::filesystem::exists(path)) {
    s.out().write(path + ": there is no state yet: partmarkd takes the journal that it finds\n");
    return exit_fine;
  }
  auto lock = state_lock::acquire(path);
  if (!lock) return s.trouble(lock.error());
  auto store = sqlite_state::open(path);
  if (!store) return s.trouble(store.error());
  state_changes forget;
  forget.position = journal_position{};
  if (auto done = (*store)->commit(forget); !done) return s.trouble(done.error());
  if (auto done = (*store)->make_durable(); !done) return s.trouble(done.error());
  s.out().write(settings.journal.path +
                ": adopted: at its next start partmarkd folds it from its first record, on top of the marks that it has\n");
  return exit_fine;
}

}  // namespace partmark
