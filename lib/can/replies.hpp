// Reads how a call to CAN ended: verdict_table.hpp decides, this finds out what to ask it and keeps what the remote said. Nothing here
// trusts a byte of a reply. Pure; any thread.
#pragma once

#include "can/verdict_table.hpp"
#include "core/answer.hpp"
#include "core/exchange.hpp"
#include "core/result.hpp"
#include "core/verdict.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace partmark::can {

inline constexpr std::size_t verdict_message_bytes_max = 500;
inline constexpr std::size_t verdict_code_bytes_max = 64;
inline constexpr std::size_t verdict_trace_bytes_max = 128;

// What the end of a call means. `at` is when it ended (a Retry-After may be a date). The verdict's texts are printable and bounded by the
// constants above; should the remote have quoted the credential, conceal() (can/auth.hpp) takes it out.
[[nodiscard]] verdict classify(const exchange& e, call_type type, system_time at);

// The same, with the body of a listing that was given.
[[nodiscard]] call_answer read_answer(exchange e, call_type type, system_time at);

// The token in an accepted reply to create_token. errc::invalid when there is none that fits a header; the message quotes nothing of it.
[[nodiscard]] result<std::string> read_token(std::string_view body);

}  // namespace partmark::can
