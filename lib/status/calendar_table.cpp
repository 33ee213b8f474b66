// A plan's partitions as a table of cells: rows of a natural length, one cell a partition. Colour, shape and a sign each tell the same.
#include "status/calendar_window.hpp"
#include "status/pages.hpp"
#include "status/web_exchange.hpp"
#include "status/words.hpp"

#include <array>

namespace partmark {
namespace {

struct look {
  std::string_view name;
  std::string_view words;
};

// By mark, then by standing.
constexpr std::array<std::array<look, 4>, 3> looks{{{{{"s", "success"},
                                                      {"s p", "success, still to be accepted"},
                                                      {"s p i", "success, in flight"},
                                                      {"s h", "success, held: refused by the platform"}}},
                                                    {{{"f", "failed"},
                                                      {"f p", "failed, still to be accepted"},
                                                      {"f p i", "failed, in flight"},
                                                      {"f h", "failed, held: refused by the platform"}}},
                                                    {{{"c", "cleared"},
                                                      {"c p", "cleared, still to be accepted"},
                                                      {"c p i", "cleared, in flight"},
                                                      {"c h", "cleared, held: refused by the platform"}}}}};

// By kind of drift.
constexpr std::array<look, 4> drifts{{{"", ""},
                                      {" d", "; drift: the platform's list lacked it"},
                                      {" d", "; drift: the platform's list had it"},
                                      {" m", "; drift was found, and it was accepted since"}}};

const look& look_of(mark said, standing where) { return looks[static_cast<std::size_t>(said)][static_cast<std::size_t>(where)]; }

void chips(html& out, const plan_view& plan, const std::vector<calendar_jump>& to, std::string_view label) {
  if (to.size() < 2) return;
  out << "<nav class=chips aria-label=\"" << label << "\">";
  for (const auto& jump : to) {
    out << "<a";
    if (jump.current) out << " aria-current=true";
    out << " href=\"" << plan_link(plan.line.uuid) << "&at=" << percent_encoded(partition_label(plan.line.shape.unit, jump.to))
        << "#calendar\">" << jump.label << "</a>";
  }
  out << "</nav>";
}

void cell(html& out, granularity unit, ordinal o, const cell_run* run) {
  if (!run) {
    out << "<td></td>";
    return;
  }
  const look& l = look_of(run->said, run->where);
  const look& d = drifts[static_cast<std::size_t>(run->drift)];
  const std::string label = partition_label(unit, o);
  out << "<td class=\"" << l.name << d.name << "\" title=\"" << label << ": " << l.words << d.words << "\"><span>" << label << " "
      << l.words << d.words << "</span></td>";
}

void legend(html& out) {
  out << "<ul class=legend aria-label=Legend>";
  const auto item = [&](mark said, standing where, std::string_view words) {
    out << "<li><i class=\"cell " << look_of(said, where).name << "\" aria-hidden=true></i>" << words << "</li>";
  };
  item(mark::success, standing::accepted, "success");
  item(mark::failed, standing::accepted, "failed");
  item(mark::cleared, standing::accepted, "cleared");
  item(mark::success, standing::pending, "hollow: still to be accepted");
  item(mark::success, standing::in_flight, "dashed: in flight");
  item(mark::success, standing::held, "held: refused by the platform");
  out << "<li><i class=\"cell s d\" aria-hidden=true></i>drift: differed in the platform's list</li>"
         "<li><i class=\"cell s m\" aria-hidden=true></i>framed: accepted since</li>";
  out << "</ul>";
}

void counts(html& out, const std::vector<cell_run>& cells) {
  std::array<std::int64_t, 3> marks{};
  std::int64_t owed = 0;
  std::int64_t held = 0;
  std::int64_t differing = 0;
  for (const auto& run : cells) {
    marks[static_cast<std::size_t>(run.said)] += run.at.size();
    if (run.drift == drift_kind::missing || run.drift == drift_kind::unexpected) differing += run.at.size();
    if (run.where == standing::held)
      held += run.at.size();
    else if (run.where != standing::accepted)
      owed += run.at.size();
  }
  out << marks[0] << " success";
  if (marks[1] > 0) out << ", " << marks[1] << " failed";
  if (marks[2] > 0) out << ", " << marks[2] << " cleared";
  if (owed > 0) out << "; " << owed << " still to be accepted";
  if (held > 0) out << "; " << held << " held";
  if (differing > 0) out << "; " << differing << " differ on the platform";
}

}  // namespace

std::string_view mark_words(mark said, standing where) { return look_of(said, where).words; }
std::string_view drift_class(drift_kind how) { return drifts[static_cast<std::size_t>(how)].name; }
std::string_view cell_class(mark said, standing where) { return look_of(said, where).name; }

html calendar(const plan_view& plan, ordinal at, const std::vector<cell_run>& cells) {
  const granularity unit = plan.line.shape.unit;
  const calendar_window window = window_around(unit, at);
  html out;
  chips(out, plan, year_jumps(unit, *plan.extent, at), "Years");
  chips(out, plan, month_jumps(unit, *plan.extent, at), "Months");
  out << "<div class=scroll tabindex=0 role=region aria-labelledby=h-calendar><table class=\"calendar " << to_text(unit)
      << "\"><caption><b>" << window.title << "</b> ";
  counts(out, cells);
  out << "</caption><thead><tr><td></td>";
  for (const auto& head : column_heads(unit)) out << "<th scope=col>" << head << "</th>";
  out << "</tr></thead><tbody>";
  auto run = cells.begin();
  for (const calendar_row& row : window.rows) {
    out << "<tr><th scope=row>" << row.label << "</th>";
    for (std::size_t i = 0; i < row.offset; ++i) out << "<td></td>";
    for (ordinal o = row.partitions.first; o <= row.partitions.last; ++o) {
      while (run != cells.end() && run->at.last < o) ++run;
      cell(out, unit, o, run != cells.end() && run->at.first <= o ? &*run : nullptr);
    }
    out << "</tr>";
  }
  out << "</tbody></table></div>";
  legend(out);
  return out;
}

}  // namespace partmark
