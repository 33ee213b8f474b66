#include "cli/endpoint_answers.hpp"

#include "cli/explanation_text.hpp"
#include "cli/time_text.hpp"

#include <algorithm>

namespace partmark {
namespace {

std::string_view words_of(const verdict& v) {
  switch (v.kind) {
    case verdict_kind::unauthorized:
      return "refuses the credential";
    case verdict_kind::ambiguous:
      return "leaves open whether it took a call";
    case verdict_kind::rejected:
      return "refused a call";
    case verdict_kind::retry:
    case verdict_kind::accepted:
      break;
  }
  return "took no call";
}

}  // namespace

result<std::vector<endpoint_answer>> find_endpoint_answers(state_reader& state, const plan_names& names) {
  const auto unanswered = state.unanswered();
  if (!unanswered) return unanswered.error();
  std::vector<endpoint_answer> all;
  for (const unanswered_plan& p : *unanswered) {
    const std::string_view endpoint = names.endpoint_of(p.uuid);
    auto found = std::find_if(all.begin(), all.end(), [&](const endpoint_answer& a) { return a.endpoint == endpoint; });
    if (found == all.end()) found = all.insert(all.end(), {std::string(endpoint), 0, p.last});
    ++found->plans;
  }
  return all;
}

std::string text_of(const endpoint_answer& a, system_time now) {
  const milliseconds ago = std::max(milliseconds(0), now - (a.last.sent_at + a.last.took));
  return a.endpoint + " " + std::string(words_of(a.last.ended)) + ", " + duration_text(ago) + " ago: " + reply_text(a.last.ended);
}

}  // namespace partmark
