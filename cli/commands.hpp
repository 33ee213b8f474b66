// Every command: takes its options and the session, does its work, answers the exit status. One file each, of the command's name.
#pragma once

#include "cli/options.hpp"
#include "cli/session.hpp"

namespace partmark {

int run(const init_options& options, session& s);
int run(const record_options& options, session& s);
int run(const import_options& options, session& s);
int run(const status_options& options, session& s);
int run(const plans_options& options, session& s);
int run(const show_options& options, session& s);
int run(const explain_options& options, session& s);
int run(const preview_options& options, session& s);
int run(const pending_options& options, session& s);
int run(const held_options& options, session& s);
int run(const rejected_options& options, session& s);
int run(const control_options& options, session& s);
int run(const prune_options& options, session& s);
int run(const adopt_journal_options& options, session& s);
int run(const check_state_options& options, session& s);
int run(const rebuild_options& options, session& s);

}  // namespace partmark
