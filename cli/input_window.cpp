#include "cli/input_window.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <system_error>

namespace partmark {
namespace {

constexpr std::size_t piece = 256 * 1024;

}  // namespace

result<bool> input_window::more() {
  if (before_wait) {
    pollfd ready{descriptor_, POLLIN, 0};
    if (::poll(&ready, 1, 0) == 0) before_wait();
  }
  bytes_.erase(0, taken_);
  taken_ = 0;
  const std::size_t kept = bytes_.size();
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(piece, left_));
  bytes_.resize(kept + wanted);
  for (;;) {
    const ssize_t count = ::read(descriptor_, bytes_.data() + kept, wanted);
    if (count < 0 && errno == EINTR) continue;
    const int code = errno;
    bytes_.resize(kept + (count > 0 ? static_cast<std::size_t>(count) : 0));
    left_ -= static_cast<std::uint64_t>(std::max<ssize_t>(count, 0));
    if (count < 0) return error{errc::io, "cannot read the input: " + std::generic_category().message(code)};
    return count > 0;
  }
}

void input_window::take(std::size_t bytes) {
  assert(bytes <= bytes_.size() - taken_);
  if (hashing_) hash_.add(rest().substr(0, bytes));
  taken_ += bytes;
  total_taken_ += bytes;
}

}  // namespace partmark
