// A configuration file.
#include "config/load.hpp"
#include "core/text.hpp"
#include "fuzz/targets.hpp"

namespace partmark::fuzz {

void config_file(std::string_view input) {
  const auto loaded = config::load_text(input, "fuzz.yaml", {.resolve_secrets = false, .credentials_directory = {}});
  if (loaded) {
    expect(!loaded->values.endpoints.empty(), "a configuration has an endpoint");
    return;
  }
  expect(!loaded.error().messages.empty(), "a refusal has a reason");
  for (const std::string& message : loaded.error().messages) {
    expect(message.starts_with("fuzz.yaml"), "a message names the file");
    expect(is_plain_text(message), "a message is printable");
  }
}

}  // namespace partmark::fuzz
