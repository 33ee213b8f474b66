// TLS: whom the client believes, what it shows of itself, and how little a connection costs the second time.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <future>
#include <string>
#include <vector>

#include "http/client.hpp"
#include "unit/http/expected_failure.hpp"
#include "unit/http/scripted_server.hpp"
#include "unit/http/test_certificates.hpp"
#include "unit/http/test_loop.hpp"

namespace partmark::http {
namespace {

constexpr std::array<int, 2> versions{TLS1_2_VERSION, TLS1_3_VERSION};

// can.example is 127.0.0.1 here.
result<std::vector<std::string>> here(const std::string&) { return std::vector<std::string>{"127.0.0.1"}; }

scripted_server::script answer_all(const std::string& reply) {
  return [reply](peer& p) {
    while (!p.read_request().empty()) p.send(reply);
  };
}

class http_client_tls : public testing::Test {
 protected:
  [[nodiscard]] client_settings trusting(const scripted_server& server, const std::string& host = "can.example") const {
    auto s = settings_for(server.port(), host);
    s.address.https = true;
    s.tls.ca_file = ca_file_;
    return s;
  }

  // How a call ends at a server with this certificate.
  exchange call_to(const certificate& c, const std::string& host, bool verify = true) {
    const auto end = server_end(c);
    scripted_server server({answer_all(ok_reply("trusted"))}, {.tls = end.get()});
    auto settings = trusting(server, host);
    settings.tls.verify = verify;
    const auto client = loop_.make_client(settings, here);
    return loop_.carry(*client, post("x"));
  }

  void expect_refused(const certificate& c, const std::string& host, std::string_view reason) {
    const auto ended = call_to(c, host);
    const auto* f = std::get_if<transport_failure>(&ended);
    ASSERT_NE(f, nullptr) << reason;
    expect_failure(*f, {.phase = transport_phase::tls}, host + ":");
    EXPECT_NE(f->message.find(reason), std::string::npos) << f->message;
  }

