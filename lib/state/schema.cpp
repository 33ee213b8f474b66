#include "state/schema.hpp"

#include "sql/state_migrations.hpp"
#include "sqlite/migrations.hpp"
#include "sqlite/transaction.hpp"

#include <iterator>
#include <string>

namespace partmark {

result<state_stage> examine_state(sqlite::connection& file) {
  // Of one moment: between two of these reads another process may make the file.
  auto scope = sqlite::transaction::begin(file, sqlite::transaction_kind::deferred);
  if (!scope) return scope.error();
  const auto application = file.query_int64("PRAGMA application_id");
  if (!application) return application.error();
  const auto version = sqlite::schema_version(file);
  if (!version) return version.error();
  const auto objects = file.query_int64("SELECT count(*) FROM sqlite_schema");
  if (!objects) return objects.error();

  if (*application == 0 && *version == 0 && *objects == 0) return state_stage::empty;
  if (*application != state_application_id)
    return error{errc::exists,
                 file.path() + ": this is another database, not a partmark state.db; it was left alone. Choose another state.path"};
  constexpr auto known = std::ssize(sql::state_migrations);
  if (*version > known) return sqlite::newer_schema(file, *version, known);
  return *version == known ? state_stage::current : state_stage::older;
}

}  // namespace partmark
