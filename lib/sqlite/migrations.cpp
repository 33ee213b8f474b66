#include "sqlite/migrations.hpp"

#include "sqlite/connection.hpp"
#include "sqlite/transaction.hpp"

#include <string>

namespace partmark::sqlite {
namespace {

// What the file lacks. Says the version reached, which is also right when another process was quicker.
result<std::int64_t> run_missing(connection& file, std::span<const migration> scripts) {
  auto scope = transaction::begin(file, transaction_kind::immediate);
  if (!scope) return scope.error();
  auto version = schema_version(file);  // again, now that nobody else can move it
  if (!version || *version < 0) return version;

  for (; *version < std::ssize(scripts); ++*version) {
    const migration& next = scripts[static_cast<std::size_t>(*version)];
    if (auto done = file.execute(std::string(next.sql)); !done)
      return error{done.error().code, done.error().message + " (schema migration " + std::string(next.name) + ")"};
    if (auto done = file.execute("PRAGMA user_version = " + std::to_string(*version + 1)); !done) return done.error();
  }
  if (auto done = scope->commit(); !done) return done.error();
  return version;
}

}  // namespace

result<std::int64_t> schema_version(connection& file) {
  const auto version = file.query_int64("PRAGMA user_version");
  if (!version) return version.error();
  return version->value_or(0);
}

error newer_schema(const connection& file, std::int64_t found, std::int64_t known) {
  return error{errc::newer_version, file.path() + ": has schema version " + std::to_string(found) + ", this program knows up to " +
                                        std::to_string(known) + "; use a partmark at least as new as the one that wrote it"};
}

result<void> migrate(connection& file, std::span<const migration> scripts) {
  auto version = schema_version(file);
  if (version && *version >= 0 && *version < std::ssize(scripts)) version = run_missing(file, scripts);
  if (!version) return version.error();
  if (*version != std::ssize(scripts)) return newer_schema(file, *version, std::ssize(scripts));
  return {};
}

}  // namespace partmark::sqlite
