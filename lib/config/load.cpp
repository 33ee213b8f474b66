#include "config/load.hpp"

#include "config/checks.hpp"
#include "config/document.hpp"
#include "config/reading.hpp"
#include "config/sections.hpp"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace partmark::config {
namespace {

struct file_closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

// The text, or a message that says why there is none.
boost::system::result<std::string, problems> read_text(const std::string& path) {
  const auto refuse = [&](int number) {
    return problems{{path + ":1: (file): " + std::generic_category().message(number) + ": expected a YAML file that this user can read"}};
  };
  const std::unique_ptr<std::FILE, file_closer> file(std::fopen(path.c_str(), "re"));
  if (!file) return refuse(errno);
  std::string text(file_bytes_max + 1, '\0');  // one byte more than load_text() takes
  const std::size_t length = std::fread(text.data(), 1, text.size(), file.get());
  if (std::ferror(file.get()) != 0) return refuse(errno);
  text.resize(length);
  return text;
}

}  // namespace

void throw_exception_from_error(const problems& found, const boost::source_location&) {
  std::string all;
  for (const std::string& message : found.messages) all += (all.empty() ? "" : "\n") + message;
  throw std::runtime_error(all);
}

load_result load(const std::string& path, const load_options& options) {
  auto text = read_text(path);
  if (!text) return text.error();
  return load_text(*text, path, options);
}

load_result load_text(std::string_view text, const std::string& name, const load_options& options) {
  reading r(name, options);
  const auto document = text.size() <= file_bytes_max
                            ? parse_document(text)
                            : document_error{1, "too large", "expected at most " + std::to_string(file_bytes_max) + " bytes"};
  if (!document) {
    r.problem(document.error().line, "", document.error().found, document.error().expected);
    return r.all_problems();
  }
  loaded made;
  read_section(r, "", *document, file_schema(), made.values);
  check_whole(r, made.values);
  if (r.failed()) return r.all_problems();
  warn_of_dangers(r, made.values);
  made.warnings = r.all_warnings();
  return made;
}

std::vector<std::string> known_keys() { return suffixes(file_schema(), ""); }

}  // namespace partmark::config
