#include "config/auth.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace partmark::config {
namespace {

// The section as written.
struct auth_draft {
  auth_type type = auth_type::uid;
  std::string value;
  std::string value_file;
  std::string value_credential;
  std::string app_id;
  std::string app_secret;
  std::string app_secret_file;
  std::string app_secret_credential;
};

// A type that is none may be the secret, with its key mixed up: only a short word is shown.
std::string show_type(const node& value) {
  const bool is_word =
      value.text.size() <= 10 && std::ranges::all_of(value.text, [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); });
  return is_word ? show(value) : show_hidden(value);
}

rule<auth_type> type_rule() {
  auto types = one_of_values({auth_type::uid, auth_type::account, auth_type::apikey, auth_type::token});
  types.shown = &show_type;
  return types;
}

// systemd's credentials are files of one directory.
rule<std::string> credential_name() {
  return text_that("the name of a systemd credential (letters, digits, '_', '.', '-')",
                   [](std::string_view text) { return text != "." && text != ".." && is_word(text, 255); })
      .hidden();
}

schema<auth_draft> auth_keys() {
  return {
      value("type", &auth_draft::type, type_rule(), presence::required),
      value("value", &auth_draft::value, secret_text()),
      value("value_file", &auth_draft::value_file, secret_file_path()),
      value("value_credential", &auth_draft::value_credential, credential_name()),
      value("app_id", &auth_draft::app_id, header_text(256).hidden()),
      value("app_secret", &auth_draft::app_secret, secret_text()),
      value("app_secret_file", &auth_draft::app_secret_file, secret_file_path()),
      value("app_secret_credential", &auth_draft::app_secret_credential, credential_name()),
  };
}

// One secret and the three keys that may hold it.
struct secret_keys {
  std::string inline_key;
  std::string file_key;
  std::string credential_key;

  secret_keys(const std::string& path, const std::string& name)
      : inline_key(key_path(path, name)), file_key(inline_key + "_file"), credential_key(inline_key + "_credential") {}

  [[nodiscard]] std::vector<std::string> given(const reading& r) const {
    std::vector<std::string> keys;
    for (const std::string& key : {inline_key, file_key, credential_key})
      if (r.has(key)) keys.push_back(key);
    return keys;
  }
};

void check_readable(reading& r, const std::string& key, const secret_source& source) {
  if (!r.options().resolve_secrets) return;
  if (const auto now_there = source.read(); !now_there)
    r.problem(key, source.shown(), "expected a secret that can be read, but " + now_there.error().message);
}

std::optional<secret_source> choose_source(reading& r, const secret_keys& keys, const std::string& text, const std::string& file,
                                           const std::string& credential) {
  const auto given = keys.given(r);
  if (given.empty()) return std::nullopt;
  if (given.size() > 1) {
    for (std::size_t i = 1; i < given.size(); ++i)
      r.problem(given[i], "(hidden)", "expected nothing beside " + given[0] + ": one place for one secret");
    return std::nullopt;
  }
  const std::string& key = given.front();
  if (!r.sound(key)) return std::nullopt;
  if (key == keys.inline_key) return secret_source::from_text(secret(text));
  auto source =
      key == keys.file_key ? secret_source::from_file(file) : secret_source::from_credential(credential, r.options().credentials_directory);
  check_readable(r, key, source);
  return source;
}

void warn_of_inline(reading& r, const std::string& key, const std::optional<secret_source>& source) {
  if (!source || source->from() != secret_source::origin::inline_text) return;
  const std::string name = key.substr(key.rfind('.') + 1);
  r.warn(key, "(hidden)", "whoever reads this file has the secret: better " + name + "_file or " + name + "_credential");
}

// What the keys that are there demand of one another. Nothing is said of a key that is wrong already.
void check_combination(reading& r, const std::string& path, auth_type type, const secret_keys& value_keys, const secret_keys& app_keys) {
  const std::string id_key = key_path(path, "app_id");
  auto app_given = app_keys.given(r);
  if (r.has(id_key)) app_given.insert(app_given.begin(), id_key);
  const bool has_value = !value_keys.given(r).empty();

  if (type != auth_type::token || has_value) {
    for (const std::string& key : app_given)
      r.problem(key, "(hidden)",
                type == auth_type::token ? "expected either a value or app_id with app_secret" : "expected only with type TOKEN");
    if (!has_value) r.problem(value_keys.inline_key, "(missing)", "expected value, value_file or value_credential");
    return;
  }
  if (app_given.empty()) {
    r.problem(value_keys.inline_key, "(missing)", "expected value, value_file or value_credential, or app_id with app_secret");
    return;
  }
  if (!r.has(id_key)) r.problem(id_key, "(missing)", "expected app_id beside app_secret");
  if (app_keys.given(r).empty())
    r.problem(app_keys.inline_key, "(missing)", "expected app_secret, app_secret_file or app_secret_credential beside app_id");
}

void read_auth(reading& r, const std::string& path, const node& given, const schema<auth_draft>& keys, auth_settings& into) {
  auth_draft draft;
  read_section(r, path, given, keys, draft);
  if (!r.sound(path)) return;

  into.type = draft.type;
  const secret_keys value_keys(path, "value");
  const secret_keys app_keys(path, "app_secret");
  if (r.sound(key_path(path, "type"))) check_combination(r, path, draft.type, value_keys, app_keys);
  into.value = choose_source(r, value_keys, draft.value, draft.value_file, draft.value_credential);
  auto app_secret = choose_source(r, app_keys, draft.app_secret, draft.app_secret_file, draft.app_secret_credential);
  if (draft.type == auth_type::apikey || draft.type == auth_type::token) warn_of_inline(r, value_keys.inline_key, into.value);
  warn_of_inline(r, app_keys.inline_key, app_secret);
  if (app_secret) into.app = app_credentials{std::move(draft.app_id), std::move(*app_secret)};
}

}  // namespace

field<endpoint_settings> auth_section() {
  auto keys = auth_keys();
  auto below = suffixes(keys, ".");
  auto read = [keys = std::move(keys)](reading& r, const std::string& path, const node& given, endpoint_settings& into) {
    read_auth(r, path, given, keys, into.auth);
  };
  return {"auth", std::move(read), presence::required, "expected a section with the keys type and value", std::move(below)};
}

bool has_secret(const auth_settings& auth) { return auth.app || auth.type == auth_type::apikey || auth.type == auth_type::token; }

std::string_view to_text(auth_type t) {
  switch (t) {
    case auth_type::uid:
      return "UID";
    case auth_type::account:
      return "ACCOUNT";
    case auth_type::apikey:
      return "APIKEY";
    case auth_type::token:
      return "TOKEN";
  }
  return "?";
}

}  // namespace partmark::config
