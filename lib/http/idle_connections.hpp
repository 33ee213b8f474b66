// The connections that wait for another request, newest used first. Each is watched: one that the server closes or speaks on is closed
// at once, one that waits too long likewise. Owned by a client; the loop's thread only.
#pragma once

#include "core/clock.hpp"
#include "http/connection.hpp"

#include <boost/asio/io_context.hpp>
#include <memory>
#include <vector>

namespace partmark::http {

class idle_connections {
 public:
  explicit idle_connections(boost::asio::io_context& io) : io_(io) {}
  ~idle_connections() { clear(); }
  idle_connections(const idle_connections&) = delete;
  idle_connections& operator=(const idle_connections&) = delete;

  // Keeps it for at most `keep`.
  void put(std::unique_ptr<connection> fresh, milliseconds keep);

  // The one last used that is still good, looked at once more; null if there is none.
  [[nodiscard]] std::unique_ptr<connection> take();

  void clear();

 private:
  struct entry;
  static void watch(const std::shared_ptr<entry>& e);

  boost::asio::io_context& io_;
  std::vector<std::shared_ptr<entry>> entries_;  // newest last
};

}  // namespace partmark::http
