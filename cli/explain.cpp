#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/explanation.hpp"
#include "cli/explanation_text.hpp"
#include "cli/plan_names.hpp"
#include "cli/stores.hpp"
#include "daemon/loop_settings.hpp"

namespace partmark {
namespace {

struct known_plan {
  std::optional<plan_detail> detail;  // nullopt: the daemon has folded nothing of it
  std::vector<rejected_row> rejected;
  journal_position folded;
};

result<known_plan> look_up(const config::settings& settings, std::string_view uuid) {
  known_plan found;
  auto state = open_state(settings);
  if (!state) return state.error();
  if (!*state) return found;
  auto detail = (*state)->plan(uuid);
  if (!detail && detail.error().code != errc::not_found) return detail.error();
  if (detail) found.detail = std::move(*detail);
  auto rejected = (*state)->rejected();
  if (!rejected) return rejected.error();
  std::erase_if(*rejected, [uuid](const rejected_row& row) { return row.plan != uuid; });
  found.rejected = std::move(*rejected);
  const auto summary = (*state)->summary();
  if (!summary) return summary.error();
  found.folded = summary->position;
  return found;
}

// As the daemon has it, else as configured, else as the plan's first good record says: the walk begins with the latest.
std::optional<plan_shape> shape_of(const known_plan& known, const config::plan_settings* configured, journal_history* journal,
                                   std::string_view uuid, std::int64_t partitions_max) {
  if (known.detail) return known.detail->overview.plan.shape;
  if (configured != nullptr)
    if (const auto shape = configured_shape(*configured)) return shape;
  std::optional<plan_shape> recorded;
  if (journal != nullptr)
    (void)journal->walk_plan(uuid, [&](const completion_row& row) {
      if (const auto said = decode(row, partitions_max)) recorded = said->shape;
      return true;
    });
  return recorded;
}

std::string_view example_of(granularity unit) {
  switch (unit) {
    case granularity::minute:
      return "2025-10-20T14:35:00";
    case granularity::hour:
      return "2025-10-20T14:00:00";
    case granularity::day:
    case granularity::week:
      break;
    case granularity::month:
    case granularity::quarter:
      return "2025-10";
    case granularity::year:
      return "2025";
  }
  return "2025-10-20";  // a Monday
}

result<ordinal> partition_asked(const plan_shape& shape, const std::optional<std::string>& given) {
  if (shape.kind == plan_kind::full_refresh) {
    if (given) return error{errc::invalid, "PARTITION: a full-refresh plan has none; leave it out"};
    return whole_table.first;
  }
  if (!given)
    return error{errc::invalid, "PARTITION is missing: the start of a " + std::string(to_text(shape.unit)) + ", such as " +
                                    std::string(example_of(shape.unit)) + "; `partmark show PLAN` draws those that there are"};
  auto asked = parse_partition(shape.unit, *given);
  if (!asked) return error{errc::invalid, "PARTITION: " + asked.error().message};
  return asked;
}

}  // namespace

int run(const explain_options& o, session& s) {
  const config::settings& settings = s.settings();
  const plan_names names(settings);
  const std::string_view uuid = names.uuid_of(o.plan);
  const auto known = look_up(settings, uuid);
  if (!known) return s.trouble(known.error());
  auto journal = open_history(settings.journal.path);
  journal_history* records = journal && *journal ? &**journal : nullptr;

  const std::int64_t partitions_max = settings.journal.max_partitions_per_record;
  const auto shape = shape_of(*known, names.find(uuid), records, uuid, partitions_max);
  if (!shape && !known->rejected.empty())
    return s.trouble({errc::not_found, o.plan + ": every record of it was rejected; `partmark rejected` says why"});
  if (!shape)
    return s.trouble(
        {errc::not_found,
         o.plan + ": no such plan: partmarkd has read no record of a plan of that name; `partmark plans` lists those that are known"});
  const auto partition = partition_asked(*shape, o.partition);
  if (!partition) return s.usage(partition.error().message);

  explanation e = explain_state(known->detail ? &*known->detail : nullptr, *shape, *partition);
  if (records != nullptr) {
    if (const auto same = records->file().verify(known->folded); !same) e.journal_trouble = same.error().message;
    explain_records(e, *records, uuid, known->folded.plans.folded_seq, known->rejected);
  } else {
    e.journal_trouble = journal ? settings.journal.path + ": there is no journal" : journal.error().message;
  }
  s.out().write(o.json ? explanation_json(e, uuid, names) : explanation_text(e, uuid, names, s.out().looks()));
  return e.journal_trouble ? exit_trouble : exit_fine;
}

}  // namespace partmark
