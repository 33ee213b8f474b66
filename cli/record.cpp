#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/json_writer.hpp"
#include "cli/record_check.hpp"
#include "cli/record_form.hpp"
#include "journal/journal_writer.hpp"

namespace partmark {
namespace {

new_plan_record plan_record_of(const record_options& o) {
  return {*o.plan, o.granularity, o.first, o.last, *o.outcome, o.run_type, o.job, o.key};
}

new_table_record table_record_of(const record_options& o) { return {*o.table, *o.partition, *o.outcome, o.job, o.key}; }

std::string summary_of(const record_options& o, const recorded& done) {
  std::string text = done.already ? "already recorded as " : "recorded as ";
  text += std::to_string(done.seq) + ": ";
  if (o.table) {
    text += *o.table + " " + *o.partition;
  } else {
    text += *o.plan;
    if (o.full_refresh) text += " full refresh";
    if (o.granularity) text += " " + *o.granularity;
    if (o.first) text += " " + *o.first;
    if (o.last) text += " to " + *o.last;
  }
  return text + " " + *o.outcome + "\n";
}

void tell(const record_options& o, const recorded& done, session& s) {
  if (o.json) {
    json_writer json(false);
    json.object().member("seq", done.seq).member("already_recorded", done.already).end();
    s.out().write(std::move(json).finish());
  } else if (o.verbose || s.out().looks().is_terminal) {
    s.out().write(summary_of(o, done));
  }
}

void tell_skipped(const record_options& o, session& s) {
  if (o.json)
    s.out().write("{\"seq\":null,\"already_recorded\":false}\n");
  else if (o.verbose || s.out().looks().is_terminal)
    s.out().write("nothing recorded: a condition kept the service from starting\n");
}

}  // namespace

int run(const record_options& given, session& s) {
  record_options o = given;
  if (const auto form = check_form(o); !form) return s.usage(form.error().message);
  if (o.from_systemd) {
    const result<bool> ended = take_from(service_end_of_this_process(), o);
    if (!ended) return s.usage(ended.error().message);
    if (!*ended) {
      tell_skipped(o, s);
      return exit_fine;
    }
  }
  const config::settings& settings = s.settings();
  const auto right = o.table ? check(table_record_of(o)) : check(plan_record_of(o), settings.journal.max_partitions_per_record);
  if (!right) return s.usage(right.error().message);

  auto journal = journal_writer::open(settings.journal.path);
  if (!journal) {
    error why = journal.error();
    if (why.code == errc::permission) why.message += "; whose jobs record is in the group partmark-jobs";
    return s.trouble(why);
  }
  const result<recorded> done = o.table ? (*journal)->record(table_record_of(o)) : (*journal)->record(plan_record_of(o));
  if (!done) return done.error().code == errc::invalid ? s.usage(done.error().message) : s.trouble(done.error());
  tell(o, *done, s);
  return exit_fine;
}

}  // namespace partmark
