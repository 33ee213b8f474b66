// How `partmark state rebuild` puts a new state.db in the place of the old one, so that a crash or power cut at any moment leaves the one
// or the other. The new file is complete and durable before it gets the name PATH.rebuilt; from then on whoever opens the store finishes
// the exchange first. Callers hold the state_lock; one thread.
#pragma once

#include "core/result.hpp"

#include <string>

namespace partmark {

// The real path of a state.db, which may be named through a symbolic link: the files of an exchange lie beside the real one.
[[nodiscard]] std::string real_state_path(const std::string& path);

// Where a new state.db is made. What is there already is an unfinished one of an earlier try: discard_building() removes it.
[[nodiscard]] std::string building_path(const std::string& path);
result<void> discard_building(const std::string& path);

// Makes the file at building_path(), which must be whole without its log, the state.db. Answers where the former files are kept:
// PATH.<time>.bak, with -wal where there was a log.
result<std::string> replace_state(const std::string& path);

// Ends an exchange that was cut off; nothing to do where none was. permission, no_space, io.
result<void> finish_replacing(const std::string& path);

}  // namespace partmark
