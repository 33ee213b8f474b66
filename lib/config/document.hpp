// A YAML document as a small tree that keeps what yaml-cpp's own nodes lose: repeated keys, the line of every key and value, and whether a
// scalar was quoted. Internal to lib/config; plain values.
#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace partmark::config {

struct node_entry;

struct node {
  enum class kind : std::uint8_t { null, scalar, list, map };

  kind what = kind::null;
  std::string text;     // of a scalar
  bool quoted = false;  // a quoted or block scalar: never a number or a boolean
  int line = 1;         // from 1; of a null value: its key's
  std::vector<node> items;
  std::vector<node_entry> entries;  // as written, repeated keys included
};

struct node_entry {
  node key;
  node value;
};

// Why the text is no usable document, in the words of a message: `FILE:line: (file): found: expected`.
struct document_error {
  int line = 1;
  std::string found;
  std::string expected;
};

// One document in UTF-8 without anchors, aliases or tags, at most 16 levels deep. An empty text is a null node. No message quotes the text.
[[nodiscard]] boost::system::result<node, document_error> parse_document(std::string_view text);

[[noreturn]] void throw_exception_from_error(const document_error& found, const boost::source_location&);

}  // namespace partmark::config
