// The other end for the tests of lib/http: a server that does, on each connection, exactly what the test's script says.
// Plain blocking sockets and a thread a connection; optionally TLS. Knows no HTTP beyond where a request ends.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

typedef struct ssl_st SSL;
typedef struct ssl_ctx_st SSL_CTX;

namespace partmark::http {

// The sockets that scripts hold open, so that the server can end them all.
class open_sockets {
 public:
  void add(int s);
  void close(int s);
  void shut_down_all();

 private:
  std::mutex mutex_;
  std::set<int> sockets_;
};

// One accepted connection, as its script sees it. Closed (in order, and with close_notify) when the script returns.
class peer {
 public:
  peer(open_sockets& open, int descriptor, SSL* ssl) : open_(open), descriptor_(descriptor), ssl_(ssl) {}
  ~peer();
  peer(const peer&) = delete;
  peer& operator=(const peer&) = delete;

  // Header and body of the next request; empty if the client closed instead.
  std::string read_request();
  // Whatever comes next, at most this many bytes; empty at the end.
  std::string read_some(std::size_t bytes_max);
  // False if the client is gone.
  bool send(std::string_view bytes);
  // Waits for the client to close; true if it said nothing more before.
  bool client_closes();
  void close();
  // Closes with a TCP reset.
  void reset();
  // TLS: closes the socket without close_notify.
  void cut();
  // TLS 1.3: sends another session ticket.
  void send_ticket();
  // TLS: whether the handshake resumed an earlier session.
  [[nodiscard]] bool resumed() const;
  // TLS: the name the client asked for.
  [[nodiscard]] std::string asked_name() const;

 private:
  open_sockets& open_;
  int descriptor_;
  SSL* ssl_;
  std::string unread_;
};

class scripted_server {
 public:
  using script = std::function<void(peer&)>;

  struct place {
    std::string ip = "127.0.0.1";
    std::uint16_t port = 0;  // 0: any free one
    SSL_CTX* tls = nullptr;  // not owned
    std::function<void()> before_handshake = [] {};
  };

  // The n-th connection gets the n-th script, later ones the last.
  explicit scripted_server(std::vector<script> scripts) : scripted_server(std::move(scripts), place{}) {}
  scripted_server(std::vector<script> scripts, const place& where);
  ~scripted_server();  // ends every connection, then joins
  scripted_server(const scripted_server&) = delete;
  scripted_server& operator=(const scripted_server&) = delete;

  // Takes no more connections and waits for every script to end by itself.
  void join();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::size_t connections() const { return connections_; }

 private:
  void accept_all();
  void stop_accepting();
  void serve(int descriptor, const script& s);

  std::vector<script> scripts_;
  SSL_CTX* tls_;
  std::function<void()> before_handshake_;
  int listener_;
  std::uint16_t port_ = 0;
  std::atomic<std::size_t> connections_ = 0;
  open_sockets open_;
  std::vector<std::thread> serving_;  // the accepting thread's, then join()'s
  std::thread accepting_;
};

// A bound socket that never takes part in a handshake: connecting to it hangs.
class deaf_listener {
 public:
  deaf_listener(const std::string& ip, std::uint16_t port);
  ~deaf_listener();
  deaf_listener(const deaf_listener&) = delete;
  deaf_listener& operator=(const deaf_listener&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  int listener_;
  std::uint16_t port_ = 0;
  std::vector<int> fillers_;
};

// A port on 127.0.0.1 that nobody listens on.
[[nodiscard]] std::uint16_t unused_port();

// "HTTP/1.1 200 OK" with this body and its Content-Length.
[[nodiscard]] std::string ok_reply(std::string_view body, std::string_view more_headers = "");

}  // namespace partmark::http
