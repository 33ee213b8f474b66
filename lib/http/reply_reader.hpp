// Reads one reply from bytes as they come: Beast's parser with our bounds around it. No I/O; one reader a call.
#pragma once

#include "core/exchange.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace partmark::http {

struct reply_limits {
  std::size_t header_bytes_max = 16 * 1024;
  std::size_t body_bytes_max = 1024 * 1024;
};

class reply_reader {
 public:
  enum class state {
    more,       // not all there yet
    whole,      // take() has it
    too_large,  // beyond a limit
    malformed,  // not an HTTP/1 reply, or one that ended early
  };

  // `to_head`: the request was a HEAD, whose reply has no body whatever its header says.
  explicit reply_reader(reply_limits limits, bool to_head = false);
  ~reply_reader();
  reply_reader(const reply_reader&) = delete;
  reply_reader& operator=(const reply_reader&) = delete;

  // The next bytes. Interim replies (1xx) are skipped. Call only while the state is `more`.
  state feed(std::string_view bytes);

  // The sender closed in order. Completes a reply whose end is the connection's end; else `malformed`. Call only while `more`.
  state end();

  [[nodiscard]] state current() const { return state_; }
  [[nodiscard]] bool any_bytes() const { return bytes_seen_ > 0; }
  [[nodiscard]] std::optional<unsigned> status() const;  // once the final reply's header is read
  [[nodiscard]] const std::string& problem() const { return problem_; }

  // Whether the connection may carry another request: `whole`, both sides keep it, and nothing came after the reply.
  [[nodiscard]] bool keeps_connection() const;

  // The reply, once. Only when `whole`.
  [[nodiscard]] http_reply take();

 private:
  struct parser;
  void restart();
  state parse(std::string_view bytes);
  enum class step { one_of_many, last, whole };
  step take_step(std::string_view& bytes);
  state refuse(state s, std::string problem);

  reply_limits limits_;
  bool to_head_;
  state state_ = state::more;
  std::unique_ptr<parser> parser_;
  std::string unparsed_;  // the tail that the parser wants more of before it takes it
  std::size_t bytes_seen_ = 0;
  std::size_t header_bytes_ = 0;  // of the present reply's header, as far as it is parsed
  std::size_t interim_replies_ = 0;
  std::string problem_;
};

}  // namespace partmark::http
