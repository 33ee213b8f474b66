// partmark: writes and reads what partmarkd works with (DESIGN §4.2).
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "daemon/standard_files.hpp"

#include <unistd.h>

#include <csignal>
#include <exception>
#include <string>

namespace {

int run(const partmark::command_line& line, partmark::output& out, partmark::output& err) {
  partmark::session session(line.config_path, out, err);
  try {
    const int code = std::visit([&](const auto& options) { return partmark::run(options, session); }, line.command);
    const auto written = out.flush();
    return written ? code : session.trouble(written.error());
  } catch (const partmark::configuration_failure& e) {
    for (const std::string& message : e.messages()) err.write(message + "\n");
    return partmark::exit_configuration;
  } catch (const std::exception& e) {
    return session.trouble({partmark::errc::io, e.what()});
  }
}

}  // namespace

int main(int argc, char** argv) {
  partmark::open_standard_files();
  // A reader of our output that goes away, or a file that may not grow, must not end a half-written import.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  const auto parsed = partmark::parse_command_line(argc, argv);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  partmark::output out(STDOUT_FILENO, partmark::style_of(STDOUT_FILENO));
  partmark::output err(STDERR_FILENO, partmark::style_of(STDERR_FILENO));
  const int code = run(std::get<partmark::command_line>(parsed), out, err);
  (void)err.flush();
  return code;
}
