// The connections that wait for another request, newest used first. Each is listened to: one that the server closes or speaks on is closed
// at once, one that waits too long likewise. Owned by a client; the io_context's thread only.
#pragma once

#include "core/clock.hpp"
#include "http/alarm_clock.hpp"
#include "http/connection.hpp"

#include <list>
#include <memory>

namespace partmark::http {

class idle_connections {
 public:
  // `clock` outlives it.
  explicit idle_connections(alarm_clock& clock) : clock_(clock) {}
  idle_connections(const idle_connections&) = delete;
  idle_connections& operator=(const idle_connections&) = delete;

  // Keeps it for at most `keep`.
  void put(std::shared_ptr<connection> fresh, milliseconds keep);

  // The one last used that is still good, looked at once more; null if there is none.
  [[nodiscard]] std::shared_ptr<connection> take();

  void clear() { entries_.clear(); }

 private:
  class entry;

  alarm_clock& clock_;
  std::list<entry> entries_;  // newest last
};

class idle_connections::entry final : public connection::listener {
 public:
  entry(idle_connections& owner, std::shared_ptr<connection> kept, milliseconds keep);
  ~entry() override;
  entry(const entry&) = delete;
  entry& operator=(const entry&) = delete;

  void on_ready() override;
  [[nodiscard]] std::shared_ptr<connection> give_up();

 private:
  void close();

  idle_connections& owner_;
  std::shared_ptr<connection> kept_;
  alarm expiry_;
};

}  // namespace partmark::http
