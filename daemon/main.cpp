// partmarkd: keeps a metrics platform's partition metadata true (DESIGN §4.2).
#include "config/load.hpp"
#include "daemon/exit_code.hpp"
#include "daemon/options.hpp"
#include "daemon/service.hpp"
#include "daemon/settings_map.hpp"
#include "daemon/standard_files.hpp"
#include "observe/log.hpp"
#include "reconcile/event_names.hpp"

#include <malloc.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>

namespace {

int run(const partmark::daemon_options& options) {
  const char* credentials = std::getenv("CREDENTIALS_DIRECTORY");
  auto loaded = partmark::config::load(options.config_path, {true, credentials ? credentials : ""});
  if (!loaded) {
    for (const auto& problem : loaded.error().messages) std::fprintf(stderr, "%s\n", problem.c_str());
    return partmark::exit_configuration;
  }
  if (options.check_config) {
    for (const auto& warning : loaded->warnings) std::fprintf(stderr, "warning: %s\n", warning.c_str());
    std::printf("%s: the configuration is right\n", options.config_path.c_str());
    return 0;
  }
  const auto log = partmark::make_event_log(partmark::log_options_of(loaded->values.log));
  for (const auto& warning : loaded->warnings) log->emit({partmark::severity::warning, partmark::event_name::config_warning, warning, {}});
  partmark::service service(options, std::move(loaded->values), *log);
  return service.run();
}

}  // namespace

int main(int argc, char** argv) {
  partmark::open_standard_files();
  // A log whose reader went away and a file that may not grow are failed writes like any other, not the end.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  // A heap for the loop and one for the calls; the short-lived other threads would each leave one of megabytes behind.
  ::mallopt(M_ARENA_MAX, 2);
  // What a catch-up makes that is large goes back when it is freed. Left to itself glibc takes the largest that ever was freed for usual.
  ::mallopt(M_MMAP_THRESHOLD, 1 << 20);
  const auto parsed = partmark::parse_options(argc, argv);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  try {
    return run(std::get<partmark::daemon_options>(parsed));
  } catch (const partmark::start_up_failure& e) {
    using namespace partmark;
    std::fprintf(stderr, "partmarkd: %s\n", e.what());
    // Starting again changes nothing about these; another holder of the lock or a full disk may pass.
    const bool passes = e.code() == errc::busy || e.code() == errc::no_space || e.code() == errc::io;
    return passes ? exit_trouble : exit_configuration;
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "partmarkd: out of memory; what was stored is safe, and the next start goes on from there\n");
    return partmark::exit_trouble;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "partmarkd: %s\n", e.what());
    return partmark::exit_trouble;
  }
}
