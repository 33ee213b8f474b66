#include "config/load.hpp"
#include "unit/config/support.hpp"
#include "unit/sqlite/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace partmark::config {
namespace {

using partmark::testing::temporary_folder;
using testing::endpoint_with_auth;
using testing::load_good;
using testing::problems_of;
using testing::write_file;

// What must never be seen: in every test of this file it stands where a secret may stand.
constexpr const char* secret_word = "s3cret-Qx7";

std::vector<std::string> problems_of_auth(const std::string& auth, const load_options& options = {}) {
  return problems_of(endpoint_with_auth(auth), options);
}

std::vector<std::string> only(const std::string& problem) { return {"f:5: endpoints[0].auth" + problem}; }

auth_settings auth_of(const std::string& auth, const load_options& options = {}) {
  return load_good(endpoint_with_auth(auth), options).values.endpoints.front().auth;
}

TEST(auth, every_type_takes_a_value) {
  for (const auto& [name, type] :
       {std::pair{"UID", auth_type::uid}, {"ACCOUNT", auth_type::account}, {"APIKEY", auth_type::apikey}, {"TOKEN", auth_type::token}}) {
    const auth_settings got = auth_of("type: " + std::string(name) + ", value: \"a b~!\"");
    EXPECT_EQ(got.type, type);
    EXPECT_EQ(to_text(got.type), name);
    EXPECT_EQ(got.value.value().read()->reveal(), "a b~!");
    EXPECT_FALSE(got.app.has_value());
  }
  EXPECT_EQ(auth_of("type: UID, value: 0012").value.value().read()->reveal(), "0012");
  EXPECT_EQ(problems_of_auth("type: UID, value: " + std::string(4096, 'v')).size(), 0U);
}

TEST(auth, a_secret_comes_from_a_file_and_is_read_anew) {
  const temporary_folder folder;
  const std::string path = write_file(folder.path() / "token", "first\n");
  const auth_settings got = auth_of("type: TOKEN, value_file: " + path);
  EXPECT_EQ(got.value.value().from(), secret_source::origin::file);
  EXPECT_EQ(got.value->read()->reveal(), "first");
  write_file(path, "second\r\n");
  EXPECT_EQ(got.value->read()->reveal(), "second");
}

TEST(auth, a_secret_comes_from_systemds_credentials) {
  const temporary_folder folder;
  write_file(folder.path() / "can.secret", "from-systemd", 0400);
  const load_options options{.resolve_secrets = true, .credentials_directory = folder.path().string()};
  const auth_settings got = auth_of("type: TOKEN, app_id: id, app_secret_credential: can.secret", options);
  EXPECT_EQ(got.app.value().id, "id");
  EXPECT_EQ(got.app->app_secret.read()->reveal(), "from-systemd");
}

TEST(auth, keys_that_do_not_belong_together_are_named) {
  const std::string id = "app_id: i", app_secret = "app_secret: s3cret-Qx7", value = "value: s3cret-Qx7";
  EXPECT_EQ(problems_of_auth("type: UID"), only(".value: (missing): expected value, value_file or value_credential"));
  EXPECT_EQ(problems_of_auth("type: TOKEN"),
            only(".value: (missing): expected value, value_file or value_credential, or app_id with app_secret"));
  EXPECT_EQ(problems_of_auth("type: TOKEN, " + id),
            only(".app_secret: (missing): expected app_secret, app_secret_file or app_secret_credential beside app_id"));
  EXPECT_EQ(problems_of_auth("type: TOKEN, " + app_secret), only(".app_id: (missing): expected app_id beside app_secret"));
  EXPECT_EQ(problems_of_auth("type: TOKEN, " + value + ", " + id),
            only(".app_id: (hidden): expected either a value or app_id with app_secret"));
  EXPECT_EQ(problems_of_auth("type: UID, " + value + ", " + app_secret), only(".app_secret: (hidden): expected only with type TOKEN"));
  EXPECT_EQ(problems_of_auth("type: UID, " + value + ", value_file: /s"),
            only(".value_file: (hidden): expected nothing beside endpoints[0].auth.value: one place for one secret"));
  EXPECT_EQ(problems_of_auth(value), only(".type: (missing): expected one of UID, ACCOUNT, APIKEY, TOKEN"));
  EXPECT_EQ(problems_of_auth("type: BASIC, " + value), only(".type: BASIC: expected one of UID, ACCOUNT, APIKEY, TOKEN"));
}

TEST(auth, a_file_that_others_may_touch_is_refused_with_its_cure) {
  const temporary_folder folder;
  const std::string path = folder.file("token");
  for (const mode_t mode : {0604U, 0602U, 0644U, 0666U, 0777U, 0601U}) {
    write_file(path, secret_word, mode);
    EXPECT_EQ(problems_of_auth("type: TOKEN, value_file: " + path),
              only(".value_file: " + path + ": expected a secret that can be read, but " + path +
                   " is open to every user of this machine: run chmod o= " + path));
  }
  for (const mode_t mode : {0600U, 0400U, 0640U, 0660U}) {
    write_file(path, secret_word, mode);
    EXPECT_EQ(problems_of_auth("type: TOKEN, value_file: " + path), std::vector<std::string>()) << mode;
  }
}

TEST(auth, a_file_without_one_line_of_plain_text_is_refused) {
  const temporary_folder folder;
  const std::string path = folder.file("token");
  for (const std::string& content :
       {std::string(), std::string("\n"), std::string("s3cret-Qx7\nmore\n"), std::string("s3cret-Qx7\n\n"), std::string(" s3cret-Qx7"),
        std::string("s3cret-Qx7 "), std::string("s3cret-Qx7\t"), std::string("s3cret-Qx7\0", 11), std::string("s3cret-Qx7é"),
        std::string(4097, 's'), std::string(5000, 's')}) {
    write_file(path, content);
    EXPECT_EQ(problems_of_auth("type: TOKEN, value_file: " + path),
              only(".value_file: " + path + ": expected a secret that can be read, but " + path +
                   " must hold one line of 1 to 4096 printable ASCII characters"));
  }
  write_file(path, std::string(4096, 's') + "\r\n");
  EXPECT_EQ(problems_of_auth("type: TOKEN, value_file: " + path), std::vector<std::string>());
}

TEST(auth, a_file_that_is_none_is_refused) {
  const temporary_folder folder;
  const std::string path = folder.file("absent");
  EXPECT_EQ(problems_of_auth("type: TOKEN, value_file: " + path),
            only(".value_file: " + path + ": expected a secret that can be read, but cannot open " + path + ": No such file or directory"));
  const std::string directory = folder.path().string();
  EXPECT_EQ(problems_of_auth("type: TOKEN, value_file: " + directory),
            only(".value_file: " + directory + ": expected a secret that can be read, but " + directory + " is not a regular file"));
  ASSERT_EQ(::mkfifo(folder.file("pipe").c_str(), 0600), 0);
  EXPECT_EQ(problems_of_auth("type: TOKEN, value_file: " + folder.file("pipe")).size(), 1U);  // and does not wait for a writer
}

TEST(auth, a_credential_needs_systemds_directory_and_a_plain_name) {
  const temporary_folder folder;
  const std::string directory = folder.path().string();
  EXPECT_EQ(problems_of_auth("type: TOKEN, value_credential: c"), only(".value_credential: (hidden): expected a secret that can be read, "
                                                                       "but $CREDENTIALS_DIRECTORY is not set: start under systemd with "
                                                                       "LoadCredential="));
  EXPECT_EQ(problems_of_auth("type: TOKEN, value_credential: c", {.resolve_secrets = true, .credentials_directory = directory}),
            only(".value_credential: " + directory + "/(hidden): expected a secret that can be read, but cannot open " + directory +
                 "/(hidden): No such file or directory"));
  for (const std::string name : {"..", ".", "a/b", "../x", "\"\""})
    EXPECT_EQ(problems_of_auth("type: TOKEN, value_credential: " + name).size(), 1U) << name;
}

TEST(auth, without_resolving_only_the_structure_is_checked) {
  const load_options structure_only{.resolve_secrets = false, .credentials_directory = {}};
  EXPECT_EQ(problems_of_auth("type: TOKEN, value_file: /nowhere/at/all", structure_only), std::vector<std::string>());
  EXPECT_EQ(problems_of_auth("type: TOKEN, value_credential: c", structure_only), std::vector<std::string>());
  EXPECT_EQ(problems_of_auth("type: TOKEN, value_file: a, value_credential: c", structure_only).size(), 1U);
  EXPECT_EQ(auth_of("type: TOKEN, value_file: /nowhere/at/all", structure_only).value->read().error().code, errc::not_found);
}

TEST(tls_files, are_looked_at_and_belong_together) {
  const temporary_folder folder;
  const std::string certificate = write_file(folder.path() / "c.pem", "c", 0644);
  const std::string key = write_file(folder.path() / "k.pem", "k", 0644);
  const auto problems = [](const std::string& tls) {
    return problems_of("endpoints: [ { name: a, url: https://h, tenant_id: t, auth: { type: UID, value: u }, tls: { " + tls + " } } ]\n");
  };
  EXPECT_EQ(problems("client_cert_file: " + certificate),
            std::vector<std::string>{"f:1: endpoints[0].tls.client_key_file: (missing): expected the key of client_cert_file"});
  EXPECT_EQ(problems("client_cert_file: " + certificate + ", client_key_file: " + key),
            std::vector<std::string>{"f:1: endpoints[0].tls.client_key_file: " + key + ": expected a PEM file, but " + key +
                                     " is open to every user of this machine: run chmod o= " + key});
  write_file(key, "k", 0600);
  EXPECT_EQ(problems("client_cert_file: " + certificate + ", client_key_file: " + key + ", ca_file: " + certificate),
            std::vector<std::string>());
  EXPECT_EQ(problems("ca_file: /nowhere"),
            std::vector<std::string>{
                "f:1: endpoints[0].tls.ca_file: /nowhere: expected a PEM file, but cannot open /nowhere: No such file or directory"});
}

TEST(secrecy, no_message_shows_a_secret_wherever_it_was_put) {
  const std::string s = secret_word;
  const std::vector<std::string> auths = {
      "type: TOKEN, value: [" + s + "]",
      "type: TOKEN, value: { " + s + ": 1 }",
      "type: TOKEN, value: \"" + s + "\\n\"",
      "type: TOKEN, value: " + s + "é",
      "type: TOKEN, value:" + s,
      "type: TOKEN, " + s,
      "type: " + s + ", value: TOKEN",
      "type: TOKEN, valeu:" + s,
      "type: TOKEN, value_file: " + s,
      "type: TOKEN, value_credential: " + s,
      "type: TOKEN, value_credential: /" + s,
      "type: TOKEN, app_id: " + s + ", app_secret: \" " + s + "\"",
      "type: UID, app_secret: " + s,
      "type: UID, value: a, value: " + s,
      "type: TOKEN, valeu: " + s,
      "type: TOKEN, password: " + s,
      "type: TOKEN, value: *" + s,
      "type: TOKEN, value: &" + s + " x",
      "type: TOKEN, value: !" + s + " x",
      "type: TOKEN, value: '" + s,
      "type: TOKEN, value: \"\\" + s + "\"",
      "type: TOKEN, value: @" + s,
      "type: TOKEN, value: a, app_secret_file: " + s,
      "type: TOKEN, value: " + s + "" + std::string(5000, 'x'),
      "type: TOKEN, app_secret_credential: " + s + ", app_id: \"\"",
      "? [" + s + "] : 1",
  };
  std::vector<std::string> files;
  for (const std::string& auth : auths) files.push_back(endpoint_with_auth(auth));
  const std::string head = "endpoints:\n  - name: a\n    tenant_id: t\n";
  files.push_back(head + "    url: http://user:" + s + "@h\n    auth: { type: UID, value: u }\n");
  files.push_back(head + "    url: http://h/?key=" + s + "\n    auth: { type: UID, value: u }\n");
  files.push_back(head + "    url: http://h\n    auth: " + s + "\n");
  files.push_back(head + "    url: http://h\n    auth:\n      type: TOKEN\n      value:" + s + "\n");
  files.push_back(head + "    url: http://h\n    auth:\n      type: TOKEN\n      value: a\n      " + s + "\n");
  files.push_back(head + "    url: http://h\n    auth:\n      type: TOKEN\n     value: " + s + "\n");
  files.push_back(head + "    url: https://h\n    auth: { type: UID, value: u }\n    tls: { client_key_file: \"-- " + s + "\" }\n");

  const temporary_folder folder;
  for (const std::string& file : files) {
    for (const load_options& options : {load_options{true, {}}, load_options{true, folder.path().string()}, load_options{false, {}}}) {
      const auto done = load_text(file, "f", options);
      const auto& said = done ? done->warnings : done.error().messages;
      EXPECT_FALSE(done.has_value() && options.resolve_secrets) << file;
      for (const std::string& message : said) EXPECT_EQ(message.find(s), std::string::npos) << message;
    }
  }
}

TEST(secrecy, no_single_slip_of_a_key_shows_a_secret) {
  const std::string good =
      "endpoints:\n  - name: can\n    url: http://127.0.0.1\n    tenant_id: tn\n    auth:\n      type: TOKEN\n      value: s3cret-Qx7\n    "
      "linger: x\n";
  const std::string keys = std::string(" \n\t:-{}[],\"'#&*!|>%@`a~?\\\xff") + '\0';
  const auto expect_silence = [](const std::string& file) {
    if (file.find(secret_word) == std::string::npos) return;  // the slip hit the secret itself
    const auto done = load_text(file, "f", {});
    for (const std::string& message : done ? done->warnings : done.error().messages)
      EXPECT_EQ(message.find(secret_word), std::string::npos) << file;
  };
  for (std::size_t at = 0; at <= good.size(); ++at) {
    for (const char key : keys) expect_silence(std::string(good).insert(at, 1, key));
    if (at < good.size()) expect_silence(std::string(good).erase(at, 1));
  }
}

TEST(secrecy, warnings_show_no_secret) {
  for (const std::string auth : {"type: APIKEY, value: s3cret-Qx7", "type: TOKEN, app_id: s3cret-Qx7, app_secret: s3cret-Qx7"}) {
    const auto warnings = load_good(endpoint_with_auth(auth)).warnings;
    EXPECT_EQ(warnings.size(), 1U);
    for (const std::string& warning : warnings) EXPECT_EQ(warning.find(secret_word), std::string::npos) << warning;
  }
}

}  // namespace
}  // namespace partmark::config
