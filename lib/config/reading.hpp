// One reading of one configuration file: where every key stands, what is wrong, what is dangerous. Internal to lib/config; lives as long as
// a load().
//
// A path names a place in the file: "retry.max", "endpoints[0].auth"; the empty path is the whole file.
#pragma once

#include "config/load.hpp"

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace partmark::config {

class reading {
 public:
  reading(std::string file, const load_options& options) : file_(std::move(file)), options_(options) {}

  [[nodiscard]] const load_options& options() const { return options_; }

  // The key at `path` is in the file, on `line`.
  void saw(const std::string& path, int line) { lines_.emplace(path, line); }
  [[nodiscard]] bool has(const std::string& path) const { return lines_.contains(path); }
  [[nodiscard]] int line_of(const std::string& path) const;  // of the nearest section around it when the key is not in the file

  // `value` must be safe to show.
  void problem(int line, const std::string& path, const std::string& value, const std::string& expected);
  void problem(const std::string& path, const std::string& value, const std::string& expected) {
    problem(line_of(path), path, value, expected);
  }
  void warn(const std::string& path, const std::string& value, const std::string& risk);

  // Neither the key nor a section around it has a problem: what was read from it can be compared with other keys.
  [[nodiscard]] bool sound(const std::string& path) const;

  [[nodiscard]] bool failed() const { return !problems_.empty(); }
  [[nodiscard]] problems all_problems() const { return {texts(problems_)}; }
  [[nodiscard]] std::vector<std::string> all_warnings() const { return texts(warnings_); }

 private:
  // By line; several on one line stay as they came.
  using remarks = std::multimap<int, std::string>;

  static std::vector<std::string> texts(const remarks& from);
  void add(remarks& to, int line, const std::string& path, const std::string& value, const std::string& rest) const;

  std::string file_;
  const load_options& options_;
  std::map<std::string, int> lines_;
  std::set<std::string> unsound_;
  remarks problems_;
  remarks warnings_;
};

[[nodiscard]] std::string key_path(const std::string& section, std::string_view key);
[[nodiscard]] std::string item_path(const std::string& list, std::size_t index);

}  // namespace partmark::config
