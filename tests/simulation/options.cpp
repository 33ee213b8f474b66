#include "options.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>
#include <system_error>

namespace partmark::testing {
namespace {

template <class T>
bool read_number(std::string_view text, T& into) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), into);
  return failed == std::errc() && end == text.data() + text.size() && !text.empty();
}

std::optional<deed_kind> read_kind(std::string_view name) {
  const auto kind = std::find(deed_names.begin(), deed_names.end(), name);
  if (kind == deed_names.end()) return std::nullopt;
  return static_cast<deed_kind>(kind - deed_names.begin());
}

bool read_left_out(std::string_view list, world_wish& wish) {
  while (!list.empty()) {
    const std::string_view item = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), item.size() + 1));
    if (const auto kind = read_kind(item)) {
      wish.kinds_left_out |= std::uint64_t{1} << static_cast<unsigned>(*kind);
      continue;
    }
    std::pair<std::size_t, std::size_t> numbers;
    const auto dash = item.find('-');
    if (!read_number(item.substr(0, dash), numbers.first)) return false;
    numbers.second = numbers.first;
    if (dash != std::string_view::npos && !read_number(item.substr(dash + 1), numbers.second)) return false;
    wish.left_out.push_back(numbers);
  }
  return true;
}

}  // namespace

std::optional<simulation_options> read_options(int argc, char** argv) {
  simulation_options o;
  if (const char* seeds = std::getenv("SEEDS")) (void)read_number(std::string_view(seeds), o.count);
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--shrink" || name == "--clocks") {
      (name == "--shrink" ? o.shrink : o.clocks) = true;
      continue;
    }
    if (++i == argc) return std::nullopt;
    const std::string_view value = argv[i];
    bool read = false;
    if (name == "--seed") {
      read = read_number(value, o.world.seed);
      o.one = true;
    }
    if (name == "--seeds") read = read_number(value, o.count);
    if (name == "--first") read = read_number(value, o.first);
    if (name == "--jobs") read = read_number(value, o.jobs);
    if (name == "--trap") read = (o.world.trap = read_kind(value)).has_value();
    if (name == "--without") read = read_left_out(value, o.world);
    if (!read) return std::nullopt;
  }
  if (o.shrink && !o.one) return std::nullopt;
  return o;
}

std::string to_text(const world_wish& wish) {
  std::string list;
  const auto append = [&list](const std::string& item) { list += (list.empty() ? "" : ",") + item; };
  for (const auto& [first, last] : wish.left_out)
    append(first == last ? std::to_string(first) : std::to_string(first) + "-" + std::to_string(last));
  for (std::size_t i = 0; i < deed_names.size(); ++i)
    if ((wish.kinds_left_out >> i & 1U) != 0) append(std::string(deed_names[i]));
  return "--seed " + std::to_string(wish.seed) + (list.empty() ? std::string() : " --without " + list) +
         (wish.trap ? " --trap " + std::string(deed_names[static_cast<std::size_t>(*wish.trap)]) : std::string());
}

}  // namespace partmark::testing
