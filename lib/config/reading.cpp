#include "config/reading.hpp"

namespace partmark::config {
namespace {

// "endpoints[0].auth" → "endpoints[0]" → "endpoints" → "".
std::string around(const std::string& path) {
  const std::size_t cut = path.find_last_of(".[");
  return cut == std::string::npos ? std::string() : path.substr(0, cut);
}

}  // namespace

int reading::line_of(const std::string& path) const {
  for (std::string at = path; !at.empty(); at = around(at))
    if (const auto found = lines_.find(at); found != lines_.end()) return found->second;
  return 1;
}

void reading::problem(int line, const std::string& path, const std::string& value, const std::string& expected) {
  unsound_.insert(path);
  add(problems_, line, path, value, expected);
}

void reading::warn(const std::string& path, const std::string& value, const std::string& risk) {
  add(warnings_, line_of(path), path, value, risk);
}

bool reading::sound(const std::string& path) const {
  for (std::string at = path; !at.empty(); at = around(at))
    if (unsound_.contains(at)) return false;
  return !unsound_.contains("");
}

void reading::add(remarks& to, int line, const std::string& path, const std::string& value, const std::string& rest) const {
  to.emplace(line, file_ + ":" + std::to_string(line) + ": " + (path.empty() ? "(file)" : path) + ": " + value + ": " + rest);
}

std::vector<std::string> reading::texts(const remarks& from) {
  std::vector<std::string> all;
  all.reserve(from.size());
  for (const auto& [line, text] : from) all.push_back(text);
  return all;
}

std::string key_path(const std::string& section, std::string_view key) {
  return section.empty() ? std::string(key) : section + "." + std::string(key);
}

std::string item_path(const std::string& list, std::size_t index) { return list + "[" + std::to_string(index) + "]"; }

}  // namespace partmark::config
