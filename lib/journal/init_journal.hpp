// Makes a journal: the file with the mode that lets every job of its group write, WAL, the schema. For `partmark init`; may block up to 30
// s.
#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <string>

namespace partmark {

enum class init_outcome : std::uint8_t {
  made,           // there was no journal, now there is one
  brought_up,     // there was one with an older schema
  already_there,  // nothing to do
};

// Idempotent, also when several run at once. A new (or still empty) file becomes 0660 whatever the umask, before SQLite makes -wal and
// -shm, which take over its mode and group. The directory must exist. not_found: it doesn't; exists: the file is some other database, left
// alone; newer_version; corrupt; permission, no_space, io, busy. This process must have no other connection to the file (POSIX locks).
[[nodiscard]] result<init_outcome> init_journal(const std::string& path);

}  // namespace partmark
