#include "status/calendar_window.hpp"
#include "status/pages.hpp"
#include "status/words.hpp"

namespace partmark {
namespace {

constexpr std::size_t events_shown = 20;
constexpr std::size_t attempts_shown = 16;

ordinal shown_partition(const plan_view& plan, std::optional<ordinal> at) { return at ? *at : plan.extent->last; }

void fact(html& out, std::string_view label, const html& value) { out << "<div><dt>" << label << "</dt><dd>" << value << "</dd></div>"; }

html refusal(unsigned status, std::string_view code, std::string_view message) {
  html out;
  if (status != 0) out << "HTTP " << std::to_string(status) << " · ";
  if (!code.empty()) out << code << " · ";
  out << (message.empty() ? std::string_view("no message") : message);
  return out;
}

html holds(const summary_view& now, const plan_view& plan) {
  html out;
  if (plan.holds.empty()) return out;
  out << "<section><h2>Held</h2><ul class=holds>";
  for (const auto& hold : plan.holds) {
    out << "<li><p class=said>" << refusal(hold.http_status, hold.code, hold.message) << "</p><p class=note>" << hold.what << " · since "
        << relative_time(hold.since, now.at) << ", next try " << relative_time(hold.next_try, now.at);
    if (hold.tries > 0) out << ", tried again " << counted_words(hold.tries, "time", "times");
    if (!hold.trace_id.empty()) out << ", trace id <code>" << hold.trace_id << "</code>";
    out << "</p></li>";
  }
  out << "</ul></section>";
  return out;
}

std::string_view kind_words(call_kind kind) {
  switch (kind) {
    case call_kind::clear:
      return "clear";
    case call_kind::refresh:
      return "full refresh";
    case call_kind::update:
      break;
  }
  return "update";
}

html attempts(const summary_view& now, const plan_view& plan) {
  html out;
  if (plan.attempts.empty()) return out;
  out << "<section><h2 id=h-calls>Latest calls</h2><div class=scroll tabindex=0 role=region aria-labelledby=h-calls><table><thead><tr><th "
         "scope=col>Sent<th scope=col>Call<th scope=col class=num>Partitions<th scope=col class=num>Took<th scope=col>Ended<th "
         "scope=col>What was "
         "said<th scope=col>Trace id</tr></thead><tbody>";
  std::size_t count = 0;
  for (const auto& a : plan.attempts) {
    if (count++ == attempts_shown) break;
    const bool good = a.ended.kind == verdict_kind::accepted;
    out << "<tr><td>" << relative_time(a.sent_at, now.at) << "</td><td>" << kind_words(a.kind) << "</td><td class=num>" << a.partitions
        << "</td><td class=num>" << span_text(a.took) << "</td><td>";
    good ? out << "<span class=\"chip good\">✓ " : out << "<span class=\"chip bad\">✕ ";
    out << to_text(a.ended.kind) << "</span></td><td class=reason>";
    if (!good) out << refusal(a.ended.http_status, a.ended.code, a.ended.message);
    out << "</td><td class=trace><code>" << a.ended.trace_id << "</code></td></tr>";
  }
  out << "</tbody></table></div></section>";
  return out;
}

html facts(const summary_view& now, const plan_view& plan) {
  const plan_line& line = plan.line;
  html out;
  out << "<dl class=tiles>";
  fact(out, "Success", html() << plan.success);
  fact(out, "Failed", html() << plan.failed);
  fact(out, "Cleared", html() << plan.cleared);
  html pending;
  pending << line.pending;
  if (line.in_flight) pending << "<span class=note> in flight</span>";
  fact(out, "Pending", pending);
  fact(out, "Held", html() << line.held);
  fact(out, "Waiting", html() << relative_time(line.waiting_since, now.at));
  out << "</dl>";
  if (plan.in_limbo > 0)
    out << "<p class=lead>" << counted_words(plan.in_limbo, "partition is", "partitions are")
        << " in limbo: a call whose reply was lost may still land, so what it could spoil is sent again.</p>";
  if (plan.drift) {
    out << "<p class=lead>Drift: the platform's own list, compared " << relative_time(plan.drift->at, now.at) << ", differed in "
        << counted_words(plan.drift->differing + plan.drift->mended, "partition", "partitions");
    if (plan.drift->cut) out << " and more";
    if (plan.drift->mended > 0) out << "; " << plan.drift->mended << " accepted since";
    if (plan.drift->differing > 0) out << ". <code>partmark drift " << line.uuid << " --repair</code> pushes them again";
    out << ".</p>";
  }
  if (line.refolding) out << "<p class=lead>Its records are being folded anew.</p>";
  return out;
}

html calendar_section(const plan_view& plan, std::optional<ordinal> at, const std::vector<cell_run>& cells) {
  html out;
  out << "<section id=calendar><h2 id=h-calendar>Partitions</h2>";
  if (!plan.extent)
    out << "<p class=empty>No record of this plan could be used: see <a href=/rejected>rejected records</a>.</p>";
  else if (plan.line.shape.kind == plan_kind::full_refresh)
    out << "<p>The whole table: " << (cells.empty() ? std::string_view("nothing") : mark_words(cells.front().said, cells.front().where))
        << ".</p>";
  else
    out << calendar(plan, shown_partition(plan, at), cells);
  out << "</section>";
  return out;
}

}  // namespace

std::optional<range> calendar_partitions(const plan_view& plan, std::optional<ordinal> at) {
  if (!plan.extent) return std::nullopt;
  if (plan.line.shape.kind == plan_kind::full_refresh) return whole_table;
  return window_around(plan.line.shape.unit, shown_partition(plan, at)).partitions;
}

html plan_page(const summary_view& now, const plan_view& plan, std::optional<ordinal> at, const std::vector<cell_run>& cells,
               const recent_events& events) {
  const plan_line& line = plan.line;
  html out;
  out << "<p class=back><a href=\"/#plans\">← Plans</a></p><h1>" << (line.name.empty() ? line.uuid : line.name) << "</h1><p class=lead>";
  if (!line.name.empty()) out << "<code>" << line.uuid << "</code> · ";
  out << shape_words(line.shape) << " · endpoint " << line.endpoint << "</p><div id=plan data-live>" << facts(now, plan) << holds(now, plan)
      << calendar_section(plan, at, cells) << attempts(now, plan) << "<section><h2>Recent events of this plan</h2>"
      << events_table(events, line.uuid, events_shown) << "</section></div>";
  return out;
}

}  // namespace partmark
