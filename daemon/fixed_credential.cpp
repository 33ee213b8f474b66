#include "daemon/fixed_credential.hpp"

#include <utility>

namespace partmark {

void fixed_credential::obtain(now /*t*/, handler ready) { ready(proof{can::auth_headers(type_, value_.reveal()), generation_}); }

bool fixed_credential::refused(std::uint64_t generation) {
  if (generation != generation_) return true;  // another call has met the renewed one already
  return reload() && generation != generation_;
}

void fixed_credential::conceal(verdict& v) const {
  // A UID is an identifier, not a secret (CAN_API.md), and often so short that hiding it would spoil every number in a message.
  if (type_ != can::auth_type::uid) can::conceal(v, value_.reveal());
}

result<void> fixed_credential::reload() {
  auto read = source_.read();
  if (!read) return read.error();
  if (*read == value_) return {};
  value_ = std::move(*read);
  ++generation_;
  return {};
}

}  // namespace partmark
