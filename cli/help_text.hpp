// What `partmark --help` and `partmark COMMAND --help` explain below the list of options. Texts of 80 columns; constants.
#pragma once

#include <string_view>

namespace partmark::help {

inline constexpr std::string_view program = R"(
partmark writes and reads what partmarkd works with: the journal, to which jobs
append one record for each build of partitions, and the daemon's own state.
All of this works with the daemon down, too.
)";

inline constexpr std::string_view program_footer = R"(
`partmark COMMAND --help` explains a command.

The configuration is the daemon's; only the paths of the journal and of the
state, and what it says of plans, are used here: the secrets that it names are
never read, so a job needs no access to them.

Environment:
  PARTMARK_CONFIG  the configuration file, where --config is not given
  NO_COLOR         not empty: no colours, on terminals too

Exit status:
  0   fine
  1   trouble was found (something is held, a line of an import was bad), or the
      command could not do its work; standard error says what to do
  2   wrong usage, or a record that cannot be right: repeating it changes nothing
  78  a person has to look: the configuration is missing or wrong, the journal is
      not the one that was folded, or a file is of a newer partmark
)";

inline constexpr std::string_view init = R"(
Makes the journal that the configuration names, with mode 0660 whatever the
umask, so that every job of its group can write. Its directory must exist. Run it
as the daemon's user, once a machine; running it again changes nothing, or brings
an older journal's schema up to date.

  sudo -u partmark partmark init
)";

inline constexpr std::string_view record = R"(
Appends one completion record to the journal: the partitions FIRST to LAST of a
plan were built (success), could not be built (failed), or are gone (cleared).
Record after the data can be read, once a try, failed tries too: the last record
to speak of a partition wins. Three forms:

  partmark record --plan P --granularity G --first D [--last D] --outcome O
  partmark record --plan P --full-refresh --outcome O
  partmark record --table T --partition D --outcome O

Dates are the starts of partitions in civil time, without a zone: 2025-10-20 or
2025-10-20T07:00:00; also 2025-10 for MONTH, QUARTER and YEAR, and 2025 for YEAR.
HOUR and MINUTE need the time; a WEEK starts on its Monday. Without --last the
range is one partition. A full refresh cannot be cleared; a table can only
succeed or fail.

A record with a --key that is in the journal already, with the same content, is
fine and changes nothing; with other content it is an error (exit 1). Put the try
and the outcome into the key.

--from-systemd takes the outcome from the service manager: for an ExecStopPost=
line, which runs however the service ended. Success is SERVICE_RESULT=success,
EXIT_CODE=exited and EXIT_STATUS=0, nothing else. Where a condition kept the
service from starting (exec-condition), nothing is recorded. Without --job the
unit's name is the job; without --key the invocation, the partitions and the
outcome make one.

  [Service]
  ExecStart=build-orders 2025-10-20
  ExecStopPost=partmark record --from-systemd --plan P \
      --granularity DAY --first 2025-10-20

Says nothing when it worked, but for a line on a terminal or with --verbose, or
with --json {"seq":N,"already_recorded":false}. Waits up to 30 s for other
writers. The record is on the disk when the command returns.

Exit status: 0 recorded (or already), 1 not recorded, 2 wrong usage or a record
that cannot be right, 78 configuration.
)";

inline constexpr std::string_view import = R"(
Appends many records: from FILE, or from standard input when FILE is - or left
out. Keys of an NDJSON object and the header line of a CSV file are column names:

  plan granularity first last outcome run_type job dedupe_key
  table_name (or table) partition outcome job dedupe_key

A line is for a plan or for a table. What is absent, null, or an empty CSV field
is left out of the record; seq and recorded_at are read over, for the journal
gives its own. CSV is RFC 4180: quotes, line breaks in quotes, CR LF, a byte order
mark. A record takes at most 64 KiB.

A bad line is named on standard error as FILE:LINE: reason, and all others are
kept: import its correction alone, as a file of its own, for a file that was
changed is another file, all of whose lines are news. Other writers get their turn
every 50 ms.

It can be run again after any interruption: a line without dedupe_key gets one
from the content of the whole file and its line number; in a pipe from everything
read up to the end of that line. A file that is still written to is recorded as it
was when it was opened, and exit status 1 says so: import whole files. The same
content imported on another day is taken for the same records: where it is news,
give it dedupe_keys.

Exit status: 0 all lines are recorded, 1 a line was bad or the import could not
go on, 2 wrong usage, 78 configuration.
)";

inline constexpr std::string_view status = R"(
Shows how far the daemon has read the journal, what the remote has still to
accept, and what it refused. Works without a daemon, a state or a journal.

With --watch it is drawn again and again in place, like top, until q or Ctrl-C;
where standard output is no terminal, one follows the other. --interval says how
often, from 100ms to 1h.

Exit status: 1 when a plan or a source table is held or the journal is in trouble,
else 0. Rejected records are shown but are no trouble by this measure: they stay
listed after somebody has seen to them.
)";

inline constexpr std::string_view plans = R"(
One line for each plan that the journal or the configuration names.
)";

