#include "support/manual_remote.hpp"

#include "support/contract.hpp"

#include <algorithm>
#include <utility>

namespace partmark::testing {

void manual_remote::send(std::uint64_t call_id, const std::string& endpoint, call_type type, http_request request) {
  sent_call call;
  call.id = call_id;
  call.endpoint = endpoint;
  call.type = type;
  call.body = request.body;
  const wire_call read = read_wire_call(with_headers(std::move(request)));
  if (read.kind == wire_call_kind::trigger && read.violations.empty())
    call.said.plan = read.table;  // of a trigger there is nothing more to tell
  else if (read.kind == wire_call_kind::list_partitions && read.violations.empty())
    call.said.plan = "list of " + read.plan;
  else
    call.said = told_by(read);
  if (sending) sending(call);
  for (const auto& other : open_) require(other.said.plan != call.said.plan, "one call of a plan is under way");
  unflushed_ = true;
  open_.push_back(call);
  all_.push_back(std::move(call));
}

sent_call manual_remote::take(std::string_view plan) {
  require(!unflushed_, "what is sent may leave");
  const auto it = std::find_if(open_.begin(), open_.end(), [&](const auto& c) { return plan.empty() || c.said.plan == plan; });
  require(it != open_.end(), "a call is under way");
  sent_call call = std::move(*it);
  open_.erase(it);
  return call;
}

}  // namespace partmark::testing
