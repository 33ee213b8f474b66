// A person's commands to the loop (DESIGN §4.2): the same handler behind the daemon's Unix socket and, with the daemon down, in the command
// line itself. One JSON object a line each way: {"command":"retry","target":"PLAN"} and {"done":true,"message":"…"}; before that, only
// where the command has "progress":true, any number of lines {"progress":{…}}. Pure; one thread.
#pragma once

#include "core/clock.hpp"
#include "core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace partmark {

class loop;

enum class control_verb : std::uint8_t {
  retry,   // try what is held now; target: a plan, a table, or all
  resync,  // push the whole state again; target: a plan, or all
  refold,  // fold a plan anew from its rows; target: the plan
  pause,   // stop calling an endpoint; target: it, or all
  resume,
  drift,  // compare with the remote's own list; target: a plan, or all
};

struct control_command {
  control_verb verb = control_verb::retry;
  std::optional<std::string> target;  // absent: all
  bool repair = false;                // drift: make the differences pending
  bool progress = false;              // tell how far it is, too: drift does
};

struct control_reply {
  bool done = false;
  std::string message;  // what was done, or why not and what to do
  std::string drift;    // of drift: a JSON array, one object a plan (docs/cli.md); else empty
};

// How far a drift check of some plans is. What is to be read is a guess that every plan's end corrects.
struct control_progress {
  std::int64_t plans = 0;
  std::int64_t plans_done = 0;
  std::int64_t pages = 0;  // of the remote's lists, read
  std::int64_t pages_expected = 0;

  friend bool operator==(const control_progress&, const control_progress&) = default;
};

inline constexpr std::size_t control_line_bytes_max = 4096;                // of a command
inline constexpr std::size_t control_reply_bytes_max = 256 * 1024 * 1024;  // drift of very many plans

// Lines end without a newline here. errc::invalid, naming the field, for anything but such a command.
[[nodiscard]] result<control_command> parse_control_command(std::string_view line);
[[nodiscard]] std::string control_command_line(const control_command& c);
[[nodiscard]] result<control_reply> parse_control_reply(std::string_view line);
[[nodiscard]] std::string control_reply_line(const control_reply& r);

[[nodiscard]] std::string control_progress_line(const control_progress& p);
// nullopt: the line is none of progress, so it is the reply.
[[nodiscard]] std::optional<control_progress> parse_control_progress(std::string_view line);

using control_done = std::function<void(const control_reply&)>;
using control_told = std::function<void(const control_progress&)>;

// Carries the command out, and calls `done` once: at once, or for drift when the remote has answered. What it changed is stored by the
// loop's next turn. Where the command asks for progress, `told` is called before, whenever there is some.
void carry_out(loop& target, const control_command& command, now t, control_done done, control_told told = {});

}  // namespace partmark
