// The name of a listening Unix socket in the file system. It is taken only where nobody listens, and given up only while it still leads to
// that socket: another daemon may have been told the same one. Owned by the control server, on its thread.
#pragma once

#include "core/result.hpp"

#include <boost/asio/local/stream_protocol.hpp>

#include <sys/types.h>

#include <string>
#include <utility>

namespace partmark {

class socket_name {
 public:
  socket_name() = default;
  socket_name(socket_name&& other) noexcept { *this = std::move(other); }
  socket_name& operator=(socket_name&& other) noexcept;
  // While its socket listens: once that is closed, the name might be another's between the look and the removal.
  ~socket_name() { give_up(); }

  // Binds `acceptor`, which is closed, to `path` with mode 0660 and listens, in place of a socket that a killed daemon left there. busy:
  // somebody listens there; exists: it is no socket; not_found: its directory is missing; permission; io; invalid: too long a path.
  [[nodiscard]] static result<socket_name> take(const std::string& path, boost::asio::local::stream_protocol::acceptor& acceptor,
                                                int backlog);

  [[nodiscard]] const std::string& path() const { return path_; }
  // Whether `path()` still leads to the socket that was bound.
  [[nodiscard]] bool is_ours() const;

 private:
  void give_up();

  std::string path_;  // empty: none
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace partmark
