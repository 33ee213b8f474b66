#include "status/pages.hpp"
#include "status/words.hpp"

namespace partmark {
namespace {

void link(html& out, page_name which, page_name current, const html& target_and_label) {
  out << "<li><a";
  if (which == current) out << " aria-current=page";
  out << target_and_label << "</a></li>";
}

html labelled(std::string_view target, std::string_view label, std::size_t count = 0) {
  html out;
  out << " href=\"" << target << "\">" << label;
  if (count > 0) out << " <span class=count>" << count << "</span>";
  return out;
}

}  // namespace

std::string framed(page_name which, std::string_view title, const summary_view& now, const html& content) {
  html out;
  out << "<!doctype html>\n<html lang=en><head><meta charset=utf-8><title>" << title << " · partmark</title>"
      << "<meta name=viewport content=\"width=device-width, initial-scale=1\"><meta name=color-scheme content=\"light dark\">"
      << "<link rel=stylesheet href=/status.css><link rel=icon href=/favicon.svg type=\"image/svg+xml\">"
      << "<noscript><meta http-equiv=refresh content=30></noscript><script src=/status.js defer></script></head>\n"
      << "<body><a class=skip href=#content>Skip to content</a><header><div class=wide><a class=brand href=\"/\"><svg viewBox=\"0 0 22 "
         "22\" "
         "aria-hidden=true><path d=\"M1 1h9v9H1zM12 1h9v9h-9zM1 12h9v9H1z\"/><path class=open d=\"M13 13h7v7h-7z\"/></svg>partmark</a>"
      << "<nav aria-label=Pages><ul id=nav data-live>";
  link(out, page_name::overview, which, labelled("/", "Overview"));
  link(out, page_name::held, which, labelled("/held", "Held", now.held_plans + now.held_triggers));
  link(out, page_name::rejected, which, labelled("/rejected", "Rejected"));
  link(out, page_name::events, which, labelled("/events", "Events"));
  out << "</ul></nav><p class=live id=live role=status hidden></p></div></header>\n<main id=content tabindex=-1><div class=wide>" << content
      << "</div></main>\n<footer><div class=wide><span>partmarkd " << now.version << "</span><span id=made data-live>as of "
      << clock_time(now.at) << " UTC</span><a href=/metrics>metrics</a><a href=/healthz>health</a></div></footer></body></html>\n";
  return std::move(out).take();
}

html missing_page(std::string_view what) {
  html out;
  out << "<h1>Nothing here</h1><p>" << what << "</p><p><a href=\"/\">To the overview</a></p>";
  return out;
}

html pager(std::string_view path, std::size_t page, bool more) {
  html out;
  if (page == 0 && !more) return out;
  const char first = path.find('?') == std::string_view::npos ? '?' : '&';
  const auto to = [&](std::size_t p) { return std::string(path) + first + "page=" + std::to_string(p + 1); };
  out << "<nav class=pager aria-label=\"Pages of this list\">";
  if (page > 0) out << "<a rel=prev href=\"" << to(page - 1) << "\">← Previous</a>";
  out << "<span>Page " << page + 1 << "</span>";
  if (more) out << "<a rel=next href=\"" << to(page + 1) << "\">Next →</a>";
  out << "</nav>";
  return out;
}

}  // namespace partmark
