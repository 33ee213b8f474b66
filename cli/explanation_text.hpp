// An explanation as a page for people and as JSON. Pure; owned by `partmark explain`.
#pragma once

#include "cli/explanation.hpp"
#include "cli/plan_names.hpp"
#include "cli/terminal.hpp"

#include <string>
#include <string_view>

namespace partmark {

// "HTTP 401, code 401, the credential is wrong, traceId t-1"; "no reply, …".
[[nodiscard]] std::string reply_text(const verdict& v);

[[nodiscard]] std::string explanation_text(const explanation& e, std::string_view uuid, const plan_names& names, const style& looks);

// One object on one line (docs/cli.md).
[[nodiscard]] std::string explanation_json(const explanation& e, std::string_view uuid, const plan_names& names);

}  // namespace partmark
