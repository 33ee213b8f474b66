// can_simulator: CAN on a port of this machine, for tests and the demo. README.md describes it.
#include "can_simulator/simulator.hpp"
#include "can_simulator/simulator_server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/json.hpp>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace {

using namespace partmark::testing;

constexpr const char* usage = "usage: can_simulator [--port N] [--port-file PATH] [--state FILE] [--script FILE] [--record FILE]\n";

struct arguments {
  std::uint16_t port = 0;
  std::string port_file;
  std::string script;
  simulator::files files;
};

arguments parse(int argc, char** argv) {
  arguments a;
  for (int i = 1; i < argc; i += 2) {
    const std::string name = argv[i];
    if (i + 1 == argc) throw std::invalid_argument(name + " needs a value");
    const std::string value = argv[i + 1];
    if (name == "--port")
      a.port = static_cast<std::uint16_t>(std::stoul(value));
    else if (name == "--port-file")
      a.port_file = value;
    else if (name == "--state")
      a.files.state = value;
    else if (name == "--script")
      a.script = value;
    else if (name == "--record")
      a.files.record = value;
    else
      throw std::invalid_argument("unknown argument " + name);
  }
  return a;
}

void run_script(simulator& core, const std::string& path) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error("cannot read " + path);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (auto done = core.run_script(boost::json::parse(text)); !done) throw std::runtime_error(path + ": " + done.error().message);
}

// Renamed into place once it is whole: who sees the file can connect.
void announce(const std::string& path, std::uint16_t port) {
  const std::string next = path + ".next";
  std::ofstream out(next, std::ios::trunc);
  out << port << "\n" << std::flush;
  if (!out) throw std::runtime_error("cannot write " + next);
  out.close();
  std::filesystem::rename(next, path);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const arguments a = parse(argc, argv);
    simulator core(a.files);
    if (!a.script.empty()) run_script(core, a.script);
    boost::asio::io_context io(1);
    boost::asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([&io](auto, auto) { io.stop(); });
    const simulator_server server(io, core, a.port);
    if (!a.port_file.empty()) announce(a.port_file, server.port());
    std::printf("can_simulator listens on 127.0.0.1:%u\n", static_cast<unsigned>(server.port()));
    std::fflush(stdout);
    io.run();
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "can_simulator: %s\n%s", e.what(), usage);
    return 2;
  }
}
