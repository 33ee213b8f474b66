#include "observe/log.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace partmark {
namespace {

std::string number(double d) {
  if (!std::isfinite(d)) return "null";
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), d);
  return {buffer.data(), end.ptr};
}

// JSON's escapes; logfmt readers understand the same inside quotes.
void append_quoted(std::string& out, std::string_view text) {
  static constexpr char hex[] = "0123456789abcdef";
  out += '"';
  std::size_t plain = 0;  // from here on nothing was special
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const auto byte = static_cast<unsigned char>(c);
    const bool is_control = byte < 0x20 || byte == 0x7f;
    if (!is_control && c != '"' && c != '\\') continue;
    out += text.substr(plain, at - plain);
    plain = at + 1;
    if (c == '\n') {
      out += "\\n";
    } else if (is_control) {
      out += "\\u00";
      out += hex[byte >> 4U];
      out += hex[byte & 15U];
    } else {
      out += '\\';
      out += c;
    }
  }
  out += text.substr(plain);
  out += '"';
}

// logfmt needs quotes where a reader would split, and around nothing.
bool needs_quotes(std::string_view text) {
  if (text.empty()) return true;
  for (const char c : text)
    if (static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '=' || c == '\\' || c == '\x7f') return true;
  return false;
}

struct logfmt_value {
  std::string& out;
  void operator()(const std::string& s) const {
    if (needs_quotes(s))
      append_quoted(out, s);
    else
      out += s;
  }
  void operator()(std::int64_t n) const { out += std::to_string(n); }
  void operator()(double d) const { out += number(d); }
  void operator()(bool b) const { out += b ? "true" : "false"; }
};

struct json_value {
  std::string& out;
  void operator()(const std::string& s) const { append_quoted(out, s); }
  void operator()(std::int64_t n) const { out += std::to_string(n); }
  void operator()(double d) const { out += number(d); }
  void operator()(bool b) const { out += b ? "true" : "false"; }
};

// A field that has nothing to say is left out.
bool is_silent(const field_value& v) {
  const auto* s = std::get_if<std::string>(&v);
  return s && s->empty();
}

}  // namespace

void append_logfmt(std::string& out, const event& e) {
  out += "event=";
  out += e.name;
  out += " msg=";
  append_quoted(out, e.message);
  for (const auto& [key, value] : e.fields) {
    if (is_silent(value)) continue;
    out += ' ';
    out += key;
    out += '=';
    std::visit(logfmt_value{out}, value);
  }
}

void append_json_members(std::string& out, const event& e) {
  out += "\"event\":";
  append_quoted(out, e.name);
  out += ",\"msg\":";
  append_quoted(out, e.message);
  for (const auto& [key, value] : e.fields) {
    if (is_silent(value)) continue;
    out += ',';
    append_quoted(out, key);
    out += ':';
    std::visit(json_value{out}, value);
  }
}

}  // namespace partmark
