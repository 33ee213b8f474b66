#include "config/reading.hpp"

#include <algorithm>
#include <utility>

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
  problems_.push_back(make(line, path, value, expected));
}

void reading::warn(const std::string& path, const std::string& value, const std::string& risk) {
  warnings_.push_back(make(line_of(path), path, value, risk));
}

bool reading::sound(const std::string& path) const {
  for (std::string at = path; !at.empty(); at = around(at))
    if (unsound_.contains(at)) return false;
  return !unsound_.contains("");
}

reading::remark reading::make(int line, const std::string& path, const std::string& value, const std::string& rest) const {
  return {line, file_ + ":" + std::to_string(line) + ": " + (path.empty() ? "(file)" : path) + ": " + value + ": " + rest};
}

std::vector<std::string> reading::in_file_order(std::vector<remark> remarks) {
  std::ranges::stable_sort(remarks, {}, &remark::line);
  std::vector<std::string> texts;
  texts.reserve(remarks.size());
  for (remark& each : remarks) texts.push_back(std::move(each.text));
  return texts;
}

std::string key_path(const std::string& section, std::string_view key) {
  return section.empty() ? std::string(key) : section + "." + std::string(key);
}

std::string item_path(const std::string& list, std::size_t index) { return list + "[" + std::to_string(index) + "]"; }

}  // namespace partmark::config
