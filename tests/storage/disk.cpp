#include "disk.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace partmark::testing {
namespace {

namespace fs = std::filesystem;

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

std::string_view to_text(io_kind k) {
  constexpr std::string_view names[] = {"open",   "read",   "write", "truncate", "sync",       "size",
                                        "remove", "rename", "link",  "lock",     "shared_map", "shared_lock"};
  return names[static_cast<std::size_t>(k)];
}

std::optional<io_failure> disk::ask(io_kind kind, const std::string& path) {
  if (!listening) return std::nullopt;
  std::optional<io_failure> failure;
  if (!dead_ && before) failure = before({kind, path});
  if (dead_) return io_failure{SQLITE_IOERR, EIO, false};
  return failure;
}

// What came from elsewhere, not through this disk, has been there for long.
disk::file_ptr disk::known(const std::string& path, const std::string& now_at) {
  file_ptr& f = names_[path];
  if (!f) {
    f = std::make_shared<file>(file{content_of(now_at), {}});
    durable_names_[path] = f;
  }
  return f;
}

void disk::opened(const std::string& path) {
  if (names_.contains(path)) return;
  std::error_code failed;
  const auto size = fs::file_size(path, failed);
  if (failed || size == 0)
    change_names({{path, std::make_shared<file>()}});
  else
    known(path);
}

void disk::wrote(const std::string& path, std::int64_t at, std::string bytes) {
  known(path)->since.push_back({at, std::move(bytes), false});
}

void disk::truncated(const std::string& path, std::int64_t size) { known(path)->since.push_back({size, {}, true}); }

void disk::synced(const std::string& path) {
  file& f = *known(path);
  for (const operation& o : std::exchange(f.since, {})) apply(f.durable, o, 100);
}

void disk::synced_folder(const std::string& folder) {
  const auto is_here = [&](const change& step) { return fs::path(step.front().first).parent_path() == folder; };
  for (const change& step : unsynced_)
    if (is_here(step)) carry_out(durable_names_, step);
  std::erase_if(unsynced_, is_here);
}

void disk::removed(const std::string& path) {
  if (names_.contains(path) || durable_names_.contains(path)) change_names({{path, nullptr}});
}

void disk::renamed(const std::string& from, const std::string& to) { change_names({{from, nullptr}, {to, known(from, to)}}); }

void disk::linked(const std::string& from, const std::string& to) { change_names({{to, known(from)}}); }

void disk::settle() {
  for (const auto& [path, f] : names(names_)) synced(path);
  durable_names_ = names_;
  unsynced_.clear();
}

void disk::change_names(change step) {
  carry_out(names_, step);
  unsynced_.push_back(std::move(step));
}

void disk::carry_out(names& on, const change& step) {
  for (const auto& [path, f] : step)
    if (f)
      on[path] = f;
    else
      on.erase(path);
}

// A write keeps whole sectors of what it changed; new ground that it never reached holds anything.
void disk::apply(std::string& content, const operation& o, int keep_percent) {
  if (keep_percent < 100) ++lost_.writes;
  if (o.is_truncation) {
    if (draw(1, 100) <= keep_percent) content.resize(static_cast<std::size_t>(o.at));
    return;
  }
  const auto end = static_cast<std::size_t>(o.at) + o.bytes.size();
  const bool whole = draw(1, 100) <= keep_percent;
  if (!whole && draw(1, 100) > 40) {
    ++lost_.dropped;
    return;
  }
  if (!whole) ++lost_.torn;
  const auto old_size = content.size();
  if (content.size() < end) content.resize(end, whole || draw(0, 1) == 0 ? '\0' : '\x5a');
  for (std::int64_t at = o.at; at < static_cast<std::int64_t>(end);) {
    const std::int64_t next = std::min((at / sector_ + 1) * sector_, static_cast<std::int64_t>(end));
    if (whole || draw(0, 1) == 1) std::copy(o.bytes.begin() + (at - o.at), o.bytes.begin() + (next - o.at), content.begin() + at);
    at = next;
  }
  if (!whole && old_size < end && draw(0, 1) == 1) content.resize(std::max(old_size, end - o.bytes.size() / 2));
}

std::string disk::survived(const file& f, int keep_percent) {
  std::string content = f.durable;
  for (const operation& o : f.since) apply(content, o, keep_percent);
  return content;
}

disk::names disk::names_left() {
  names left = durable_names_;
  // A file system that keeps the order of its changes, or one that does not.
  const bool in_order = draw(0, 1) == 1;
  const int first_lost = draw(0, static_cast<int>(unsynced_.size()));
  int i = 0;
  for (const change& step : unsynced_)
    if (in_order ? i++ < first_lost : draw(0, 1) == 1) carry_out(left, step);
  for (const auto& [path, f] : names_) lost_.files += left.contains(path) ? 0 : 1;
  return left;
}

void disk::cut_power() {
  constexpr int chances[] = {0, 10, 50, 90, 99};
  const int keep_percent = chances[draw(0, 4)];
  sector_ = draw(0, 1) == 0 ? 512 : 4096;
  std::error_code ignored;
  std::map<const file*, fs::file_time_type> times;
  for (const auto& [path, f] : names_) {
    times[f.get()] = fs::last_write_time(path, ignored);
    fs::remove(path, ignored);
    fs::remove(path + "-shm", ignored);
  }
  std::map<const file*, std::string> first_name;
  for (const auto& [path, f] : names_left()) {
    if (const auto other = first_name.try_emplace(f.get(), path); !other.second) {
      fs::create_hard_link(other.first->second, path);
      continue;
    }
    const std::string content = survived(*f, keep_percent);
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
    if (const auto time = times.find(f.get()); time != times.end()) fs::last_write_time(path, time->second, ignored);
  }
  // Whatever is there now was found on the disk.
  names_.clear();
  durable_names_.clear();
  unsynced_.clear();
  dead_ = false;
}

}  // namespace partmark::testing
