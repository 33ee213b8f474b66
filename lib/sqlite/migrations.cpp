#include "sqlite/migrations.hpp"

#include "sqlite/connection.hpp"
#include "sqlite/transaction.hpp"

#include <string>

namespace partmark::sqlite {
namespace {

// One script further. Says the version reached, which is also right when another process was quicker.
result<std::int64_t> migrate_once(connection& file, std::span<const migration> scripts) {
  auto scope = transaction::begin(file, transaction_kind::immediate);
  if (!scope) return scope.error();
  const auto version = schema_version(file);  // again, now that nobody else can move it
  if (!version) return version;
  if (*version < 0 || *version >= std::ssize(scripts)) return version;

  const migration& next = scripts[static_cast<std::size_t>(*version)];
  if (auto done = file.execute(std::string(next.sql)); !done)
    return error{done.error().code, done.error().message + " (schema migration " + std::string(next.name) + ")"};
  const std::int64_t reached = *version + 1;
  if (auto done = file.execute("PRAGMA user_version = " + std::to_string(reached)); !done) return done.error();
  if (auto done = scope->commit(); !done) return done.error();
  return reached;
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
  while (version && *version >= 0 && *version < std::ssize(scripts)) version = migrate_once(file, scripts);
  if (!version) return version.error();
  if (*version != std::ssize(scripts)) return newer_schema(file, *version, std::ssize(scripts));
  return {};
}

}  // namespace partmark::sqlite
