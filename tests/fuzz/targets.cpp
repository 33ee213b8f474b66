#include "fuzz/targets.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>

namespace partmark::fuzz {
namespace {

constexpr std::array<target, 8> all{{
    {"can_reply", can_reply},
    {"completion_row", completion_row},
    {"config_file", config_file},
    {"control_line", control_line},
    {"http_client", http_client},
    {"http_reply", http_reply},
    {"import_csv", import_csv},
    {"import_ndjson", import_ndjson},
}};

std::string_view current;

}  // namespace

void run(const target& t, std::string_view input) {
  current = input;
  t.run(input);
}

std::span<const target> targets() { return all; }

void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\ninput: ", what);
  for (const char c : current) std::fprintf(stderr, c >= ' ' && c <= '~' && c != '\\' ? "%c" : "\\x%02x", static_cast<unsigned char>(c));
  std::fprintf(stderr, "\n");
  std::abort();
}

}  // namespace partmark::fuzz
