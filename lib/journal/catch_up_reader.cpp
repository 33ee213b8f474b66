#include "journal/catch_up_reader.hpp"

#include "journal/read_slice.hpp"
#include "journal/row_views.hpp"

#include <future>
#include <span>
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

// Of dates and outcome nothing is left to be read.
void keep_texts(understood_row& row, text_arena& texts) {
  row.plan = texts.keep(row.plan);
  row.run_type = texts.keep(row.run_type);
  row.job = texts.keep(row.job);
}

bool has_second_core() {
  static const bool has = std::thread::hardware_concurrency() > 1;
  return has;
}

}  // namespace

void catch_up_reader::forget() {
  goes_on_at_.reset();
  is_ahead_ = false;
  given_ = {};
  ahead_ = {};
}

void catch_up_reader::keep(journal_file& file, const journal_cursor& from, std::size_t limit, const journal::plan_sink& sink,
                           kept_slice& into) {
  into.limit = limit;
  into.rows.clear();
  into.others.clear();
  into.texts.clear();
  into.slice = read_slice(file, file.plans(), from, limit, [&](const sqlite::argument_row& from_file) {
    const completion_row row = plan_row_of(from_file);
    understood_row& understood = into.rows.emplace_back();
    if (sink.understand(row, understood)) return keep_texts(understood, into.texts);
    into.rows.pop_back();
    into.others.push_back({into.rows.size(), keep_row(row, into.texts)});
  });
}

result<journal_slice> catch_up_reader::read(journal_file& file, const journal_cursor& from, std::size_t limit, journal::plan_sink& sink) {
  const bool goes_on = std::exchange(goes_on_at_, std::nullopt) == from;
  const bool was_ahead = std::exchange(is_ahead_, false) && ahead_.limit == limit;
  result<journal_slice> slice = journal_slice{};
  if (goes_on) {
    std::swap(given_, ahead_);
    if (!was_ahead) keep(file, from, limit, sink, given_);
    deliver(file, sink);
    slice = given_.slice;
  } else {
    slice = read_slice(file, file.plans(), from, limit, [&](const sqlite::argument_row& row) { sink.row(plan_row_of(row)); });
  }
  if (slice && slice->full)
    goes_on_at_ = slice->cursor;
  else
    forget();
  return slice;
}

void catch_up_reader::deliver(journal_file& file, journal::plan_sink& sink) {
  std::future<void> next;
  if (given_.slice && given_.slice->full && has_second_core()) {
    try {
      next = std::async(std::launch::async, keep, std::ref(file), given_.slice->cursor, given_.limit, std::cref(sink), std::ref(ahead_));
    } catch (const std::system_error&) {  // no thread to be had: the next slice is read when it is asked for
    }
  }
  const std::span<const understood_row> rows = given_.rows;
  std::size_t done = 0;
  const auto deliver_until = [&](std::size_t end) {
    if (end > done) sink.understood(rows.subspan(done, end - done));
    done = end;
  };
  for (const auto& [before, row] : given_.others) {
    deliver_until(before);
    sink.row(row);
  }
  deliver_until(rows.size());
  if (!next.valid()) return;
  next.get();
  // The journal's end is read when it is asked for, or a record committed since would be passed over; so is what failed, to be told then.
  is_ahead_ = ahead_.slice && ahead_.slice->full;
}

}  // namespace partmark
