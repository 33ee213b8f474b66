#include "cli/row_reader.hpp"

namespace partmark {

result<void> row_reader::skip_line() {
  for (;;) {
    const std::string_view rest = input_.rest();
    const std::size_t end = rest.find('\n');
    input_.take(end == std::string_view::npos ? rest.size() : end + 1);
    if (end != std::string_view::npos) return {};
    const result<bool> more = input_.more();
    if (!more) return more.error();
    if (!*more) return {};
  }
}

result<void> row_reader::skip_byte_order_mark() {
  constexpr std::string_view mark = "\xef\xbb\xbf";
  while (input_.rest().size() < mark.size() && mark.starts_with(input_.rest())) {
    const result<bool> more = input_.more();
    if (!more) return more.error();
    if (!*more) break;
  }
  if (input_.rest().starts_with(mark)) input_.take(mark.size());
  return {};
}

}  // namespace partmark
