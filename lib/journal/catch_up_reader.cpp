#include "journal/catch_up_reader.hpp"

#include "journal/read_slice.hpp"
#include "journal/row_views.hpp"

#include <future>
#include <system_error>
#include <thread>
#include <utility>

namespace partmark {
namespace {

completion_row keep_row(completion_row row, text_arena& texts) {
  const auto keep = [&](std::optional<std::string_view>& text) {
    if (text) text = texts.keep(*text);
  };
  row.plan = texts.keep(row.plan);
  keep(row.granularity);
  keep(row.first);
  keep(row.last);
  row.outcome = texts.keep(row.outcome);
  keep(row.run_type);
  keep(row.job);
  return row;
}

bool has_second_core() {
  static const bool has = std::thread::hardware_concurrency() > 1;
  return has;
}

}  // namespace

void catch_up_reader::forget() {
  goes_on_at_.reset();
  ahead_.reset();
}

catch_up_reader::kept_slice catch_up_reader::keep(journal_file& file, const journal_cursor& from, std::size_t limit,
                                                  const journal::plan_sink& sink) {
  kept_slice kept{.limit = limit};
  kept.rows.reserve(limit);
  kept.slice = read_slice(file, file.plans(), from, limit, [&](const sqlite::argument_row& from_file) {
    const completion_row row = plan_row_of(from_file);
    kept.rows.push_back({keep_row(row, kept.texts), sink.understand(row)});
  });
  return kept;
}

catch_up_reader::kept_slice catch_up_reader::take(journal_file& file, const journal_cursor& from, std::size_t limit,
                                                  const journal::plan_sink& sink) {
  auto ahead = std::exchange(ahead_, std::nullopt);
  if (ahead && ahead->limit == limit) return std::move(*ahead);
  return keep(file, from, limit, sink);
}

result<journal_slice> catch_up_reader::read(journal_file& file, const journal_cursor& from, std::size_t limit, journal::plan_sink& sink) {
  const bool goes_on = std::exchange(goes_on_at_, std::nullopt) == from;
  result<journal_slice> slice = journal_slice{};
  if (goes_on && has_second_core()) {
    const kept_slice kept = take(file, from, limit, sink);
    deliver(file, kept, sink);
    slice = kept.slice;
  } else {
    ahead_.reset();
    slice = read_slice(file, file.plans(), from, limit, [&](const sqlite::argument_row& row) { sink.row(plan_row_of(row)); });
  }
  if (slice && slice->full) goes_on_at_ = slice->cursor;
  return slice;
}

void catch_up_reader::deliver(journal_file& file, const kept_slice& slice, journal::plan_sink& sink) {
  std::future<kept_slice> next;
  if (slice.slice && slice.slice->full) {
    try {
      next = std::async(std::launch::async, keep, std::ref(file), slice.slice->cursor, slice.limit, std::cref(sink));
    } catch (const std::system_error&) {  // no thread to be had: the next slice is read when it is asked for
    }
  }
  for (const auto& [row, what] : slice.rows) {
    if (what)
      sink.understood(row, *what);
    else
      sink.row(row);
  }
  if (!next.valid()) return;
  ahead_ = next.get();
  // The journal's end is read when it is asked for, or a record committed since would be passed over; so is what failed, to be told then.
  if (!ahead_->slice || !ahead_->slice->full) ahead_.reset();
}

}  // namespace partmark
