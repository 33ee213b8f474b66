#include "cli/control_client.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace partmark {
namespace {

class descriptor {
 public:
  explicit descriptor(int fd) : fd_(fd) {}
  ~descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

// Of the daemon at the other end of a connection: " (process 12)".
std::string process_text(int fd) {
  ucred who{};
  socklen_t size = sizeof(who);
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0 || who.pid == 0) return {};
  return " (process " + std::to_string(who.pid) + ")";
}

error silence(const std::string& socket, int fd, milliseconds patience) {
  return {errc::busy, socket + ": the daemon" + process_text(fd) + " has not answered for " + std::to_string(patience.count() / 1000) +
                          " s: it is stopped, or stuck; look at that process and its log. The command may still be carried out"};
}

// How long connecting and sending, and with `answer` waiting for bytes, may take; the calls fail with EAGAIN then.
void limit(int fd, milliseconds patience, bool answer) {
  const timeval wait{patience.count() / 1000, (patience.count() % 1000) * 1000};
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
  if (answer) ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
}

error failure(const std::string& socket, const char* what) {
  const int why = errno;
  return {why == EACCES || why == EPERM ? errc::permission : errc::io,
          socket + ": " + what + ": " + std::strerror(why) + (why == EACCES ? "; members of the daemon's group may command it" : "")};
}

// nullopt: too long for a socket's path.
std::optional<sockaddr_un> address_of(const std::string& socket) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket.size() >= sizeof(address.sun_path)) return std::nullopt;
  std::memcpy(address.sun_path, socket.c_str(), socket.size() + 1);
  return address;
}

bool nobody_listens(int why) { return why == ENOENT || why == ECONNREFUSED || why == ENOTDIR; }

result<void> send_all(const std::string& socket, int fd, std::string_view text, milliseconds patience) {
  while (!text.empty()) {
    const ssize_t n = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return silence(socket, fd, patience);
    if (n < 0) return failure(socket, "cannot send the command");
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

// The reply; what comes before it goes to `told`.
result<std::string> receive_reply(const std::string& socket, int fd, const control_told& told, milliseconds patience) {
  std::string line;
  std::array<char, 64 * 1024> buffer{};
  for (;;) {
    const ssize_t n = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return silence(socket, fd, patience);
    if (n < 0) return failure(socket, "cannot read the answer");
    if (n == 0) return error{errc::io, socket + ": the daemon closed the connection before it answered; look at its log"};
    line.append(buffer.data(), static_cast<std::size_t>(n));
    while (line.starts_with(R"({"progress")")) {
      const auto end = line.find('\n');
      if (end == std::string::npos) break;
      if (const auto progress = parse_control_progress(std::string_view(line).substr(0, end)); progress && told) told(*progress);
      line.erase(0, end + 1);
    }
    if (!line.empty() && line.back() == '\n') {
      line.pop_back();
      return line;
    }
    if (line.size() > control_reply_bytes_max) return error{errc::io, socket + ": the answer is too long"};
  }
}

}  // namespace

result<std::optional<control_reply>> ask_daemon(const std::string& socket, const control_command& command, const control_told& told,
                                                milliseconds patience) {
  const auto address = address_of(socket);
  if (!address) return error{errc::invalid, socket + ": too long for a socket's path"};
  const descriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (fd.get() < 0) return failure(socket, "cannot make a socket");
  // A drift check asks the platform, which takes as long as it takes.
  limit(fd.get(), patience, command.verb != control_verb::drift);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof(*address)) != 0) {
    if (errno == EAGAIN) return silence(socket, fd.get(), patience);
    if (nobody_listens(errno)) return std::optional<control_reply>();
    return failure(socket, "cannot reach the daemon");
  }
  if (auto sent = send_all(socket, fd.get(), control_command_line(command) + '\n', patience); !sent) return sent.error();
  const auto line = receive_reply(socket, fd.get(), told, patience);
  if (!line) return line.error();
  auto reply = parse_control_reply(*line);
  if (!reply) return reply.error();
  return std::optional(std::move(*reply));
}

std::optional<bool> daemon_listens(const std::string& socket) {
  const auto address = address_of(socket);
  const descriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!address || fd.get() < 0) return std::nullopt;
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof(*address)) == 0 || errno == EAGAIN) return true;
  return nobody_listens(errno) ? std::optional(false) : std::nullopt;
}

}  // namespace partmark
