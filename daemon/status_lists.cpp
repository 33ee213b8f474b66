// What the status page lists beside plans: what is held, and what was rejected.
#include "daemon/status_board.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace partmark {
namespace {

constexpr std::size_t ranges_named = 3;
constexpr std::size_t pages_max = 200;

// "2025-10-20 to 2025-10-22, 2025-11-01 and 4 more".
std::string ranges_text(const plan_shape& shape, const std::vector<range>& ranges) {
  if (shape.kind == plan_kind::full_refresh) return "the whole table";
  std::string text;
  for (std::size_t i = 0; i < std::min(ranges.size(), ranges_named); ++i) {
    text += (i > 0 ? ", " : "") + partition_label(shape.unit, ranges[i].first);
    if (ranges[i].size() > 1) text += " to " + partition_label(shape.unit, ranges[i].last);
  }
  if (ranges.size() > ranges_named) text += " and " + std::to_string(ranges.size() - ranges_named) + " more";
  return text;
}

bool alike(const hold_row& a, const hold_row& b) { return a.http_status == b.http_status && a.code == b.code && a.message == b.message; }

// What was refused alike is one line: a plan that the platform does not know is refused partition by partition.
held_view view_of(const plan_state& plan, const hold_row& hold, std::string_view name) {
  held_view out;
  out.plan = plan.uuid();
  out.title = name.empty() ? plan.uuid() : std::string(name);
  std::vector<range> ranges;
  plan.book.held().visit_all([&](range at, hold_id under) {
    if (const auto row = plan.affairs->holds.find(under); row == plan.affairs->holds.end() || !alike(row->second, hold)) return;
    if (!ranges.empty() && ranges.back().last + 1 == at.first)
      ranges.back().last = at.last;
    else
      ranges.push_back(at);
    out.partitions += at.size();
  });
  out.what = ranges.empty() ? "being tried again" : ranges_text(plan.book.shape(), ranges);
  out.http_status = hold.http_status;
  out.code = hold.code;
  out.message = hold.message;
  out.trace_id = hold.trace_id;
  out.since = hold.since;
  out.next_try = hold.next_try;
  out.tries = hold.tries;
  return out;
}

// The first of each kind of refusal.
std::vector<const hold_row*> kinds_of(const plan_state& plan) {
  std::vector<const hold_row*> kinds;
  for (const auto& [id, hold] : plan.affairs->holds)
    if (std::none_of(kinds.begin(), kinds.end(), [&](const hold_row* k) { return alike(*k, hold); })) kinds.push_back(&hold);
  return kinds;
}

held_view view_of(const table_state& table, ordinal date, const trigger_hold& hold) {
  held_view out;
  out.title = table.name;
  out.what = "trigger of " + partition_label(granularity::day, date);
  out.partitions = 1;
  out.http_status = hold.row.http_status;
  out.code = hold.row.code;
  out.message = hold.row.message;
  out.trace_id = hold.row.trace_id;
  out.since = hold.row.since;
  out.next_try = hold.row.next_try;
  out.tries = hold.row.tries;
  return out;
}

}  // namespace

list_page<held_view> status_board::held(std::size_t page, std::size_t page_size) {
  struct entry {
    system_time since;
    std::size_t found = 0;  // keeps those of one moment in their order from page to page
    const plan_state* plan = nullptr;
    const hold_row* hold = nullptr;
    const table_state* table = nullptr;
    const std::pair<const ordinal, trigger_hold>* trigger = nullptr;
  };
  std::vector<entry> all;
  for (const plan_state& plan : loop_.plans())
    for (const hold_row* hold : kinds_of(plan)) all.push_back({hold->since, all.size(), &plan, hold, nullptr, nullptr});
  for (const table_state& table : loop_.calls().second_api().tables())
    for (const auto& held : table.holds) all.push_back({held.second.row.since, all.size(), nullptr, nullptr, &table, &held});
  std::sort(all.begin(), all.end(), [](const entry& a, const entry& b) { return std::tie(a.since, a.found) < std::tie(b.since, b.found); });

  list_page<held_view> out;
  out.page = std::min(page, all.empty() ? 0 : (all.size() - 1) / page_size);
  const std::size_t first = out.page * page_size;
  const std::size_t end = std::min(first + page_size, all.size());
  for (std::size_t i = first; i < end; ++i)
    out.rows.push_back(all[i].plan ? view_of(*all[i].plan, *all[i].hold, name_of(all[i].plan->uuid()))
                                   : view_of(*all[i].table, all[i].trigger->first, all[i].trigger->second));
  out.more = end < all.size();
  return out;
}

std::vector<held_view> status_board::holds_of(const plan_state& plan) {
  std::vector<held_view> out;
  for (const hold_row* hold : kinds_of(plan)) out.push_back(view_of(plan, *hold, name_of(plan.uuid())));
  return out;
}

list_page<rejected_row> status_board::rejected(std::size_t page, std::size_t page_size) {
  list_page<rejected_row> out;
  out.page = std::min(page, pages_max);
  state_reader* reader = stored();
  if (!reader) return out;
  auto rows = reader->latest_rejected(static_cast<std::int64_t>(out.page * page_size), static_cast<std::int64_t>(page_size + 1));
  if (!rows) return out;
  out.more = rows->size() > page_size && out.page < pages_max;
  if (rows->size() > page_size) rows->resize(page_size);
  out.rows = std::move(*rows);
  return out;
}

// Beside the loop's own connection, and never waiting: what cannot be read at once is not shown.
state_reader* status_board::stored() {
  if (!stored_)
    if (auto opened = state_reader::open(settings_.state.path, milliseconds(0))) stored_.emplace(std::move(*opened));
  return stored_ ? &*stored_ : nullptr;
}

}  // namespace partmark
