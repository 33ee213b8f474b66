// Compares a failure with what a test expects of it, field by field: a field not named is expected to be at its default.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string_view>

#include "core/exchange.hpp"

namespace partmark::http {

struct expected_failure {
  transport_phase phase;
  bool bytes_sent = false;
  bool timed_out = false;
  bool cancelled = false;
  bool reused_connection = false;
  bool reply_too_large = false;
  std::optional<unsigned> status = {};
};

inline void expect_failure(const transport_failure& f, const expected_failure& e, std::string_view where = "127.0.0.1:") {
  SCOPED_TRACE(f.message);
  EXPECT_EQ(f.phase, e.phase);
  EXPECT_EQ(f.bytes_sent, e.bytes_sent);
  EXPECT_EQ(f.timed_out, e.timed_out);
  EXPECT_EQ(f.cancelled, e.cancelled);
  EXPECT_EQ(f.reused_connection, e.reused_connection);
  EXPECT_EQ(f.reply_too_large, e.reply_too_large);
  EXPECT_EQ(f.status, e.status);
  EXPECT_TRUE(f.message.starts_with(where)) << "people want to know where";
}

}  // namespace partmark::http
