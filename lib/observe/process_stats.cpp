#include "observe/process_stats.hpp"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace partmark {
namespace {

double boot_time() {
  std::ifstream file("/proc/stat");
  std::string word;
  double seconds = 0;
  while (file >> word)
    if (word == "btime" && file >> seconds) return seconds;
  return 0;
}

// The fields of /proc/self/stat from the third on: the second, the program's name, may hold blanks and brackets.
std::vector<std::string> stat_fields() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  const auto end = line.rfind(')');
  if (end == std::string::npos) return {};
  std::istringstream rest(line.substr(end + 1));
  return {std::istream_iterator<std::string>(rest), std::istream_iterator<std::string>()};
}

std::uint64_t count_open_files() {
  DIR* folder = ::opendir("/proc/self/fd");
  if (!folder) return 0;
  std::uint64_t count = 0;
  while (const dirent* entry = ::readdir(folder)) count += entry->d_name[0] != '.' ? 1U : 0U;
  ::closedir(folder);
  return count - 1;  // the folder's own
}

std::uint64_t file_bytes(const std::string& path) {
  struct stat st{};
  return ::stat(path.c_str(), &st) == 0 ? static_cast<std::uint64_t>(st.st_size) : 0;
}

}  // namespace

process_stats read_process_stats() {
  process_stats out;
  // By proc(5)'s numbers, of which the first here is 3.
  const auto fields = stat_fields();
  const auto field = [&](std::size_t number) { return fields.size() > number - 3 ? std::stod(fields[number - 3]) : 0.0; };
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  out.cpu_seconds = (field(14) + field(15)) / ticks;
  out.start_time_seconds = boot_time() + field(22) / ticks;
  out.virtual_bytes = static_cast<std::uint64_t>(field(23));
  out.resident_bytes = static_cast<std::uint64_t>(field(24)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  out.open_fds = count_open_files();
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) out.max_fds = limit.rlim_cur;
  return out;
}

std::uint64_t database_bytes(const char* path) { return file_bytes(path) + file_bytes(std::string(path) + "-wal"); }

}  // namespace partmark
