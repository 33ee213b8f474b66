#include "config/document.hpp"

#include "core/text.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <optional>
#include <sstream>
#include <utility>

namespace partmark::config {
namespace {

constexpr std::size_t depth_max = 16;

int line_of(const YAML::Mark& mark) { return mark.is_null() ? 1 : mark.line + 1; }

node leaf(node::kind what, const YAML::Mark& mark) {
  node made;
  made.what = what;
  made.line = line_of(mark);
  return made;
}

// Anchors and aliases are refused rather than expanded: nothing in a configuration this small needs them, and a few nested ones fill any
// memory.
class tree_builder final : public YAML::EventHandler {
 public:
  node take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { refuse_alias(line_of(mark)); }

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (anchor != YAML::NullAnchor) refuse_alias(line_of(mark));
    add(leaf(node::kind::null, mark));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override {
    check(mark, tag, anchor);
    node made = leaf(node::kind::scalar, mark);
    made.text = value;
    made.quoted = tag == "!";
    add(std::move(made));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    open(node::kind::list, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    open(node::kind::map, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  // A collection being read; a map's key waits here for its value.
  struct level {
    node collection;
    std::optional<node> key;
  };

  [[noreturn]] static void refuse_alias(int line) {
    throw document_error{line, "anchor or alias",
                         "expected every value written out: this file has no use for & and * (quote text that begins with them)"};
  }

  static void check(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) refuse_alias(line_of(mark));
    if (!tag.empty() && tag != "?" && tag != "!")
      throw document_error{line_of(mark), "tag", "expected a value without a tag (quote text that begins with !)"};
  }

  void open(node::kind what, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    check(mark, tag, anchor);
    if (levels_.size() == depth_max) throw document_error{line_of(mark), "deep nesting", "expected at most 16 levels"};
    levels_.push_back({leaf(what, mark), std::nullopt});
  }

  void close() {
    node done = std::move(levels_.back().collection);
    levels_.pop_back();
    add(std::move(done));
  }

  void add(node value) {
    if (levels_.empty()) {
      root_ = std::move(value);
      return;
    }
    level& top = levels_.back();
    if (top.collection.what == node::kind::list) {
      top.collection.items.push_back(std::move(value));
    } else if (!top.key) {
      top.key = std::move(value);
    } else {
      // yaml-cpp places an absent value at the next token, which may be lines further down.
      if (value.what == node::kind::null) value.line = top.key->line;
      top.collection.entries.push_back({std::move(*top.key), std::move(value)});
      top.key.reset();
    }
  }

  node root_;
  std::vector<level> levels_;
};

// A tab may stand between words and a return at a line's end; anywhere else a control character is a mistake, and would reach messages.
bool has_forbidden_control(std::string_view line) {
  std::string text(line);
  if (text.ends_with('\r')) text.pop_back();
  std::ranges::replace(text, '\t', ' ');
  return !is_plain_text(text);
}

// What yaml-cpp takes without a word, or explains badly.
std::optional<document_error> check_line(std::string_view line, int number) {
  if (!is_utf8(line)) return document_error{number, "bytes that are not UTF-8", "expected UTF-8 text"};
  if (has_forbidden_control(line)) return document_error{number, "control character", "expected plain text"};
  const std::size_t content = line.find_first_not_of(" \t\r");
  if (content == std::string_view::npos || line[content] == '#') return std::nullopt;
  if (line.substr(0, content).find('\t') != std::string_view::npos)
    return document_error{number, "tab in the indentation", "expected spaces only"};
  return std::nullopt;
}

std::optional<document_error> check_text(std::string_view text) {
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (auto bad = check_line(text.substr(0, end), number)) return bad;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return std::nullopt;
}

// Some of yaml-cpp's messages end with a piece of the file, after a colon; that piece may be a secret.
std::string without_quotation(const std::string& message) { return message.substr(0, message.find(':')); }

}  // namespace

void throw_exception_from_error(const document_error& found, const boost::source_location&) {
  throw std::runtime_error(found.found + ": " + found.expected);
}

boost::system::result<node, document_error> parse_document(std::string_view text) {
  if (auto bad = check_text(text)) return *bad;
  // yaml-cpp notices that the closing quote is missing only where the text does not end with a new line.
  text = text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
  std::istringstream stream{std::string(text)};
  try {
    YAML::Parser parser(stream);
    tree_builder tree;
    if (!parser.HandleNextDocument(tree)) return node{};
    tree_builder second;
    if (parser.HandleNextDocument(second)) {
      const int line = second.take().line;
      return document_error{line, "second document", "expected one document in the file"};
    }
    return tree.take();
  } catch (const document_error& refused) {
    return refused;
  } catch (const YAML::Exception& e) {
    return document_error{line_of(e.mark), without_quotation(e.msg),
                          "expected YAML (is a quote, bracket, colon or blank missing here or above?)"};
  }
}

}  // namespace partmark::config
