#include "journal/schema.hpp"

#include "sql/journal_migrations.hpp"
#include "sqlite/migrations.hpp"

namespace partmark {

result<journal_stage> examine_journal(sqlite::connection& file) {
  const auto version = sqlite::schema_version(file);
  if (!version) return version.error();
  constexpr auto known = std::ssize(sql::journal_migrations);
  if (*version > known) return sqlite::newer_schema(file, *version, known);
  if (*version > 0) return journal_stage::made;

  // By hand the script's statements commit one by one: its first names the application, its last the version.
  const auto application = file.query_int64("PRAGMA application_id");
  if (!application) return application.error();
  if (*application == journal_application_id) return journal_stage::unfinished;
  const auto objects = file.query_int64("SELECT count(*) FROM sqlite_master");
  if (!objects) return objects.error();
  return *objects == 0 ? journal_stage::unfinished : journal_stage::made;
}

error not_a_journal(const sqlite::connection& file, const error& cause) {
  if (cause.code != errc::corrupt) return cause;
  return error{errc::corrupt, file.path() + ": this is not a partmark journal, or a damaged one (" + cause.message + ")"};
}

}  // namespace partmark
