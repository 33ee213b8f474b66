#include "daemon/service.hpp"

#include "daemon/exit_code.hpp"
#include "daemon/file_modes.hpp"
#include "daemon/settings_map.hpp"
#include "daemon/system_clock.hpp"
#include "reconcile/event_names.hpp"

#include <boost/asio/post.hpp>

#include <malloc.h>
#include <unistd.h>
#include <csignal>
#include <random>
#include <stdexcept>
#include <utility>

namespace partmark {
namespace {

// Calls under way get this long to end by themselves; the whole stop stays below systemd's and DESIGN's 5 s.
constexpr std::chrono::milliseconds drain_time{4000};
constexpr std::chrono::milliseconds cancel_time{500};
constexpr std::chrono::seconds heartbeat_every{60};

// A turn reads some thousand records: after fewer turns in a row there is little to give back.
constexpr unsigned busy_turns_kept = 8;

// What so many calls have left in state.db's page cache and in the heap is worth giving back once none is under way.
constexpr unsigned calls_kept = 5'000;

control_reply unstored(control_reply reply) {
  reply.done = false;
  reply.message += "; but state.db cannot be written now: should partmarkd end before it can, nothing is changed";
  return reply;
}

std::uint64_t seed() {
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32U) | device();
}

}  // namespace

service::service(const daemon_options& options, config::settings settings, event_log& log)
    : options_(options),
      settings_(std::move(settings)),
      log_(log),
      lock_(state_lock::acquire(settings_.state.path).value()),
      state_(sqlite_state::open(settings_.state.path).value()),
      journal_(settings_.journal.path),
      board_(io_, log_, loop_, settings_),
      remote_(io_, board_,
              [this](std::uint64_t call_id, call_answer answer) {
                loop_.ended(call_id, std::move(answer));
                ++calls_ended_;
                schedule_turn();
              }),
      loop_(journal_, *state_, remote_, board_, loop_settings_of(settings_), seed()),
      watcher_(io_, board_, settings_.journal,
               [this] {
                 journal_.begin_writeback();
                 loop_.journal_hint();
                 remote_.expect_calls();
                 schedule_turn();
               }),
      control_(io_,
               [this](const control_command& command, control_done done, control_told told) {
                 // The answer leaves after the turn that stores what was done.
                 const auto stored = [this, done = std::move(done)](const control_reply& reply) {
                   boost::asio::post(io_, [this, done, reply] { done(reply.done && !loop_.stored() ? unstored(reply) : reply); });
                 };
                 carry_out(loop_, command, clock_now(), stored, std::move(told));
                 turn();
               }),
      signals_(io_, SIGTERM, SIGINT, SIGHUP),
      wake_(io_),
      stop_timer_(io_),
      deadline_(io_),
      heartbeat_(io_),
      watchdog_(io_) {
  static_cast<void>(state_->checkpoint_beside());  // without a thread to be had, commits do it
  remote_.configure(settings_.endpoints).value();
  // A run to the end of the journal is over before anybody looks.
  if (!options_.once) board_.listen(settings_.status.listen).value();
  const now t = clock_now();
  loop_.restore(state_->load(loop_.rows_to_restore()).value(), boot_id(), t);
  release_memory();
  if (options_.once) loop_.retry_held(std::nullopt, t, retry_by::run);
}

int service::run() {
  // First: who reads that the daemon started may talk to it.
  const auto listening = control_.listen(settings_.control.socket);
  control_tended_ = clock_now().steady;
  board_.emit({severity::info,
               event_name::daemon_started,
               "partmarkd " PARTMARK_VERSION " started",
               {{"version", std::string(PARTMARK_VERSION)},
                {"pid", static_cast<std::int64_t>(::getpid())},
                {"journal", settings_.journal.path},
                {"state", settings_.state.path},
                {"endpoints", static_cast<std::int64_t>(settings_.endpoints.size())},
                {"plans", static_cast<std::int64_t>(loop_.plans().size())}}});
  for (const auto& warning : file_mode_warnings(settings_.journal.path, settings_.state.path))
    board_.emit({severity::warning, event_name::files_open, warning, {}});
  await_signal();
  watcher_.watch();
  say_control(listening);
  heartbeat();
  watchdog();
  if (options_.deadline) {
    deadline_.expires_after(*options_.deadline);
    deadline_.async_wait([this](auto failed) {
      if (failed) return;
      stop(exit_unfinished, loop_.summary().behind ? "the deadline passed before the journal was read to its end"
                                                   : "the deadline passed with partitions still pending");
    });
  }
  manager_.ready(status_text());
  schedule_turn();
  io_.run();
  board_.say_repeats(true);
  board_.emit({severity::info, event_name::daemon_stopped, "stopped", {{"exit_code", static_cast<std::int64_t>(exit_code_)}}});
  return exit_code_;
}

