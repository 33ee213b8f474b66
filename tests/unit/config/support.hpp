// What the configuration's tests share: loading a text, and writing files with a mode.
#pragma once

#include "config/load.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace partmark::config::testing {

// An endpoint of which a test gives the auth section, in flow style, on line 5.
inline std::string endpoint_with_auth(const std::string& auth) {
  return "endpoints:\n  - name: can\n    url: http://127.0.0.1\n    tenant_id: t\n    auth: { " + auth + " }\n";
}

// The smallest good file (5 lines) with `sections` below it.
inline std::string with(const std::string& sections) { return endpoint_with_auth("type: UID, value: u") + sections; }

inline std::vector<std::string> problems_of(const std::string& text, const load_options& options = {}) {
  const auto done = load_text(text, "f", options);
  return done ? std::vector<std::string>() : done.error().messages;
}

// Throws with all problems when there are any.
inline loaded load_good(const std::string& text, const load_options& options = {}) { return load_text(text, "f", options).value(); }

inline std::string write_file(const std::filesystem::path& path, std::string_view content, mode_t mode = 0600) {
  std::ofstream(path, std::ios::binary) << content;
  if (::chmod(path.c_str(), mode) != 0) throw std::runtime_error("chmod " + path.string());
  return path.string();
}

}  // namespace partmark::config::testing
