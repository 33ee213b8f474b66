// The journal port on a real file: opens it, follows it when it is replaced, reads it in slices. Owned by the daemon (or a command that
// reads), used on the loop's thread (a catch-up reads ahead on a second one). It never writes to the file and never blocks; between calls
// it holds no read transaction.
#pragma once

#include "journal/catch_up_reader.hpp"
#include "journal/journal_file.hpp"
#include "journal/log_writeback.hpp"
#include "reconcile/journal.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace partmark {

class sqlite_journal final : public journal {
 public:
  // `path` may be a symbolic link, and need not exist yet. Opens nothing: the first look() does.
  explicit sqlite_journal(std::string path, reading_threads threads = reading_threads::two);

  result<journal_look> look(const journal_position& folded) override;
  [[nodiscard]] bool is_pruned() override;
  [[nodiscard]] const std::string& uuid() const override { return uuid_; }

  // errc::identity also here, when the file has fewer records than the cursor says. On an error some rows may have been given to the sink
  // already: drop them. After an error, and only then, the next look() answers changed although nothing was committed. not_found: look()
  // first.
  result<journal_slice> read_plans(const journal_cursor& from, std::size_t limit, plan_sink& sink) override;
  result<journal_slice> read_tables(const journal_cursor& from, std::size_t limit, table_sink& sink) override;

  // `rows` counts those that were wanted.
  result<journal_slice> read_again(std::int64_t after, std::int64_t until, std::size_t limit, const row_filter& wanted,
                                   plan_sink& sink) override;

  void understand_anew() override { plans_.forget(); }

  result<void> sync() override;

  // Somebody may have committed: what is new is on its way to the disk from here on, so that sync() takes less. Only a hint.
  void begin_writeback() const;

  // Gives back what reading much took.
  void release_memory();

 private:
  void close();
  result<bool> ensure_open();  // false: there is no journal
  template <class Read>
  result<journal_slice> guarded(Read read);

  std::string path_;
  std::string uuid_;
  std::unique_ptr<journal_file> file_;
  std::optional<log_writeback> log_;  // of file_
  catch_up_reader plans_;
  std::optional<std::int64_t> seen_version_;  // data_version of the last look that was fine
};

}  // namespace partmark
