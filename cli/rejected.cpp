#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/json_writer.hpp"
#include "cli/stores.hpp"
#include "cli/text_table.hpp"
#include "cli/time_text.hpp"

namespace partmark {
namespace {

std::string json_of(const std::vector<rejected_row>& all) {
  json_writer json(false);
  json.array();
  for (const rejected_row& r : all)
    json.object().member("seq", r.seq).member("table", r.table).member("plan", r.plan).member("reason", r.reason).member("at", r.at).end();
  json.end();
  return std::move(json).finish();
}

std::string page_of(const std::vector<rejected_row>& all, const style& looks) {
  using side = text_table::side;
  text_table table({{"table", side::left}, {"seq", side::right}, {"found", side::left}, {"plan", side::left}, {"reason", side::left}});
  for (const rejected_row& r : all)
    table.add({{r.table, tone::plain},
               {std::to_string(r.seq), tone::plain},
               {short_utc(r.at), tone::plain},
               {r.plan, tone::strong},
               {r.reason, tone::warning}});
  return table.text(looks);
}

}  // namespace

int run(const rejected_options& o, session& s) {
  auto state = open_state(s.settings());
  if (!state) return s.trouble(state.error());
  auto all = *state ? (*state)->rejected() : result<std::vector<rejected_row>>(std::vector<rejected_row>());
  if (!all) return s.trouble(all.error());
  if (o.json)
    s.out().write(json_of(*all));
  else
    s.out().write(all->empty() ? "No record was rejected.\n" : page_of(*all, s.out().looks()));
  return exit_fine;
}

}  // namespace partmark
