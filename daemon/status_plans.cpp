// What the status page asks of plans: lists are cut to a page before anything is counted for their lines.
#include "daemon/status_board.hpp"
#include "daemon/system_clock.hpp"
#include "daemon/waiting_since.hpp"

#include <algorithm>
#include <utility>

namespace partmark {
namespace {

constexpr std::int64_t recent_partitions = 30;

// What a list is sorted by.
struct entry {
  const plan_state* plan;
  std::string_view title;
  std::int64_t pending = 0;
  std::int64_t held = 0;
  system_time since = system_time::max();
};

bool contains_ignoring_case(std::string_view text, std::string_view part) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::search(text.begin(), text.end(), part.begin(), part.end(), [&](char a, char b) { return lower(a) == lower(b); }) !=
         text.end();
}

int urgency(const entry& e) { return e.held > 0 ? 0 : e.pending > 0 ? 1 : 2; }

// Whether `a` stands before `b` when ascending; ties go by title, which nobody shares with its uuid.
bool before(plan_order order, const entry& a, const entry& b) {
  const auto tie = [&] { return std::pair(a.title, a.plan->uuid()) < std::pair(b.title, b.plan->uuid()); };
  switch (order) {
    case plan_order::attention:
      if (urgency(a) != urgency(b)) return urgency(a) < urgency(b);
      return a.since != b.since ? a.since < b.since : tie();
    case plan_order::pending:
      return a.pending != b.pending ? a.pending < b.pending : tie();
    case plan_order::held:
      return a.held != b.held ? a.held < b.held : tie();
    case plan_order::waiting:
      return a.since != b.since ? a.since < b.since : tie();
    case plan_order::name:
      break;
  }
  return tie();
}

struct cell_look {
  mark said = mark::success;
  standing where = standing::accepted;
  drift_kind drift = drift_kind::none;

  friend bool operator==(const cell_look&, const cell_look&) = default;
};

std::vector<cell_run> cells_of(const ledger& book, range window, const drift_finding* finding) {
  range_map<cell_look> cells;
  run_changes<cell_look> unused;
  const auto lay = [&](range at, mark said, standing where) {
    if (at.last < window.first || at.first > window.last) return;
    cells.assign({std::max(at.first, window.first), std::min(at.last, window.last)}, {said, where, drift_kind::none}, unused);
    unused.clear();
  };
  book.marks().visit(window, [&](range at, mark said) { lay(at, said, standing::accepted); });
  book.pending().visit(window, [&](range at, mark said) { lay(at, said, standing::pending); });
  if (const auto& call = book.in_flight())
    for (const claim& c : call->claims) lay(c.at, c.said, standing::in_flight);
  book.held().visit(window,
                    [&](range at, hold_id) { book.marks().visit(at, [&](range part, mark said) { lay(part, said, standing::held); }); });
  if (finding) {
    std::vector<std::pair<range, cell_look>> differing;
    finding->parts.visit(window, [&](range at, drift_kind how) {
      cells.visit(at, [&](range part, const cell_look& look) { differing.push_back({part, {look.said, look.where, how}}); });
    });
    for (const auto& [part, look] : differing) cells.assign(part, look, unused);
  }
  std::vector<cell_run> out;
  cells.visit_all([&](range at, const cell_look& look) { out.push_back({at, look.said, look.where, look.drift}); });
  return out;
}

}  // namespace

std::string_view status_board::name_of(std::string_view uuid) {
  if (configured_.empty())
    for (const auto& p : settings_.plans) configured_.emplace(p.uuid, &p);
  const auto found = configured_.find(uuid);
  return found == configured_.end() ? std::string_view() : std::string_view(found->second->name);
}

const plan_state* status_board::find(std::string_view uuid) const { return loop_.plans().find(uuid); }

plan_line status_board::line_of(const plan_state& plan, now t) {
  plan_line line;
  line.uuid = plan.uuid();
  line.name = name_of(plan.uuid());
  line.endpoint = loop_.calls().endpoints()[plan.endpoint].settings.name;
  line.shape = plan.book.shape();
  line.partitions = plan.book.marks().partitions();
  line.pending = plan.owes ? plan.book.owed_partitions() : 0;
  line.held = plan.book.held().partitions();
  line.waiting_since = waiting_since(plan, t);
  line.in_flight = plan.under_way().has_value();
  line.refolding = plan.refolding();
  if (const auto extent = plan.book.marks().extent()) {
    line.recent_window = {extent->last - recent_partitions + 1, extent->last};
    line.recent = cells_of(plan.book, line.recent_window, loop_.calls().drift_of(plan.id));
  }
  return line;
}

plan_page_view status_board::plans(const plan_query& query) {
  const now t = clock_now();
  std::vector<entry> found;
  for (const plan_state& plan : loop_.plans()) {
    const std::string_view name = name_of(plan.uuid());
    if (!query.search.empty() && !contains_ignoring_case(plan.uuid(), query.search) && !contains_ignoring_case(name, query.search))
      continue;
    entry e{&plan, name.empty() ? std::string_view(plan.uuid()) : name, 0, plan.book.held().partitions()};
    if (plan.owes) e.pending = plan.book.owed_partitions();
    if (const auto since = waiting_since(plan, t)) e.since = *since;
    found.push_back(e);
  }
  plan_page_view out;
  out.matching = found.size();
  const std::size_t last_page = found.empty() ? 0 : (found.size() - 1) / query.page_size;
  out.page = std::min(query.page, last_page);
  const std::size_t first = out.page * query.page_size;
  const std::size_t end = std::min(first + query.page_size, found.size());
  const auto in_order = [&](const entry& a, const entry& b) {
    return query.descending ? before(query.order, b, a) : before(query.order, a, b);
  };
  const auto place = [&](std::size_t n) { return found.begin() + static_cast<std::ptrdiff_t>(n); };
  // Only the page itself is put in order.
  if (first > 0) std::nth_element(found.begin(), place(first), found.end(), in_order);
  std::partial_sort(place(first), place(end), found.end(), in_order);
  for (std::size_t i = first; i < end; ++i) out.lines.push_back(line_of(*found[i].plan, t));
  return out;
}

std::optional<plan_view> status_board::plan(std::string_view uuid) {
  const plan_state* plan = find(uuid);
  if (!plan) return std::nullopt;
  plan_view out;
  out.line = line_of(*plan, clock_now());
  plan->book.marks().visit_all([&](range at, mark said) {
    (said == mark::success ? out.success : said == mark::failed ? out.failed : out.cleared) += at.size();
  });
  out.in_limbo = plan->book.limbo().partitions();
  out.extent = plan->book.marks().extent();
  if (const drift_finding* finding = loop_.calls().drift_of(plan->id)) {
    out.drift = drift_view{finding->at, 0, 0, finding->cut};
    finding->parts.visit_all(
        [&](range at, drift_kind how) { (how == drift_kind::mended ? out.drift->mended : out.drift->differing) += at.size(); });
  }
  out.holds = holds_of(*plan);
  if (state_reader* reader = stored())
    if (auto attempts = reader->attempts(plan->id)) out.attempts = std::move(*attempts);
  return out;
}

std::vector<cell_run> status_board::cells(std::string_view uuid, range window) {
  const plan_state* plan = find(uuid);
  return plan ? cells_of(plan->book, window, loop_.calls().drift_of(plan->id)) : std::vector<cell_run>();
}

}  // namespace partmark