void service::schedule_turn() {
  if (std::exchange(turn_posted_, true)) return;
  boost::asio::post(io_, [this] { turn(); });
}

void service::turn() {
  turn_posted_ = false;
  const held_lines together(log_);
  const partmark::turn next = loop_.run(clock_now());
  if (next.fatal && !stopping_) {
    board_.emit({severity::error, event_name::journal_refused, next.fatal->message, {{"journal", settings_.journal.path}}});
    stop(exit_configuration, "the journal is not the one that was folded");
  }
  if (stopping_) finish_if_idle();
  if (next.fatal) return;
  if (io_.stopped()) return;
  if (options_.once && !stopping_) decide_once();
  if (next.again) {
    if (loop_.behind()) ++busy_turns_;
    return schedule_turn();
  }
  const bool was_busy = std::exchange(busy_turns_, 0) > busy_turns_kept;
  if (was_busy || (calls_ended_ > calls_kept && loop_.idle())) release_memory();
  if (next.wake) {
    wake_.expires_at(*next.wake);
    await_timer();
  }
}

// What much work took for a while goes back to the system.
void service::release_memory() {
  calls_ended_ = 0;
  state_->release_memory();
  journal_.release_memory();
  ::malloc_trim(0);
}

void service::await_timer() {
  wake_.async_wait([this](auto failed) {
    if (failed) return;
    const steady_time at = clock_now().steady;
    watcher_.refresh(at);
    tend_control(at);
    schedule_turn();
  });
}

void service::decide_once() {
  if (!loop_.settled()) return;
  const auto s = loop_.summary();
  stop(s.held_plans > 0 || s.held_triggers > 0 || s.rejected > 0 ? exit_trouble : 0, "all is folded and pushed");
}

void service::await_signal() {
  signals_.async_wait([this](auto failed, int number) {
    if (failed) return;
    on_signal(number);
    await_signal();
  });
}

void service::on_signal(int number) {
  if (number == SIGHUP) return reload();
  stop(options_.once && !loop_.settled() ? exit_unfinished : 0, number == SIGTERM ? "SIGTERM" : "SIGINT");
}

void service::stop(int exit_code, const char* why) {
  if (std::exchange(stopping_, true)) return;
  exit_code_ = exit_code;
  board_.emit({severity::info, event_name::daemon_stopping, why, {{"in_flight", static_cast<std::int64_t>(loop_.summary().in_flight)}}});
  manager_.stopping();
  loop_.drain();
  stop_timer_.expires_after(drain_time);
  stop_timer_.async_wait([this](auto failed) {
    if (failed) return;
    remote_.shut_down();
    stop_timer_.expires_after(cancel_time);
    stop_timer_.async_wait([this](auto) { io_.stop(); });
  });
  finish_if_idle();
}

void service::finish_if_idle() {
  if (loop_.idle()) io_.stop();
}

void service::heartbeat() {
  heartbeat_.expires_after(heartbeat_every);
  heartbeat_.async_wait([this](auto failed) {
    if (failed) return;
    const auto s = loop_.summary();
    board_.emit({severity::info,
                 event_name::heartbeat,
                 status_text(),
                 {{"folded_seq", s.position.plans.folded_seq},
                  {"plans", static_cast<std::int64_t>(s.plans)},
                  {"pending_plans", static_cast<std::int64_t>(s.owing_plans)},
                  {"held_plans", static_cast<std::int64_t>(s.held_plans)},
                  {"in_flight", static_cast<std::int64_t>(s.in_flight)},
                  {"accepted", static_cast<std::int64_t>(s.calls.accepted)},
                  {"rejected_records", s.rejected}}});
    board_.say_repeats();
    tend_control(clock_now().steady);
    manager_.status(status_text());
    heartbeat();
  });
}

// By way of both threads: whichever is stuck, there is no sign of life.
void service::watchdog() {
  const auto interval = service_manager::watchdog_interval();
  if (!interval) return;
  remote_.ping([this] { manager_.alive(); });
  watchdog_.expires_after(*interval / 2);
  watchdog_.async_wait([this](auto failed) {
    if (!failed) watchdog();
  });
}

std::string service::status_text() const {
  const auto s = loop_.summary();
  if (s.behind) return "reading the journal, folded up to " + std::to_string(s.position.plans.folded_seq);
  return std::to_string(s.plans) + " plans, " + std::to_string(s.owing_plans) + " pending, " + std::to_string(s.held_plans) +
         " held, folded up to " + std::to_string(s.position.plans.folded_seq);
}

}  // namespace partmark
