#include "cli/output.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace partmark {
namespace {

constexpr std::size_t waiting_max = 64 * 1024;

}  // namespace

void output::write(std::string_view text) {
  if (closed_ || failure_ != 0) return;
  waiting_ += text;
  if (waiting_.size() >= waiting_max) (void)flush();
}

result<void> output::flush() {
  std::string_view rest = waiting_;
  while (!rest.empty() && !closed_ && failure_ == 0) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EPIPE) {
      closed_ = true;
    } else if (errno == EAGAIN) {
      pollfd ready{descriptor_, POLLOUT, 0};  // whoever shares our terminal made it non-blocking
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      failure_ = errno;
    }
  }
  waiting_.clear();
  if (failure_ == 0) return {};
  return error{failure_ == ENOSPC || failure_ == EDQUOT ? errc::no_space : errc::io,
               "cannot write the output: " + std::generic_category().message(failure_)};
}

}  // namespace partmark
