#include "observe/log.hpp"

#include "reconcile/event_ids.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <systemd/sd-journal.h>

#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <mutex>
#include <string>
#include <vector>

namespace partmark {
namespace {

spdlog::level::level_enum level_of(severity s) {
  switch (s) {
    case severity::debug:
      return spdlog::level::debug;
    case severity::info:
      return spdlog::level::info;
    case severity::warning:
      return spdlog::level::warn;
    case severity::error:
      break;
  }
  return spdlog::level::err;
}

// syslog(3) priorities.
int priority_of(severity s) {
  switch (s) {
    case severity::debug:
      return 7;
    case severity::info:
      return 6;
    case severity::warning:
      return 4;
    case severity::error:
      break;
  }
  return 3;
}

// Writes whole lines with write(2), at once but for those that are held: no buffer that a crash could lose beyond a turn.
class fd_sink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit fd_sink(int fd) : fd_(fd) {}
  ~fd_sink() override { write(); }

  void hold() { holding_ = true; }
  void release() {
    holding_ = false;
    write();
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    formatter_->format(message, lines_);
    if (!holding_ || message.level >= spdlog::level::warn || lines_.size() >= held_bytes_max) write();
  }
  void flush_() override {}

 private:
  static constexpr std::size_t held_bytes_max = 64U << 10U;

  void write() {
    const char* at = lines_.data();
    std::size_t left = lines_.size();
    while (left > 0) {
      const ssize_t n = ::write(fd_, at, left);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) break;
      at += n;
      left -= static_cast<std::size_t>(n);
    }
    lines_.clear();
  }

  int fd_;
  bool holding_ = false;
  spdlog::memory_buf_t lines_;
};

std::string field_name(std::string_view key) {
  std::string name = "PARTMARK_";
  for (const char c : key)
    name += std::isalnum(static_cast<unsigned char>(c)) ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : '_';
  return name;
}

std::string field_text(const field_value& v) {
  if (const auto* s = std::get_if<std::string>(&v)) return *s;
  if (const auto* n = std::get_if<std::int64_t>(&v)) return std::to_string(*n);
  if (const auto* d = std::get_if<double>(&v)) return std::to_string(*d);
  return std::get<bool>(v) ? "true" : "false";
}

void to_journald(const event& e) {
  std::vector<std::string> lines{"MESSAGE=" + e.message, "PRIORITY=" + std::to_string(priority_of(e.level)), "SYSLOG_IDENTIFIER=partmarkd",
                                 "PARTMARK_EVENT=" + std::string(e.name)};
  if (const auto id = event_id_of(e.name); !id.empty()) lines.push_back("MESSAGE_ID=" + std::string(id));
  for (const auto& [key, value] : e.fields) lines.push_back(field_name(key) + '=' + field_text(value));
  std::vector<iovec> parts;
  parts.reserve(lines.size());
  for (auto& line : lines) parts.push_back({line.data(), line.size()});
  ::sd_journal_sendv(parts.data(), static_cast<int>(parts.size()));
}

// %* : the priority as systemd reads it from a line's beginning (sd-daemon(3)).
class priority_flag final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    const int priority = message.level >= spdlog::level::err    ? 3
                         : message.level >= spdlog::level::warn ? 4
                         : message.level >= spdlog::level::info ? 6
                                                                : 7;
    const std::string text = '<' + std::to_string(priority) + '>';
    out.append(text.data(), text.data() + text.size());
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<priority_flag>(); }
};

class spdlog_event_log final : public event_log {
 public:
  spdlog_event_log(log_options options, int fd) : sink_(std::make_shared<fd_sink>(fd)), logger_("partmark", sink_) { configure(options); }

  void configure(log_options options) override {
    options_ = options;
    logger_.set_level(level_of(options.least));
    const char* pattern =
        options.format == log_format::json ? R"({"ts":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})" : "ts=%Y-%m-%dT%H:%M:%S.%eZ level=%l %v";
    auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
    formatter->add_flag<priority_flag>('*').set_pattern((options.priority_prefix ? "%*" : "") + std::string(pattern));
    logger_.set_formatter(std::move(formatter));
  }

  void hold_lines() override { sink_->hold(); }
  void release_lines() override { sink_->release(); }

  void emit(const event& e) override {
    if (level_of(e.level) < logger_.level()) return;
    if (options_.format == log_format::journald) return to_journald(e);
    line_.clear();
    (options_.format == log_format::json ? append_json_members : append_logfmt)(line_, e);
    logger_.log(level_of(e.level), spdlog::string_view_t(line_.data(), line_.size()));
  }

 private:
  std::shared_ptr<fd_sink> sink_;
  spdlog::logger logger_;
  log_options options_;
  std::string line_;  // keeps its memory
};

}  // namespace

bool stderr_is_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat st{};
  if (!stream || ::fstat(2, &st) != 0) return false;
  return std::to_string(st.st_dev) + ':' + std::to_string(st.st_ino) == stream;
}

std::unique_ptr<event_log> make_event_log(log_options options, int fd) { return std::make_unique<spdlog_event_log>(options, fd); }

}  // namespace partmark
