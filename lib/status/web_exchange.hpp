// One request to the status server and its answer, as values: what the transport reads and writes, and what the pages see. Pure; any
// thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace partmark {

struct web_request {
  std::string path;                                        // decoded; starts with '/'
  std::vector<std::pair<std::string, std::string>> query;  // decoded, in order
  std::string if_none_match;

  // The first value of that name; empty: none.
  [[nodiscard]] std::string_view argument(std::string_view name) const;
};

struct web_reply {
  unsigned status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body;
  std::string etag;  // of a file that a browser may keep; empty: nothing may be kept
};

[[nodiscard]] web_reply plain_reply(unsigned status, std::string text);

// What `target` (origin form) asks for. nullopt: not well-formed (a bad escape, a control character, bad UTF-8, no '/' at its front).
[[nodiscard]] std::optional<web_request> parse_target(std::string_view target);

// `text` for a URL's query value: everything but unreserved characters as %XX.
[[nodiscard]] std::string percent_encoded(std::string_view text);

// Whether a browser may have been led here under this name (DNS rebinding): an address, localhost or this machine's own name is fine.
// `host` is the Host header's value, with or without a port.
[[nodiscard]] bool is_own_host(std::string_view host, std::string_view machine_name);

// The reply's status line, headers and, unless `head`, body.
[[nodiscard]] std::string reply_text(const web_reply& reply, bool head, bool keep_alive);

}  // namespace partmark
