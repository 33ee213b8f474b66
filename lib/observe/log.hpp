// Events as log lines on standard error: logfmt, JSON, or fields for journald. One a process, made by the daemon. One thread.
#pragma once

#include "core/result.hpp"
#include "reconcile/events.hpp"

#include <cstdint>
#include <memory>

namespace partmark {

enum class log_format : std::uint8_t {
  logfmt,    // ts=… level=… event=… msg="…" key=value …
  json,      // the same as one JSON object a line
  journald,  // native fields: MESSAGE, PARTMARK_EVENT, PARTMARK_<KEY>…
};

struct log_options {
  severity least = severity::info;
  log_format format = log_format::logfmt;
  bool priority_prefix = false;  // "<4>" before each line, as systemd reads it from a service's standard error
};

// Whether standard error is the journal's stream (systemd.exec(5), $JOURNAL_STREAM).
[[nodiscard]] bool stderr_is_journal();

class event_log : public events {
 public:
  virtual void configure(log_options options) = 0;

  // Until release_lines() lines below a warning may wait, to be written together: a turn may bring some dozens. A warning takes along those
  // before it.
  virtual void hold_lines() = 0;
  virtual void release_lines() = 0;
};

// As long as it lives the log may hold its lines.
class held_lines {
 public:
  explicit held_lines(event_log& log) : log_(log) { log_.hold_lines(); }
  ~held_lines() { log_.release_lines(); }
  held_lines(const held_lines&) = delete;
  held_lines& operator=(const held_lines&) = delete;

 private:
  event_log& log_;
};

// `fd` is 2 but for tests. A line that cannot be written is lost: logging never stops the daemon.
[[nodiscard]] std::unique_ptr<event_log> make_event_log(log_options options, int fd = 2);

// One event in the format's own syntax without time and level, as the lines carry it.
void append_logfmt(std::string& out, const event& e);
void append_json_members(std::string& out, const event& e);  // without the braces

}  // namespace partmark