  test_loop loop_;
  test_authority authority_;
  pem_folder files_;
  std::string ca_file_ = files_.file("ca.pem", authority_.certificate_pem());
};

TEST_F(http_client_tls, believes_a_server_that_its_authority_names) {
  for (const int version : versions) {
    std::string asked_name;
    const auto end = server_end(authority_.issue({}), version);
    const auto script = [&](peer& p) {
      asked_name = p.asked_name();
      answer_all(ok_reply("trusted"))(p);
    };
    scripted_server server({script}, {.tls = end.get()});
    const auto by_name = loop_.make_client(trusting(server), here);
    EXPECT_EQ(loop_.reply(*by_name, post("x")).body, "trusted");
    EXPECT_EQ(asked_name, "can.example");
    const auto by_address = loop_.make_client(trusting(server, "127.0.0.1"));
    EXPECT_EQ(loop_.reply(*by_address, post("x")).body, "trusted");
    EXPECT_EQ(asked_name, "") << "an address is no name to ask for";
  }
}

TEST_F(http_client_tls, believes_nobody_else) {
  expect_refused(authority_.issue({.alternative_names = "DNS:other.example"}), "can.example", "hostname mismatch");
  expect_refused(authority_.issue({.alternative_names = "DNS:*.example.can"}), "can.example", "hostname mismatch");
  expect_refused(authority_.issue({.alternative_names = "DNS:127.0.0.1"}), "127.0.0.1", "IP address mismatch");
  expect_refused(authority_.issue({.valid_from_days = -2, .valid_to_days = -1}), "can.example", "certificate has expired");
  expect_refused(authority_.issue({.valid_from_days = 1, .valid_to_days = 2}), "can.example", "certificate is not yet valid");
  expect_refused(test_authority("a stranger").issue({}), "can.example", "unable to get local issuer certificate");
}

TEST_F(http_client_tls, trusts_the_systems_authorities_when_none_is_given) {
  const auto end = server_end(authority_.issue({}));
  scripted_server server({answer_all(ok_reply("x"))}, {.tls = end.get()});
  auto settings = trusting(server);
  settings.tls.ca_file.clear();
  const auto client = loop_.make_client(settings, here);
  expect_failure(loop_.failure(*client, post("x")), {.phase = transport_phase::tls}, "can.example:");
}

TEST_F(http_client_tls, asks_no_questions_when_told_not_to_verify) {
  for (const auto& c :
       {test_authority("a stranger").issue({.alternative_names = "DNS:other.example"}), authority_.issue({.valid_to_days = -1})})
    EXPECT_TRUE(std::holds_alternative<http_reply>(call_to(c, "can.example", false)));
}

TEST_F(http_client_tls, speaks_nothing_below_1_2) {
  const auto end = server_end(authority_.issue({}), TLS1_1_VERSION);
  scripted_server server({answer_all(ok_reply("x"))}, {.tls = end.get()});
  const auto client = loop_.make_client(trusting(server), here);
  expect_failure(loop_.failure(*client, post("x")), {.phase = transport_phase::tls}, "can.example:");
}

TEST_F(http_client_tls, shows_its_own_certificate_where_one_is_asked_for) {
  const test_authority clients("the clients' authority");
  const certificate own = clients.issue({.subject = "partmark", .alternative_names = ""});
  for (const int version : versions) {
    const auto end = server_end(authority_.issue({}), version, &clients);
    scripted_server server({answer_all(ok_reply("known"))}, {.tls = end.get()});
    auto settings = trusting(server);
    settings.tls.client_cert_file = files_.file("client.pem", own.certificate_pem());
    settings.tls.client_key_file = files_.file("client.key", own.key_pem());
    const auto with_two_files = loop_.make_client(settings, here);
    EXPECT_EQ(loop_.reply(*with_two_files, post("x")).body, "known");

    settings.tls.client_cert_file = files_.file("both.pem", own.certificate_pem() + own.key_pem());
    settings.tls.client_key_file.clear();
    const auto with_one_file = loop_.make_client(settings, here);
    EXPECT_EQ(loop_.reply(*with_one_file, post("x")).body, "known");
  }
}

TEST_F(http_client_tls, is_refused_without_the_certificate_that_is_asked_for) {
  const test_authority clients("the clients' authority");
  const auto end_1_2 = server_end(authority_.issue({}), TLS1_2_VERSION, &clients);
  scripted_server server_1_2({answer_all(ok_reply("x"))}, {.tls = end_1_2.get()});
  const auto client_1_2 = loop_.make_client(trusting(server_1_2), here);
  expect_failure(loop_.failure(*client_1_2, post("x")), {.phase = transport_phase::tls}, "can.example:");

  // In TLS 1.3 the client is done first: it has mostly sent its request when it hears of the refusal.
  const auto end_1_3 = server_end(authority_.issue({}), TLS1_3_VERSION, &clients);
  scripted_server server_1_3({answer_all(ok_reply("x"))}, {.tls = end_1_3.get()});
  const auto client_1_3 = loop_.make_client(trusting(server_1_3), here);
  const auto f = loop_.failure(*client_1_3, post("x"));
  EXPECT_TRUE(f.bytes_sent || f.phase == transport_phase::write);
  EXPECT_NE(f.message.find("certificate required"), std::string::npos) << f.message;
}

TEST_F(http_client_tls, resumes_the_session_on_the_next_connection) {
  for (const int version : versions) {
    std::vector<bool> resumed;
    const auto end = server_end(authority_.issue({}), version);
    const auto script = [&](peer& p) {
      resumed.push_back(p.resumed());
      p.read_request();
      p.send(ok_reply("x", "Connection: close\r\n"));
      p.client_closes();
    };
    scripted_server server({script}, {.tls = end.get()});
    const auto client = loop_.make_client(trusting(server), here);
    for (int i = 0; i < 4; ++i) EXPECT_EQ(loop_.reply(*client, post("x")).body, "x");
    server.join();
    EXPECT_EQ(resumed, (std::vector<bool>{false, true, true, true})) << std::hex << version;
  }
}

TEST_F(http_client_tls, keeps_a_connection_on_which_only_session_tickets_arrive) {
  std::promise<void> replied;
  std::promise<void> ticket_sent;
  const auto end = server_end(authority_.issue({}));
  const auto script = [&](peer& p) {
    p.read_request();
    p.send(ok_reply("first"));
    replied.get_future().wait();
    p.send_ticket();
    ticket_sent.set_value();
    answer_all(ok_reply("second"))(p);
  };
  scripted_server server({script}, {.tls = end.get()});
  const auto client = loop_.make_client(trusting(server), here);
  EXPECT_EQ(loop_.reply(*client, post("x")).body, "first");
  replied.set_value();
  ticket_sent.get_future().wait();
  loop_.run_ready();
  EXPECT_EQ(loop_.reply(*client, post("x")).body, "second");
  EXPECT_EQ(server.connections(), 1u);
}

TEST_F(http_client_tls, notices_that_the_server_closed_a_kept_connection) {
  for (const bool politely : {true, false}) {
    std::promise<void> replied;
    std::promise<void> gone;
    const auto end = server_end(authority_.issue({}));
    const auto close_later = [&](peer& p) {
      p.read_request();
      p.send(ok_reply("first"));
      replied.get_future().wait();
      politely ? p.close() : p.cut();
      gone.set_value();
    };
    scripted_server server({close_later, answer_all(ok_reply("second"))}, {.tls = end.get()});
    const auto client = loop_.make_client(trusting(server), here);
    EXPECT_EQ(loop_.reply(*client, post("x")).body, "first");
    replied.set_value();
    gone.get_future().wait();
    EXPECT_EQ(loop_.reply(*client, post("x")).body, "second");
    EXPECT_EQ(server.connections(), 2u);
  }
}

TEST_F(http_client_tls, refuses_files_it_cannot_use_and_names_them) {
  const certificate own = authority_.issue({});
  const std::string cert = files_.file("cert.pem", own.certificate_pem());
  const std::string other_key = files_.file("other.key", authority_.issue({}).key_pem());
  const std::string locked_key = files_.file("locked.key", own.key_pem("a password"));
  const std::string empty = files_.file("empty.pem", "");
  struct row {
    tls_settings tls;
    std::string named;
  };
  const std::vector<row> rows{{{"/nowhere/ca.pem", "", ""}, "tls.ca_file: /nowhere/ca.pem"},
                              {{empty, "", ""}, empty},
                              {{"", "/nowhere/cert.pem", ""}, "tls.client_cert_file: /nowhere/cert.pem"},
                              {{"", cert, ""}, "tls.client_key_file: " + cert},
                              {{"", cert, other_key}, other_key},
                              {{"", cert, locked_key}, locked_key}};
  for (const auto& r : rows) {
    auto settings = settings_for(1);
    settings.address.https = true;
    settings.tls = r.tls;
    const auto made = loop_.try_client(settings);
    ASSERT_FALSE(made) << r.named;
    EXPECT_EQ(made.error().code, errc::invalid);
    EXPECT_NE(made.error().message.find(r.named), std::string::npos) << made.error().message;
  }
}

}  // namespace
}  // namespace partmark::http
