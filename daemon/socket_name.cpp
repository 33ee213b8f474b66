#include "daemon/socket_name.hpp"

#include "state/state_files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <thread>

namespace partmark {
namespace {

namespace local = boost::asio::local;

error failure(const std::string& path, const std::string& what, const boost::system::error_code& why) {
  const errc code = why == boost::system::errc::no_such_file_or_directory ? errc::not_found
                    : why == boost::system::errc::permission_denied       ? errc::permission
                                                                          : errc::io;
  return {code, path + ": " + what + ": " + why.message() + "; commands like `partmark retry` reach the daemon there"};
}

boost::system::error_code last_error() { return {errno, boost::system::system_category()}; }

// Two daemons that start at once take turns: else one could find a dead socket, and remove the one that the other has just put in its
// place. Held until it is closed. Where it cannot be had the daemon goes on without, and finds out at its next look.
open_file turn_in(const std::string& folder) {
  open_file there(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (int tries = 0; tries < 50 && ::flock(there.descriptor(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK; ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  return there;
}

// Of whoever listens at the other end: "process 12".
std::string listener_text(int connected) {
  ucred who{};
  socklen_t size = sizeof(who);
  if (::getsockopt(connected, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0 || who.pid == 0) return "another process";
  return "process " + std::to_string(who.pid);
}

// Removes a socket at which nobody listens.
result<void> clear_away(const std::string& path) {
  struct stat there{};
  if (::lstat(path.c_str(), &there) != 0) return {};
  if (!S_ISSOCK(there.st_mode)) return error{errc::exists, path + ": is no socket: choose another control.socket"};
  const open_file probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (probe.descriptor() < 0) return failure(path, "cannot make a socket", last_error());
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  // A full queue is somebody's, too.
  if (::connect(probe.descriptor(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 || errno == EAGAIN)
    return error{errc::busy, path + ": " + listener_text(probe.descriptor()) +
                                 " listens there, and commands like `partmark retry` reach that one: stop it, or give each daemon a "
                                 "control.socket of its own"};
  if (errno != ECONNREFUSED && errno != ENOENT)
    return failure(path, "cannot tell whether another daemon listens there (remove it if none does)", last_error());
  ::unlink(path.c_str());
  return {};
}

}  // namespace

socket_name& socket_name::operator=(socket_name&& other) noexcept {
  if (this == &other) return *this;
  give_up();
  path_ = std::exchange(other.path_, {});
  device_ = other.device_;
  inode_ = other.inode_;
  return *this;
}

result<socket_name> socket_name::take(const std::string& path, local::stream_protocol::acceptor& acceptor, int backlog) {
  if (path.size() >= sizeof(sockaddr_un::sun_path)) return error{errc::invalid, path + ": too long for a socket's path"};
  const auto folder = std::filesystem::path(path).parent_path();
  const open_file turn = turn_in(folder.empty() ? "." : folder.string());
  if (auto cleared = clear_away(path); !cleared) return cleared.error();
  boost::system::error_code failed;
  acceptor.open(local::stream_protocol(), failed);
  if (failed) return failure(path, "cannot make a socket", failed);
  // Born closed to others, opened to the group at once: no moment in which anybody may connect.
  const mode_t before = ::umask(0177);
  acceptor.bind(local::stream_protocol::endpoint(path), failed);
  ::umask(before);
  if (failed) return failure(path, "cannot bind", failed);
  socket_name bound;
  struct stat made{};
  if (::chmod(path.c_str(), 0660) != 0 || ::lstat(path.c_str(), &made) != 0) failed = last_error();
  if (!failed) acceptor.listen(backlog, failed);
  if (failed) {
    ::unlink(path.c_str());
    return failure(path, "cannot open it to its group", failed);
  }
  bound.path_ = path;
  bound.device_ = made.st_dev;
  bound.inode_ = made.st_ino;
  return bound;
}

bool socket_name::is_ours() const {
  struct stat there{};
  return !path_.empty() && ::lstat(path_.c_str(), &there) == 0 && there.st_dev == device_ && there.st_ino == inode_;
}

void socket_name::give_up() {
  if (is_ours()) ::unlink(path_.c_str());
}

}  // namespace partmark