inline constexpr std::string_view show = R"(
Draws a plan's partitions as a calendar, one character each:

  S success   F failed   C cleared     the remote has accepted it
  s success   f failed   c cleared     the remote has still to accept it
  !           held: the remote refused it
  .           no record

PLAN is the uuid, or the name that the configuration gives. Rows that are all
alike are counted instead of repeated, and only the last 60 are drawn; --all draws
all of them.

Exit status: 0, or 1 when no such plan is known.
)";

inline constexpr std::string_view explain = R"(
Follows one partition from cause to effect: the records that speak of it and the
job that wrote each, which of them decides, where its mark stands with the
platform, and the latest calls that told of it, with the platform's reply and
traceId.

A plan's latest 16 calls are kept. Records that were pruned are named as gone.

Exit status: 0, or 1 when no such plan is known or the journal cannot be read.
)";

inline constexpr std::string_view preview = R"(
Prints, as a JSON array, the exact requests that the daemon would send now, in
order for each plan, if each were accepted at once. The journal's unread records
are folded first, in memory: nothing is sent and nothing is stored. Credentials
are not part of it.

  [{"plan":…,"endpoint":…,"method":"POST","path":…,"body":{…}}, …]
)";

inline constexpr std::string_view pending = R"(
What the remote has still to accept, as of what the daemon has read: each plan
with its ranges, and since when.
)";

inline constexpr std::string_view held = R"(
What the remote refused, with its reason, since when, and when it is tried next.
A new record for a held partition brings it out at once.
)";

inline constexpr std::string_view rejected = R"(
Journal records that cannot be right, with the reason. They were set aside and
nothing waits for them: correct the job and record again.
)";

inline constexpr std::string_view retry = R"(
Tries now what the platform refused, instead of at its next time: one plan's
partitions, one source table's triggers, or with --all everything.

Goes to the running daemon through its socket; with the daemon stopped, to its
state, for the next start. So do resync, refold, pause and resume.
)";

inline constexpr std::string_view resync = R"(
Makes everything that has a mark pending again: the plan's whole state is pushed
once more. For when the platform has lost what it was told.
)";

inline constexpr std::string_view refold = R"(
Forgets what was folded of one plan and folds its records anew; everything is then
pushed again. Where records were pruned from the journal, the others are folded on
top of the marks that are there.
)";

inline constexpr std::string_view pause = R"(
Stops calls to an endpoint, or to all. Records are folded meanwhile, and what is
under way ends. A pause outlives a restart; `partmark resume` ends it.
)";

inline constexpr std::string_view resume = R"(
Lets calls to an endpoint, or to all, go on.
)";

inline constexpr std::string_view drift = R"(
Asks the platform for its own list of usable partitions, and compares: missing are
marked success here and not listed there, unexpected are marked failed or cleared
here and listed there. Only what was accepted before and left alone meanwhile
counts. --repair pushes the differences again, unless a listed value could not be
read. The daemon must be running.

Exit status: 0 no difference, 1 differences, or a list could not be read.
)";

inline constexpr std::string_view prune = R"(
Drops from the journal what was recorded longer ago than DURATION (90d, 12h) and is
folded: the oldest records up to the first that has to stay, so never one behind a
younger. The last folded record stays always, for by it the daemon knows its
journal. What the platform was told, has still to hear or refused is in the state
and does not change.

May run while the daemon and jobs do: it works in short steps, and gives the room
back to the file system. Stopped at any moment, nothing is half done.

What goes with the records: `explain` no longer names their cause, a dedupe_key in
them is new again, and `state rebuild` forgets what only they said. So keep them
longer than any job or import may be repeated, and than your oldest backup of the
state is old.

Nothing is pruned while the daemon has still to read records of that age.

Exit status: 0 done, 1 not now or not possible, 2 wrong usage, 78 it is not the
journal that was folded.
)";

inline constexpr std::string_view check_state = R"(
Reads the whole of the daemon's state and says what contradicts what in it: the
file itself, references, runs that overlap or should be one, held partitions that
are pending, and a journal that is not the one that was folded or ends before it.
Changes nothing; the daemon may run.

Exit status: 0 nothing found, 1 something was, 78 it is the journal.
)";

inline constexpr std::string_view rebuild = R"(
Makes the state anew from the journal's records, beside the old one, and then puts
it in its place: for a state that is damaged or lost. Every mark is pushed again.
The old files are kept as state.db.TIME.bak. The daemon must be stopped.

What source tables owe and what is paused is taken over from the old state. Where
that is lost or cannot be read, nothing is paused, and tables start at the
journal's end; with --replay-triggers the platform is told of every table record
anew, which costs it real work. Marks whose records the journal has no more (they
were pruned, or another journal was here before) are gone from the result:
--without-pruned accepts that.
)";

inline constexpr std::string_view adopt_journal = R"(
For when the journal was replaced on purpose (a restored backup, a new file), and
partmarkd stopped with status 78. The journal that is there now counts from here
on: it is folded from its first record, on top of the marks that are known, and
pushed again. The daemon must be stopped.
)";

}  // namespace partmark::help
