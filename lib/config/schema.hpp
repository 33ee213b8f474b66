// The file's keys as tables: a schema lists the keys of one section, and each field of it knows how to read its value into the section's
// struct. What is not in a schema is an unknown key. Internal to lib/config; pure.
#pragma once

#include "config/document.hpp"
#include "config/reading.hpp"
#include "config/rules.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace partmark::config {

enum class presence { optional, required };

template <class Section>
struct field {
  std::string key;
  std::function<void(reading&, const std::string& path, const node& value, Section&)> read;
  presence presence_of_key = presence::optional;
  std::string expected;            // said when a required key is missing
  std::vector<std::string> below;  // what known_keys() appends for the keys inside: ".path", "[].name"
};

template <class Section>
using schema = std::vector<field<Section>>;

struct key_request {
  std::string_view key;
  presence presence_of_key;
  std::string_view expected;
};

// The values of the requested keys, in that order, nullptr where a key is not in the section. Notes in `r` where each stands, and as
// problems unknown, repeated and missing keys, and a `section` that is none. An empty one has no keys.
[[nodiscard]] std::vector<const node*> find_keys(reading& r, const std::string& path, const node& section,
                                                 const std::vector<key_request>& wanted);

template <class Section>
void read_section(reading& r, const std::string& path, const node& section, const schema<Section>& keys, Section& into) {
  std::vector<key_request> wanted;
  for (const field<Section>& each : keys) wanted.push_back({each.key, each.presence_of_key, each.expected});
  const auto found = find_keys(r, path, section, wanted);
  for (std::size_t i = 0; i < keys.size(); ++i)
    if (found[i] != nullptr) keys[i].read(r, key_path(path, keys[i].key), *found[i], into);
}

template <class Section>
[[nodiscard]] std::vector<std::string> suffixes(const schema<Section>& keys, const std::string& before) {
  std::vector<std::string> all;
  for (const field<Section>& each : keys) {
    all.push_back(before + each.key);
    for (const std::string& inner : each.below) all.push_back(before + each.key + inner);
  }
  return all;
}

// A key with one value.
template <class Section, class Member, class T>
[[nodiscard]] field<Section> value(std::string key, Member Section::* member, rule<T> what, presence p = presence::optional) {
  std::string expected = what.expected;
  auto read = [member, what = std::move(what)](reading& r, const std::string& path, const node& given, Section& into) {
    if (auto accepted = what.read(given)) {
      into.*member = std::move(*accepted);
    } else {
      r.problem(given.line, path, what.shown(given), what.expected);
    }
  };
  return {std::move(key), std::move(read), p, std::move(expected), {}};
}

// A key with keys inside.
template <class Section, class Inner>
[[nodiscard]] field<Section> section(std::string key, Inner Section::* member, schema<Inner> keys) {
  auto below = suffixes(keys, ".");
  auto read = [member, keys = std::move(keys)](reading& r, const std::string& path, const node& given, Section& into) {
    read_section(r, path, given, keys, into.*member);
  };
  return {std::move(key), std::move(read), presence::optional, {}, std::move(below)};
}

// A key with a list of sections; an empty value is an empty list.
template <class Section, class Item>
[[nodiscard]] field<Section> section_list(std::string key, std::vector<Item> Section::* member, schema<Item> keys) {
  auto below = suffixes(keys, "[].");
  auto read = [member, keys = std::move(keys)](reading& r, const std::string& path, const node& given, Section& into) {
    if (given.what != node::kind::list && given.what != node::kind::null) {
      r.problem(given.line, path, show(given), "expected a list of sections, each beginning with '-'");
      return;
    }
    for (std::size_t i = 0; i < given.items.size(); ++i) {
      const std::string at = item_path(path, i);
      r.saw(at, given.items[i].line);
      read_section(r, at, given.items[i], keys, (into.*member).emplace_back());
    }
  };
  return {std::move(key), std::move(read), presence::optional, {}, std::move(below)};
}

}  // namespace partmark::config
