#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "journal/init_journal.hpp"

namespace partmark {

int run(const init_options&, session& s) {
  const std::string& path = s.settings().journal.path;
  const result<init_outcome> done = init_journal(path);
  if (!done) return s.trouble(done.error());
  switch (*done) {
    case init_outcome::made:
      s.out().write(path + ": the journal is made\n");
      break;
    case init_outcome::brought_up:
      s.out().write(path + ": the journal's schema is up to date now\n");
      break;
    case init_outcome::already_there:
      s.out().write(path + ": the journal is there already\n");
      break;
  }
  return exit_fine;
}

}  // namespace partmark
