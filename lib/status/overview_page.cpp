#include "status/health.hpp"
#include "status/pages.hpp"
#include "status/words.hpp"

#include <algorithm>

namespace partmark {
namespace {

constexpr std::size_t events_shown = 12;

html headline(const summary_view& now) {
  const auto troubles = troubles_of(now);
  // Some endpoint still takes marks, and nothing on this side is in their way.
  const auto in_trouble = [](const endpoint_view& e) { return e.circuit_open || e.unauthorized; };
  const bool partly = !now.journal_trouble && now.state_writable && !std::all_of(now.endpoints.begin(), now.endpoints.end(), in_trouble);
  const bool refused = now.held_plans + now.held_triggers > 0;
  html out;
  out << "<section class=\"headline ";
  if (!troubles.empty() && partly)
    out << "warn\"><h1><span class=glyph aria-hidden=true>!</span>Some marks do not get through</h1>";
  else if (!troubles.empty())
    out << "bad\"><h1><span class=glyph aria-hidden=true>✕</span>Marks do not get through</h1>";
  else if (refused)
    out << "warn\"><h1><span class=glyph aria-hidden=true>!</span>The platform refuses something</h1>";
  else if (now.behind)
    out << "busy\"><h1><span class=glyph aria-hidden=true>…</span>Reading the journal</h1>";
  else if (now.pending_plans + now.pending_tables > 0)
    out << "busy\"><h1><span class=glyph aria-hidden=true>↑</span>On its way</h1>";
  else
    out << "good\"><h1><span class=glyph aria-hidden=true>✓</span>All that was read is accepted</h1>";
  if (!troubles.empty()) {
    out << "<ul>";
    for (const auto& trouble : troubles) out << "<li>" << trouble << "</li>";
    out << "</ul>";
  } else if (refused) {
    out << "<p>Everything else goes on. <a href=/held>What is held, and why</a></p>";
  } else if (now.behind) {
    out << "<p>Nothing is pushed before its end is reached.</p>";
  }
  out << "</section>";
  return out;
}

html tile(std::string_view label, const html& value, const html& note, bool warns = false) {
  html out;
  warns ? out << "<div class=warn>" : out << "<div>";
  out << "<dt>" << label << "</dt><dd>" << value << "</dd><dd class=note>" << note << "</dd></div>";
  return out;
}

html number(std::int64_t n) {
  html out;
  out << n;
  return out;
}

html words(std::string_view text) {
  html out;
  out << text;
  return out;
}

html tiles(const summary_view& now) {
  html out;
  out << "<dl class=tiles>";
  out << tile("Oldest waiting", now.oldest_pending ? words(span_text(now.at - *now.oldest_pending)) : words("nothing"),
              words("to be accepted"));
  out << tile("Pending", number(now.pending_partitions),
              html() << "partitions of " << counted_words(static_cast<std::int64_t>(now.pending_plans), "plan", "plans"));
  out << tile("Held", number(now.held_partitions),
              html() << "partitions of " << counted_words(static_cast<std::int64_t>(now.held_plans), "plan", "plans"),
              now.held_partitions > 0);
  out << tile("Triggers", number(static_cast<std::int64_t>(now.pending_tables)),
              html() << "tables waiting, " << now.held_triggers << " held");
  out << tile("Plans", number(static_cast<std::int64_t>(now.plans)), words("known"));
  out << tile("Journal", number(now.folded_seq), words(now.behind ? "read so far" : "the last record, read"));
  out << "</dl>";
  return out;
}

html chip(const endpoint_view& e) {
  html out;
  if (e.unauthorized)
    out << "<span class=\"chip bad\">✕ credential refused</span>";
  else if (e.circuit_open)
    out << "<span class=\"chip bad\">✕ circuit open</span>";
  else if (e.paused)
    out << "<span class=\"chip warn\">‖ paused</span>";
  else
    out << "<span class=\"chip good\">✓ answers</span>";
  return out;
}

html endpoints(const summary_view& now, const recent_events& events) {
  html out;
  out << "<section><h2 id=h-endpoints>Endpoints</h2><div class=scroll tabindex=0 role=region aria-labelledby=h-endpoints><table "
         "id=endpoints "
         "data-live><thead><tr><th scope=col>Endpoint<th scope=col>State<th scope=col class=num>In flight<th scope=col>Last accepted<th "
         "scope=col>Last failure</tr></thead><tbody>";
  for (const auto& e : now.endpoints) {
    const endpoint_memory& last = events.endpoint(e.name);
    out << "<tr><th scope=row>" << e.name << "<small>" << e.url << "</small></th><td>" << chip(e) << "</td><td class=num>" << e.in_flight
        << "<span class=of> / " << e.in_flight_max << "</span></td><td>" << relative_time(last.accepted_at, now.at)
        << "</td><td class=reason>";
    out << relative_time(last.failed_at, now.at);
    if (last.failed_at) {
      out << "<small>";
      if (last.failed_status != 0) out << "HTTP " << std::to_string(last.failed_status) << " · ";
      out << last.failure << "</small>";
    }
    out << "</td></tr>";
  }
  out << "</tbody></table></div></section>";
  return out;
}

}  // namespace

html overview_page(const summary_view& now, const plan_page_view& plans, const plan_query& query, const list_page<held_view>& held,
                   const recent_events& events) {
  html out;
  out << "<div id=health data-live>" << headline(now) << tiles(now) << "</div>" << endpoints(now, events);
  out << "<div id=attention data-live>";
  if (!held.rows.empty()) {
    out << "<section><h2>Held</h2>" << held_table(now, held);
    if (held.more) out << "<p class=more><a href=/held>All that is held</a></p>";
    out << "</section>";
  }
  out << "</div>" << plans_section(now, plans, query);
  out << "<section><h2>Recent events</h2><div id=events data-live>" << events_table(events, {}, events_shown)
      << "</div><p class=more><a href=/events>More events</a></p></section>";
  return out;
}

}  // namespace partmark
