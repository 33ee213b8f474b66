// A line on the control socket, either way.
#include "core/text.hpp"
#include "fuzz/targets.hpp"
#include "reconcile/control.hpp"

namespace partmark::fuzz {

void control_line(std::string_view input) {
  if (const auto command = parse_control_command(input)) {
    const auto again = parse_control_command(control_command_line(*command));
    expect(again && again->verb == command->verb && again->target == command->target && again->repair == command->repair,
           "a command reads back as it was written");
  } else {
    expect(is_plain_text(command.error().message), "a refusal is printable");
  }
  if (const auto progress = parse_control_progress(input))
    expect(parse_control_progress(control_progress_line(*progress)) == progress, "progress reads back as it was written");
  if (const auto reply = parse_control_reply(input)) {
    const auto again = parse_control_reply(control_reply_line(*reply));
    expect(again && again->done == reply->done && again->message == reply->message, "a reply reads back as it was written");
  }
}

}  // namespace partmark::fuzz
