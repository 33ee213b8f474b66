// What is known of the place where output goes: whether somebody looks at it, how wide it is, whether it shows colours and more than ASCII.
// Everything that draws takes a `style` and answers text, so that tests need no terminal. Values; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace partmark {

struct style {
  bool is_terminal = false;
  bool colour = false;   // ANSI colours may be used
  bool unicode = false;  // the locale says UTF-8
  std::size_t columns = 80;
};

// For a file descriptor of this process. Colour needs a terminal, a TERM that is not "dumb", and NO_COLOR unset or empty. The width is the
// terminal's, else COLUMNS, else 80.
[[nodiscard]] style style_of(int descriptor);

enum class tone : std::uint8_t { plain, strong, dim, good, bad, warning };

// `text` in that tone; as it is where the style has no colour.
[[nodiscard]] std::string painted(std::string_view text, tone t, const style& s);

// The columns that `text` (UTF-8, plain) takes: one a character. Wide characters count as one, so a column of them may lean.
[[nodiscard]] std::size_t width_of(std::string_view text);

}  // namespace partmark
