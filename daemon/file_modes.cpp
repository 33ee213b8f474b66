#include "daemon/file_modes.hpp"

#include <sys/stat.h>

#include <filesystem>

namespace partmark {
namespace {

// 0 bits where there is nothing to judge.
mode_t mode_of(const std::string& path) {
  struct stat found{};
  return ::stat(path.c_str(), &found) == 0 ? found.st_mode & 07777U : 0;
}

std::string folder_of(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

}  // namespace

std::vector<std::string> file_mode_warnings(const std::string& journal_path, const std::string& state_path) {
  std::vector<std::string> found;
  const std::string journals = folder_of(journal_path);
  const mode_t folder = mode_of(journals);
  // A sticky folder such as /tmp is somebody's trial, not an installation.
  if (folder != 0 && (folder & S_ISVTX) == 0) {
    if ((folder & S_IWGRP) != 0 && (folder & S_ISGID) == 0)
      found.push_back(journals + ": files that a job makes here get the job's own group, and others cannot write them: chmod 2770 " +
                      journals);
    if ((folder & S_IWOTH) != 0) found.push_back(journals + ": anybody may replace the journal: chmod 2770 " + journals);
  }
  for (const char* suffix : {"", "-wal", "-shm"}) {
    const std::string path = journal_path + suffix;
    const mode_t file = mode_of(path);
    if (file == 0) continue;
    if ((file & S_IRWXG) != 0 && (file & S_IWGRP) == 0)
      found.push_back(path + ": jobs of other users may read it and cannot write it: chmod 0660 " + path);
    if ((file & S_IWOTH) != 0) found.push_back(path + ": anybody may write records: chmod 0660 " + path);
  }
  if ((mode_of(state_path) & (S_IWGRP | S_IRWXO)) != 0)
    found.push_back(state_path + ": others than the daemon's group may read it, or than the daemon write it: chmod 0640 " + state_path);
  return found;
}

}  // namespace partmark
