// The pages as HTML, each from plain values: what they show is in views.hpp. They work without JavaScript; with it, the parts marked
// data-live are replaced every few seconds. Pure; any thread.
#pragma once

#include "status/html.hpp"
#include "status/recent_events.hpp"
#include "status/views.hpp"

#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace partmark {

enum class page_name : std::uint8_t { overview, held, rejected, events, plan, missing };

// The whole document around a page's content.
[[nodiscard]] std::string framed(page_name which, std::string_view title, const summary_view& now, const html& content);

[[nodiscard]] html overview_page(const summary_view& now, const plan_page_view& plans, const plan_query& query,
                                 const list_page<held_view>& held, const recent_events& events);
// `at`: a partition that the calendar is to show; absent: the latest.
[[nodiscard]] html plan_page(const summary_view& now, const plan_view& plan, std::optional<ordinal> at, const std::vector<cell_run>& cells,
                             const recent_events& events);
// What the calendar of plan_page shows then.
[[nodiscard]] std::optional<range> calendar_partitions(const plan_view& plan, std::optional<ordinal> at);
[[nodiscard]] html held_page(const summary_view& now, const list_page<held_view>& held);
[[nodiscard]] html rejected_page(const summary_view& now, const list_page<rejected_row>& rejected);
[[nodiscard]] html events_page(const recent_events& events);
[[nodiscard]] html missing_page(std::string_view what);

// Parts of several pages.
[[nodiscard]] html held_table(const summary_view& now, const list_page<held_view>& held);
[[nodiscard]] html plans_section(const summary_view& now, const plan_page_view& plans, const plan_query& query);
[[nodiscard]] html calendar(const plan_view& plan, ordinal at, const std::vector<cell_run>& cells);
// `plan`: of this plan only; empty: of all. At most `count`, the latest first.
[[nodiscard]] html events_table(const recent_events& events, std::string_view plan, std::size_t count);
// "previous" and "next" for a list at `path`; nothing when all is on one page.
[[nodiscard]] html pager(std::string_view path, std::size_t page, bool more);
[[nodiscard]] std::string_view mark_words(mark said, standing where);  // "success", "failed, held: refused by the platform"
[[nodiscard]] std::string_view cell_class(mark said, standing where);
[[nodiscard]] std::string_view drift_class(drift_kind how);  // to follow it

}  // namespace partmark
