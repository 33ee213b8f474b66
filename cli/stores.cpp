#include "cli/stores.hpp"

#include "journal/journal_file.hpp"

#include <thread>
#include <utility>

namespace partmark {
namespace {

constexpr milliseconds busy_step{10};
constexpr milliseconds busy_patience{5000};

// A file that the daemon reads and this user may not: no file's trouble, most often.
error for_this_user(error e) {
  if (e.code == errc::permission) e.message += "; who operates partmark is in the groups partmark and partmark-jobs, or root";
  return e;
}

// The daemon's reader never waits; a person's command may.
result<std::unique_ptr<journal_file>> open_patiently(const std::string& path) {
  auto file = journal_file::open(path);
  for (milliseconds waited{0}; !file && file.error().code == errc::busy && waited < busy_patience; waited += busy_step) {
    std::this_thread::sleep_for(busy_step);
    file = journal_file::open(path);
  }
  return file;
}

}  // namespace

result<std::optional<state_reader>> open_state(const config::settings& settings) {
  auto opened = state_reader::open(settings.state.path);
  if (opened) return std::optional<state_reader>(std::move(*opened));
  if (opened.error().code == errc::not_found) return std::optional<state_reader>();
  return for_this_user(opened.error());
}

result<std::optional<journal_history>> open_history(const std::string& path) {
  auto file = open_patiently(path);
  if (!file && file.error().code != errc::not_found) return for_this_user(file.error());
  if (!file || *file == nullptr) return std::optional<journal_history>();
  return std::optional<journal_history>(std::move(*file));
}

journal_ends find_journal_ends(const std::string& path, const journal_position& folded) {
  journal_ends ends;
  auto file = open_patiently(path);
  if (!file && file.error().code != errc::not_found) {
    ends.trouble = for_this_user(file.error());
    return ends;
  }
  if (!file || *file == nullptr) {
    // A new one in its place would be refused until it is accepted.
    if (!folded.uuid.empty())
      ends.trouble = error{errc::identity, path +
                                               ": the journal that was folded is not there any more. Put it back, or begin a new one with "
                                               "`partmark init` and accept it with `partmark state adopt-journal`"};
    return ends;
  }
  ends.present = true;
  if (const auto same = (*file)->verify(folded); !same) ends.trouble = same.error();
  const auto plans = (*file)->plans().last_seq();
  const auto tables = (*file)->tables().last_seq();
  if (plans) ends.last_seq = *plans;
  if (tables) ends.table_last_seq = *tables;
  if (!plans && !ends.trouble) ends.trouble = plans.error();
  if (!tables && !ends.trouble) ends.trouble = tables.error();
  return ends;
}

}  // namespace partmark
