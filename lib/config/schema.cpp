#include "config/schema.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <optional>

namespace partmark::config {
namespace {

constexpr std::size_t shown_key_bytes_max = 40;

// A slip of the finger: more edits in a short key make another word.
std::size_t near_enough(std::string_view key) { return std::min<std::size_t>(2, key.size() / 3); }

std::size_t edits_between(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

std::optional<std::string_view> nearest(std::string_view key, const std::vector<key_request>& known) {
  if (key.size() > shown_key_bytes_max) return std::nullopt;
  std::optional<std::string_view> best;
  std::size_t least = near_enough(key) + 1;
  for (const key_request& each : known) {
    const std::size_t edits = edits_between(key, each.key);
    if (edits < least) {
      least = edits;
      best = each.key;
    }
  }
  return best;
}

std::string key_list(const std::vector<key_request>& known) {
  std::string list;
  for (const key_request& each : known) list += (list.empty() ? "" : ", ") + std::string(each.key);
  return list;
}

// "value:s3cret", without the blank, is a key for YAML, and so is a secret on a line of its own: a key that does not look like one is not
// shown.
bool may_be_shown(const node_entry& entry) {
  const std::string& key = entry.key.text;
  return entry.value.what != node::kind::null && !key.empty() && key.size() <= shown_key_bytes_max && std::ranges::all_of(key, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
         });
}

void report_unknown(reading& r, const std::string& path, const node_entry& entry, const std::vector<key_request>& known) {
  const auto meant = nearest(entry.key.text, known);
  const std::string name = meant || may_be_shown(entry) ? printable(entry.key.text) : "(hidden)";
  const std::string hint = entry.key.text.find(':') == std::string::npos ? "" : " (is a blank missing after a colon?)";
  r.problem(entry.key.line, key_path(path, name), "unknown key",
            meant ? "expected " + std::string(*meant) : "expected one of " + key_list(known) + hint);
}

void find_key(reading& r, const std::string& path, const node_entry& entry, const std::vector<key_request>& wanted,
              std::vector<const node*>& found) {
  if (entry.key.what != node::kind::scalar) {
    r.problem(entry.key.line, path, "key that is no text", "expected one of " + key_list(wanted));
    return;
  }
  const auto match = std::ranges::find(wanted, entry.key.text, &key_request::key);
  if (match == wanted.end()) {
    report_unknown(r, path, entry, wanted);
    return;
  }
  const std::string at = key_path(path, entry.key.text);
  const node*& place = found[static_cast<std::size_t>(match - wanted.begin())];
  if (place != nullptr) {
    r.problem(entry.key.line, at, "repeated key", "expected once, but line " + std::to_string(r.line_of(at)) + " has it too");
    return;
  }
  r.saw(at, entry.key.line);
  place = &entry.value;
}

}  // namespace

std::vector<const node*> find_keys(reading& r, const std::string& path, const node& section, const std::vector<key_request>& wanted) {
  std::vector<const node*> found(wanted.size(), nullptr);
  if (section.what != node::kind::map && section.what != node::kind::null) {
    // A scalar in place of a section may be the secret that belongs inside.
    r.problem(section.line, path, show_hidden(section), "expected a section with the keys " + key_list(wanted));
    return found;
  }
  for (const node_entry& entry : section.entries) find_key(r, path, entry, wanted, found);
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (found[i] == nullptr && wanted[i].presence_of_key == presence::required)
      r.problem(section.line, key_path(path, wanted[i].key), "(missing)", std::string(wanted[i].expected));
  return found;
}

}  // namespace partmark::config
