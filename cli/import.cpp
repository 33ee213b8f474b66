#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/import_batches.hpp"
#include "cli/import_input.hpp"
#include "cli/json_writer.hpp"
#include "cli/progress_line.hpp"
#include "cli/record_check.hpp"
#include "cli/row_reader.hpp"
#include "cli/time_text.hpp"
#include "daemon/system_clock.hpp"

namespace partmark {
namespace {

import_format format_of(const import_options& o) {
  if (o.format) return *o.format;
  return o.file.ends_with(".csv") || o.file.ends_with(".CSV") ? import_format::csv : import_format::ndjson;
}

class importer {
 public:
  importer(const import_options& o, session& s, const import_input& input, std::optional<import_input::content> content)
      : options_(o),
        session_(s),
        input_(input),
        partitions_max_(s.settings().journal.max_partitions_per_record),
        window_(input.descriptor()),
        content_(std::move(content)),
        reader_(format_of(o) == import_format::csv ? make_csv_reader(window_) : make_ndjson_reader(window_)),
        progress_("record", "records", s.err().looks(), clock_now().steady) {
    if (!content_ && !o.dry_run) window_.hash_what_is_taken();
    if (content_) window_.end_after(content_->bytes);
  }

  // Nothing is recorded without a journal.
  int run(journal_writer* journal);

 private:
  result<void> read_all();
  void take(const import_row& row);
  result<void> record(const import_row& row);
  [[nodiscard]] result<void> right_by_itself(const new_plan_record& r) const { return check(r, partitions_max_); }
  [[nodiscard]] result<void> right_by_itself(const new_table_record& r) const { return check(r); }
  [[nodiscard]] std::string derived_key() const;
  void name_bad_line(std::string_view reason);
  void draw_progress(steady_time t);
  [[nodiscard]] import_counts counts() const;
  [[nodiscard]] std::string summary() const;

  const import_options& options_;
  session& session_;
  const import_input& input_;
  std::int64_t partitions_max_;
  input_window window_;
  std::optional<import_input::content> content_;
  std::unique_ptr<row_reader> reader_;
  progress_line progress_;
  std::optional<import_batches> batches_;
  import_counts checked_;         // of a dry run; and the bad lines
  std::optional<error> stopped_;  // the journal cannot go on
};

int importer::run(journal_writer* journal) {
  if (journal != nullptr) batches_.emplace(*journal);
  window_.before_wait = [this] {
    if (batches_ && !stopped_)
      if (const auto done = batches_->commit(); !done) stopped_ = done.error();
    (void)session_.err().flush();
  };
  const result<void> read = read_all();
  if (batches_ && !stopped_)
    if (const auto done = batches_->commit(); !done) stopped_ = done.error();
  session_.err().write(progress_.wipe());
  session_.out().write(summary());
  if (stopped_)
    return session_.trouble({stopped_->code, stopped_->message + "; run the import again: what is recorded stays recorded once"});
  if (!read) return session_.trouble(read.error());
  if (content_)
    if (const auto same = input_.check_unchanged_since(*content_); !same) return session_.trouble(same.error());
  return checked_.bad > 0 ? exit_trouble : exit_fine;
}

result<void> importer::read_all() {
  import_row row;
  while (!stopped_) {
    const auto found = reader_->next(row);
    if (!found) return error{found.error().code, input_.name() + ": " + found.error().message};
    switch (*found) {
      case row_reader::found::end:
        return {};
      case row_reader::found::refused:
        return error{errc::invalid, input_.name() + ":" + std::to_string(reader_->line()) + ": " + reader_->reason()};
      case row_reader::found::bad_line:
        name_bad_line(reader_->reason());
        break;
      case row_reader::found::row:
        take(row);
        break;
    }
  }
  return {};
}

void importer::take(const import_row& row) {
  const result<void> done = record(row);
  if (!done && (done.error().code == errc::invalid || done.error().code == errc::exists))
    name_bad_line(done.error().message);
  else if (!done)
    stopped_ = done.error();
}

result<void> importer::record(const import_row& row) {
  result<new_record> made = record_of(row);
  if (!made) return made.error();
  if (const auto right = std::visit([this](const auto& r) { return right_by_itself(r); }, *made); !right) return right.error();
  const steady_time t = clock_now().steady;
  draw_progress(t);
  if (!batches_) {
    ++checked_.recorded;
    return {};
  }
  std::string key;
  std::visit(
      [&](auto& r) {
        if (r.dedupe_key) return;
        key = derived_key();
        r.dedupe_key = key;
      },
      *made);
  return batches_->add(*made, t);
}

std::string importer::derived_key() const {
  std::string content;
  if (content_) {
    content = content_->hash;
  } else {
    input_hash up_to_here = window_.hash();
    up_to_here.add(reader_->raw());
    content = up_to_here.text();
  }
  return "import:" + content + ":" + std::to_string(reader_->line());
}

void importer::draw_progress(steady_time t) {
  if (!progress_.is_due(t)) return;
  const import_counts all = counts();
  const std::string bad =
      all.bad > 0 ? painted(counted(all.bad, "bad line", "bad lines"), tone::bad, session_.err().looks()) : std::string();
  progress_point at{.part = std::nullopt, .count = all.lines(), .note = bad};
  if (const auto size = input_.size(); size && *size > 0) at.part = static_cast<double>(window_.bytes_taken()) / static_cast<double>(*size);
  session_.err().write(progress_.draw(at, t));
  (void)session_.err().flush();
}

void importer::name_bad_line(std::string_view reason) {
  ++checked_.bad;
  session_.err().write(progress_.wipe() + input_.name() + ":" + std::to_string(reader_->line()) + ": " + std::string(reason) + "\n");
}

import_counts importer::counts() const {
  import_counts all = checked_;
  if (batches_)
    for (const import_counts* part : {&batches_->committed(), &batches_->open()}) {
      all.recorded += part->recorded;
      all.already += part->already;
    }
  return all;
}

std::string importer::summary() const {
  const import_counts all = counts();
  if (options_.json) {
    json_writer json(false);
    json.object().member("recorded", options_.dry_run ? 0 : all.recorded).member("already_recorded", all.already);
    json.member("bad", all.bad).member("checked", all.lines()).member("dry_run", options_.dry_run).end();
    return std::move(json).finish();
  }
  const std::string bad = all.bad > 0 ? ", " + counted(all.bad, "bad line", "bad lines") : "";
  if (options_.dry_run) return counted(all.recorded, "record is", "records are") + " fine" + bad + "; nothing was recorded\n";
  const std::string already = all.already > 0 ? ", " + grouped(all.already) + " recorded already" : "";
  return counted(all.recorded, "record", "records") + " recorded" + already + bad + "\n";
}

}  // namespace

int run(const import_options& o, session& s) {
  const config::settings& settings = s.settings();
  const result<import_input> input = import_input::open(o.file);
  if (!input) return s.trouble(input.error());
  if (o.dry_run) return importer(o, s, *input, std::nullopt).run(nullptr);
  const auto journal = journal_writer::open(settings.journal.path);
  if (!journal) return s.trouble(journal.error());
  const auto content = input->whole();
  if (!content) return s.trouble(content.error());
  return importer(o, s, *input, *content).run(journal->get());
}

}  // namespace partmark
