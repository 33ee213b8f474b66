#include "journal/catch_up_reader.hpp"

#include "journal/read_slice.hpp"
#include "journal/row_views.hpp"

#include <functional>
#include <future>
#include <system_error>
#include <thread>
#include <utility>

namespace partmark {
namespace {

bool has_second_core() {
  static const bool has = std::thread::hardware_concurrency() > 1;
  return has;
}

// Invalid where no thread is to be had.
template <class Work>
std::future<void> beside(Work work) {
  try {
    return std::async(std::launch::async, std::move(work));
  } catch (const std::system_error&) {
    return {};
  }
}

// Who reads from one end to the other meets no page twice, but for the few above the leaves.
constexpr const char* few_pages = "PRAGMA cache_size = -256";

// Null: it cannot be had now, or the path leads to another file by now.
std::unique_ptr<journal_file> open_again(journal_file& file) {
  auto second = journal_file::open(file.db().path());
  if (!second || *second == nullptr || !(*second)->is_same_file(file)) return nullptr;
  if (!(*second)->db().execute(few_pages)) return nullptr;
  return std::move(*second);
}

}  // namespace

void catch_up_reader::forget() { running_.reset(); }

result<journal_slice> catch_up_reader::read(journal_file& file, const journal_cursor& from, std::size_t limit, journal::plan_sink& sink) {
  const bool was_ahead = running_ && std::exchange(running_->is_ahead, false) && running_->limit == limit;
  if (!was_ahead || !running_->slices[running_->next].follows(from) || !running_->slices[running_->next].is_still_in(file))
    return read_first(file, from, limit, sink);
  const slice_ahead& given = running_->slices[running_->next];
  running_->next = 1 - running_->next;
  const auto deliver = [&] { given.deliver(sink); };
  if (given.is_sparse())
    deliver();
  else
    read_ahead(file, given.slice().cursor, sink, deliver);
  return given.slice();
}

result<journal_slice> catch_up_reader::read_first(journal_file& file, const journal_cursor& from, std::size_t limit,
                                                  journal::plan_sink& sink) {
  auto slice = read_slice(file, file.plans(), from, limit, [&](const sqlite::argument_row& row) { sink.row(plan_row_of(row)); });
  const bool goes_on = slice && slice->full && (has_second_core() || threads_ == reading_threads::one);
  const auto last = goes_on ? file.plans().last_seq() : result<std::int64_t>(0);
  if (!goes_on || !last || *last - slice->cursor.folded_seq < static_cast<std::int64_t>(limit)) {
    forget();
    return slice;
  }
  if (!running_) running_ = std::make_unique<catch_up>();
  if (!running_->second) running_->second = open_again(file);
  running_->limit = limit;
  running_->last_seq = *last;
  read_ahead(file, slice->cursor, sink, [] {});
  return slice;
}

template <class Meanwhile>
void catch_up_reader::read_ahead(journal_file& file, const journal_cursor& from, const journal::plan_sink& sink, Meanwhile meanwhile) {
  const auto width = static_cast<std::int64_t>(running_->limit);
  // The journal's end is read when it is asked for: a record committed meanwhile belongs to it.
  if (!running_->second || running_->last_seq - from.folded_seq < width) return meanwhile();
  slice_ahead& ahead = running_->slices[running_->next];
  ahead.begin(file, from, from.folded_seq + width);
  auto other = threads_ == reading_threads::two ? beside([&] { ahead.take_pieces(*running_->second, sink); }) : std::future<void>();
  meanwhile();
  ahead.take_pieces(file, sink);
  if (other.valid()) other.get();
  // What failed is read once more when it is asked for, and told then.
  running_->is_ahead = ahead.whole(file);
}

}  // namespace partmark
