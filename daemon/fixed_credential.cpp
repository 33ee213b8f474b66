#include "daemon/fixed_credential.hpp"

#include <utility>

namespace partmark {

bool fixed_credential::refused(std::uint64_t generation) {
  if (generation != proof_.generation) return true;  // another call has met the renewed one already
  return reload() && generation != proof_.generation;
}

std::vector<std::string> fixed_credential::secrets() const {
  // A UID is an identifier, not a secret (CAN_API.md), and often so short that hiding it would spoil every number in a message.
  if (type_ == can::auth_type::uid) return {};
  return {value_.reveal()};
}

result<void> fixed_credential::reload() {
  auto read = source_.read();
  if (!read) return read.error();
  if (*read == value_) return {};
  value_ = std::move(*read);
  proof_ = {can::auth_headers(type_, value_.reveal()), proof_.generation + 1};
  return {};
}

}  // namespace partmark
