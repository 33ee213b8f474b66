#include "core/text.hpp"
#include "status/pages.hpp"
#include "status/web_exchange.hpp"
#include "status/words.hpp"

#include <array>

namespace partmark {
namespace {

constexpr std::size_t id_bytes_shown = 11;

// "11-22 11:00" in place of a whole label: the line has little room.
std::string short_label(granularity unit, ordinal o) {
  std::string label = partition_label(unit, o);
  if (label.size() != 19) return label;
  label[10] = ' ';
  return label.substr(5, 11);
}

struct column {
  plan_order order;
  std::string_view name;  // in the query
  std::string_view label;
  bool descending_first;
};

constexpr std::array<column, 4> columns{{{plan_order::name, "name", "Plan", false},
                                         {plan_order::pending, "pending", "Pending", true},
                                         {plan_order::held, "held", "Held", true},
                                         {plan_order::waiting, "waiting", "Waiting", false}}};

std::string address(const plan_query& query, std::string_view sort, bool descending) {
  std::string out = "/";
  const auto add = [&](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    out += out.size() == 1 ? '?' : '&';
    out += std::string(name) + '=' + percent_encoded(value);
  };
  add("q", query.search);
  add("sort", sort);
  if (!sort.empty()) add("order", descending ? "desc" : "asc");
  return out;
}

std::string_view sort_name(plan_order order) {
  for (const auto& c : columns)
    if (c.order == order) return c.name;
  return {};
}

html sort_head(const plan_query& query, const column& c, bool is_number) {
  const bool current = query.order == c.order;
  const bool descending = current ? !query.descending : c.descending_first;
  html out;
  out << "<th scope=col";
  if (is_number) out << " class=num";
  if (current) {
    out << " aria-sort=";
    query.descending ? out << "descending" : out << "ascending";
  }
  out << "><a href=\"" << address(query, c.name, descending) << "#plans\">" << c.label;
  if (current) {
    out << "<span aria-hidden=true>";
    query.descending ? out << " ↓" : out << " ↑";
    out << "</span>";
  }
  out << "</a></th>";
  return out;
}

// The latest partitions as a strip: bars whose height tells the mark, hollow while the platform has still to accept.
html strip(const plan_line& line) {
  html out;
  if (line.recent.empty()) return out;
  std::array<std::int64_t, 3> marks{};
  std::int64_t owed = 0;
  std::int64_t held = 0;
  std::int64_t differing = 0;
  for (const auto& run : line.recent) {
    marks[static_cast<std::size_t>(run.said)] += run.at.size();
    if (run.drift == drift_kind::missing || run.drift == drift_kind::unexpected) differing += run.at.size();
    if (run.where == standing::held)
      held += run.at.size();
    else if (run.where != standing::accepted)
      owed += run.at.size();
  }
  const std::int64_t count = line.recent_window.size();
  out << "<svg class=strip width=\"" << count * 5 << "\" height=14 role=img aria-label=\"Of the latest " << count << ": " << marks[0]
      << " success, " << marks[1] << " failed, " << marks[2] << " cleared; " << owed << " to be accepted, " << held << " held";
  if (differing > 0) out << ", " << differing << " differ on the platform";
  out << "\">";
  for (const auto& run : line.recent)
    for (ordinal o = run.at.first; o <= run.at.last; ++o) {
      const std::int64_t height = run.said == mark::success ? 14 : run.said == mark::failed ? 8 : 3;
      out << "<rect class=\"" << cell_class(run.said, run.where) << drift_class(run.drift) << "\" x=\""
          << (o - line.recent_window.first) * 5 << "\" y=\"" << 14 - height << "\" width=4 height=\"" << height << "\"/>";
    }
  out << "</svg>";
  return out;
}

void row(html& out, const plan_line& line, system_time now) {
  out << "<tr><th scope=row><a href=\"" << plan_link(line.uuid) << "\">" << (line.name.empty() ? line.uuid : line.name) << "</a>";
  if (!line.name.empty()) out << "<code class=id title=\"" << line.uuid << "\">" << printable(line.uuid, id_bytes_shown) << "</code>";
  out << "</th><td>" << shape_words(line.shape);
  if (line.refolding) out << "<small>being folded anew</small>";
  out << "</td><td>" << line.endpoint << "</td><td>";
  if (!line.recent.empty() && line.shape.kind == plan_kind::partitioned) {
    out << "<span class=latest>" << short_label(line.shape.unit, line.recent_window.last) << "</span>" << strip(line);
  } else if (!line.recent.empty()) {
    out << mark_words(line.recent.back().said, line.recent.back().where);
  }
  out << "</td><td class=num>" << line.partitions << "</td><td class=num>";
  line.pending > 0 ? out << "<b class=busy>" << line.pending << "</b>" : out << "<span class=none>0</span>";
  if (line.in_flight) out << "<small>in flight</small>";
  out << "</td><td class=num>";
  line.held > 0 ? out << "<b class=bad>" << line.held << "</b>" : out << "<span class=none>0</span>";
  out << "</td><td>" << relative_time(line.waiting_since, now) << "</td></tr>";
}

}  // namespace

html plans_section(const summary_view& now, const plan_page_view& plans, const plan_query& query) {
  html out;
  out << "<section id=plans><div class=bar><h2 id=h-plans>Plans</h2><form role=search action=\"/#plans\"><label for=q>Search</label><input "
         "id=q "
         "name=q type=search value=\""
      << query.search << "\" placeholder=\"name or uuid\" autocomplete=off spellcheck=false maxlength=256>";
  if (query.order != plan_order::attention)
    out << "<input type=hidden name=sort value=\"" << sort_name(query.order) << "\"><input type=hidden name=order value=\""
        << std::string(query.descending ? "desc" : "asc") << "\">";
  out << "<button>Find</button></form></div><div id=plan-list data-live><p class=lead>";
  out << counted_words(static_cast<std::int64_t>(plans.matching), "plan", "plans");
  if (!query.search.empty()) out << " with “" << query.search << "” in the name";
  if (query.order == plan_order::attention) {
    out << ", those that need attention first";
  } else {
    plan_query plain;
    plain.search = query.search;
    out << ". <a href=\"" << address(plain, {}, false) << "#plans\">Sort by attention</a>";
  }
  out << "</p>";
  if (plans.lines.empty()) {
    out << "<p class=empty>" << std::string(query.search.empty() ? "No record has named a plan yet." : "No plan is called so.")
        << "</p></div></section>";
    return out;
  }
  out << "<div class=scroll tabindex=0 role=region aria-labelledby=h-plans><table class=plans><thead><tr>"
      << sort_head(query, columns[0], false)
      << "<th scope=col>Kind<th scope=col>Endpoint<th scope=col>Latest partitions<th scope=col class=num>Partitions"
      << sort_head(query, columns[1], true) << sort_head(query, columns[2], true) << sort_head(query, columns[3], false)
      << "</tr></thead><tbody>";
  for (const auto& line : plans.lines) row(out, line, now.at);
  out << "</tbody></table></div>";
  const std::size_t shown = plans.page * query.page_size + plans.lines.size();
  out << pager(address(query, sort_name(query.order), query.descending), plans.page, shown < plans.matching) << "</div></section>";
  return out;
}

}  // namespace partmark
