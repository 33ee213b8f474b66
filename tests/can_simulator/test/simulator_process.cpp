#include "can_simulator/test/simulator_process.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace partmark::testing {
namespace {

constexpr int patience_ms = 20'000;  // a machine under load; reached only when something is broken

std::filesystem::path make_folder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "can_simulator_XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  return pattern;
}

std::uint16_t wait_for_port(const std::filesystem::path& file) {
  for (int waited = 0; waited < patience_ms; waited += 5) {
    unsigned port = 0;
    if (std::ifstream(file) >> port) return static_cast<std::uint16_t>(port);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  throw std::runtime_error("the simulator did not start");
}

}  // namespace

simulator_process::simulator_process(const std::vector<std::string>& arguments) : folder_(make_folder()) {
  const std::string port_file = folder_ / "port";
  std::vector<std::string> words = {CAN_SIMULATOR, "--port-file", port_file};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& w : words) argv.push_back(w.data());
  argv.push_back(nullptr);
  if (::posix_spawn(&pid_, CAN_SIMULATOR, nullptr, nullptr, argv.data(), environ) != 0)
    throw std::runtime_error("cannot start " CAN_SIMULATOR);
  port_ = wait_for_port(port_file);
}

simulator_process::~simulator_process() {
  if (pid_ > 0) {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }
  std::filesystem::remove_all(folder_);
}

void simulator_process::kill() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

boost::json::value simulator_process::control(std::string_view method, std::string_view what, std::string_view body) const {
  const std::string text = std::string(method) + " /_control/" + std::string(what) +
                           " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
  const raw_reply reply = raw_client(port_).exchange(text);
  if (reply.status() != 200) throw std::runtime_error("control " + std::string(what) + ": " + reply.text);
  return boost::json::parse(reply.body());
}

int raw_reply::status() const { return text.size() < 12 ? 0 : std::atoi(text.c_str() + 9); }

std::string raw_reply::body() const {
  const std::size_t end = text.find("\r\n\r\n");
  return end == std::string::npos ? "" : text.substr(end + 4);
}

raw_client::raw_client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) throw std::runtime_error("cannot connect");
}

raw_client::~raw_client() { ::close(socket_); }

void raw_client::send(std::string_view text) const {
  while (!text.empty()) {
    const ssize_t n = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
    if (n <= 0) throw std::runtime_error("cannot send");
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

raw_reply raw_client::read() const {
  raw_reply reply;
  std::size_t wanted = 0;  // 0: the header is not whole yet
  std::vector<char> piece(1 << 16);
  while (!reply.whole) {
    pollfd ready{socket_, POLLIN, 0};
    if (::poll(&ready, 1, patience_ms) != 1) throw std::runtime_error("no reply");
    const ssize_t n = ::recv(socket_, piece.data(), piece.size(), 0);
    if (n <= 0) {
      reply.was_closed = n == 0;
      reply.was_reset = n < 0 && errno == ECONNRESET;
      return reply;
    }
    reply.text.append(piece.data(), static_cast<std::size_t>(n));
    const std::size_t end = reply.text.find("\r\n\r\n");
    const std::size_t length = reply.text.find("Content-Length: ");
    if (wanted == 0 && end != std::string::npos)
      wanted = end + 4 + (length < end ? std::strtoul(reply.text.c_str() + length + 16, nullptr, 10) : 0);
    reply.whole = wanted > 0 && reply.text.size() >= wanted;
  }
  return reply;
}

bool raw_client::sees_close() const {
  pollfd ready{socket_, POLLIN, 0};
  char byte = 0;
  return ::poll(&ready, 1, patience_ms) == 1 && ::recv(socket_, &byte, 1, 0) <= 0;
}

std::string post_text(std::string_view path, std::string_view body) {
  return "POST " + std::string(path) +
         " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\ntenant-id: tn_1\r\nauth-type: UID\r\nauth-value: "
         "uid-4711\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

}  // namespace partmark::testing
