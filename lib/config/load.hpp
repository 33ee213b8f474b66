// Reads the configuration file: YAML text to checked `settings`, or every error it has. Start-up and reload call it; it opens small local
// files and blocks for no other reason. Any thread.
#pragma once

#include "config/settings.hpp"
#include "core/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace partmark::config {

inline constexpr std::size_t file_bytes_max = 1024 * 1024;

struct load_options {
  // Read every secret and look at every private key now, so that a wrong one is an error here and not an unauthorized call later. False for
  // users who may read the configuration but not the secrets: then only the structure is checked.
  bool resolve_secrets = true;
  std::string credentials_directory;  // $CREDENTIALS_DIRECTORY; empty: none
};

struct loaded {
  settings values;
  // What is allowed and dangerous, for the daemon to log loudly: `FILE:LINE: key: value: what it risks`.
  std::vector<std::string> warnings;
};

// All that is wrong with one file, by line: `FILE:LINE: key: value: what was expected`. Holds no secret: values that may be one read
// (hidden).
struct problems {
  std::vector<std::string> messages;
};

[[noreturn]] void throw_exception_from_error(const problems& found, const boost::source_location&);

using load_result = boost::system::result<loaded, problems>;

[[nodiscard]] load_result load(const std::string& path, const load_options& options);

// The same for text that is already here; `name` stands for the file in messages.
[[nodiscard]] load_result load_text(std::string_view text, const std::string& name, const load_options& options);

// Every key the file may have, in the file's order, list items as []: "journal", "journal.path", …, "endpoints[].auth.value_file", …
[[nodiscard]] std::vector<std::string> known_keys();

}  // namespace partmark::config
