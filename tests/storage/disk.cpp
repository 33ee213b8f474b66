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
  constexpr std::string_view names[] = {"open", "read", "write", "truncate", "sync", "size", "remove", "lock", "shared_map", "shared_lock"};
  return names[static_cast<std::size_t>(k)];
}

std::optional<io_failure> disk::ask(io_kind kind, const std::string& path) {
  if (!listening) return std::nullopt;
  std::optional<io_failure> failure;
  if (!dead_ && before) failure = before({kind, path});
  if (dead_) return io_failure{SQLITE_IOERR, EIO, false};
  return failure;
}

void disk::opened(const std::string& path) {
  const auto [known, is_new] = files_.try_emplace(path);
  file& f = known->second;
  if (!is_new && !f.removed) return;
  // A removed file's place is taken by a new one of that name: should the power fail, one or the other is there.
  f = {};
  std::error_code failed;
  const auto size = fs::file_size(path, failed);
  if (failed || size == 0) return;
  f.durable = content_of(path);  // it came from elsewhere
  f.named = true;
}

void disk::wrote(const std::string& path, std::int64_t at, std::string bytes) {
  files_[path].since.push_back({at, std::move(bytes), false});
}

void disk::truncated(const std::string& path, std::int64_t size) { files_[path].since.push_back({size, {}, true}); }

void disk::synced(const std::string& path, bool with_folder) {
  file& f = files_[path];
  for (const operation& o : std::exchange(f.since, {})) apply(f.durable, o, 100);
  if (!with_folder) return;
  const fs::path folder = fs::path(path).parent_path();
  std::erase_if(files_, [&](const auto& entry) { return entry.second.removed && fs::path(entry.first).parent_path() == folder; });
  for (auto& [name, other] : files_)
    if (fs::path(name).parent_path() == folder) other.named = true;
}

void disk::removed(const std::string& path, bool folder_synced) {
  const auto known = files_.find(path);
  if (known == files_.end()) return;
  if (folder_synced || !known->second.named)
    files_.erase(known);
  else
    known->second.removed = true;
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

void disk::cut_power() {
  constexpr int chances[] = {0, 10, 50, 90, 99};
  const int keep_percent = chances[draw(0, 4)];
  sector_ = draw(0, 1) == 0 ? 512 : 4096;
  for (auto& [path, f] : files_) {
    std::error_code ignored;
    const bool is_there = f.removed ? draw(0, 1) == 1 : (f.named || draw(0, 1) == 1);
    if (!is_there) {
      ++lost_.files;
      fs::remove(path, ignored);
      continue;
    }
    const std::string content = survived(f, keep_percent);
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
  }
  for (auto& [path, f] : files_) {
    std::error_code ignored;
    fs::remove(path + "-shm", ignored);
  }
  // Whatever is there now was found on the disk.
  files_.clear();
  dead_ = false;
}

}  // namespace partmark::testing
