// Calls under way, held until the test answers them. Owned by the test; one thread.
#pragma once

#include "reconcile/remote.hpp"
#include "support/told.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace partmark::testing {

struct sent_call {
  std::uint64_t id = 0;
  std::string endpoint;
  call_type type = call_type::mark;
  told said;
  std::string body;
};

class manual_remote final : public remote {
 public:
  // Asked at every send, before it is noted. It may throw: the run ends there.
  std::function<void(const sent_call&)> sending;

  void send(std::uint64_t call_id, const std::string& endpoint, call_type type, http_request request) override;
  void flush() override { unflushed_ = false; }

  // Takes the open call of this plan, or the oldest of all, out of those under way; contract_broken when there is none, or
  // it was not told that it may leave.
  sent_call take(std::string_view plan = {});
  void forget_open() { open_.clear(); }

  [[nodiscard]] const std::vector<sent_call>& open() const { return open_; }
  [[nodiscard]] const std::vector<sent_call>& all() const { return all_; }

 private:
  bool unflushed_ = false;
  std::vector<sent_call> open_;
  std::vector<sent_call> all_;
};

}  // namespace partmark::testing
