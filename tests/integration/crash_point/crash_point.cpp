// Preloaded into a real program, kills it with SIGKILL at one of its system calls, so that production code knows nothing of crash tests.
//   CRASH_AT=CALL:NAME:PHASE:N     at the Nth such CALL on a file whose path ends with NAME, PHASE before, half or after it
//   CALL: write (pwrite), sync (fsync, fdatasync), truncate, rename, link, unlink, send, receive; the last two take an empty NAME
// A half write or send carries out a part of the bytes. A receive counts when it brought something. Where there is no Nth, nothing happens.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

enum class phase { before, half, after };

struct crash_plan {
  std::string call;
  std::string name;
  phase when = phase::before;
  long nth = 0;  // 0: never

  crash_plan() {
    const char* text = std::getenv("CRASH_AT");
    if (text == nullptr) return;
    std::array<std::string, 4> parts;
    std::size_t part = 0;
    for (const char c : std::string_view(text)) {
      if (c == ':' && part < 3)
        ++part;
      else
        parts[part] += c;
    }
    call = parts[0];
    name = parts[1];
    when = parts[2] == "half" ? phase::half : parts[2] == "after" ? phase::after : phase::before;
    nth = std::strtol(parts[3].c_str(), nullptr, 10);
  }
};

const crash_plan& planned() {
  static const crash_plan p;
  return p;
}

std::atomic<long> seen{0};

[[noreturn]] void die() {
  ::kill(::getpid(), SIGKILL);
  for (;;) ::pause();
}

std::string path_of(int descriptor) {
  std::array<char, PATH_MAX> buffer{};
  const auto length = ::readlink(("/proc/self/fd/" + std::to_string(descriptor)).c_str(), buffer.data(), buffer.size());
  return length > 0 ? std::string(buffer.data(), static_cast<std::size_t>(length)) : std::string();
}

// Whether this is the call at which the process dies; counts it.
bool is_the_one(std::string_view call, const std::string& path) {
  const crash_plan& p = planned();
  if (p.nth == 0 || p.call != call || !path.ends_with(p.name)) return false;
  return ++seen == p.nth;
}
bool concerns(std::string_view call) { return planned().nth != 0 && planned().call == call; }

bool is_network(int descriptor) {
  int domain = 0;
  socklen_t size = sizeof(domain);
  return ::getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && (domain == AF_INET || domain == AF_INET6);
}

template <class F>
F next(const char* name) {
  return reinterpret_cast<F>(::dlsym(RTLD_NEXT, name));
}

// Carries the call out around the moment of death.
template <class Whole, class Half>
auto around(std::string_view call, const std::string& path, Whole whole, Half half) {
  if (!is_the_one(call, path)) return whole();
  if (planned().when == phase::before) die();
  if (planned().when == phase::half)
    half();
  else
    whole();
  die();
}

template <class Whole>
auto around(std::string_view call, const std::string& path, Whole whole) {
  return around(call, path, whole, whole);
}

ssize_t write_at(int descriptor, const void* bytes, size_t size, off_t at) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite64");
  const auto whole = [&] { return real(descriptor, bytes, size, at); };
  if (!concerns("write")) return whole();
  return around("write", path_of(descriptor), whole, [&] { return real(descriptor, bytes, size / 2, at); });
}

template <class Receive>
ssize_t received(int descriptor, Receive receive) {
  const ssize_t length = receive();
  if (length > 0 && concerns("receive") && is_network(descriptor) && is_the_one("receive", {})) die();
  return length;
}

}  // namespace

extern "C" {

ssize_t pwrite64(int descriptor, const void* bytes, size_t size, off64_t at) { return write_at(descriptor, bytes, size, at); }
ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t at) { return write_at(descriptor, bytes, size, at); }

int fsync(int descriptor) {
  static const auto real = next<int (*)(int)>("fsync");
  return around("sync", path_of(descriptor), [&] { return real(descriptor); });
}
int fdatasync(int descriptor) {
  static const auto real = next<int (*)(int)>("fdatasync");
  return around("sync", path_of(descriptor), [&] { return real(descriptor); });
}
int ftruncate64(int descriptor, off64_t size) {
  static const auto real = next<int (*)(int, off64_t)>("ftruncate64");
  return around("truncate", path_of(descriptor), [&] { return real(descriptor, size); });
}

int rename(const char* from, const char* to) noexcept {
  static const auto real = next<int (*)(const char*, const char*)>("rename");
  return around("rename", to, [&] { return real(from, to); });
}
int link(const char* from, const char* to) noexcept {
  static const auto real = next<int (*)(const char*, const char*)>("link");
  return around("link", to, [&] { return real(from, to); });
}
int unlink(const char* path) noexcept {
  static const auto real = next<int (*)(const char*)>("unlink");
  return around("unlink", path, [&] { return real(path); });
}

ssize_t sendmsg(int descriptor, const msghdr* message, int flags) {
  static const auto real = next<ssize_t (*)(int, const msghdr*, int)>("sendmsg");
  const auto whole = [&] { return real(descriptor, message, flags); };
  if (!concerns("send") || !is_network(descriptor)) return whole();
  return around("send", {}, whole, [&] {
    msghdr part = *message;
    iovec first = part.msg_iov[0];
    first.iov_len = first.iov_len / 2 + 1;
    part.msg_iov = &first;
    part.msg_iovlen = 1;
    return real(descriptor, &part, flags);
  });
}
ssize_t send(int descriptor, const void* bytes, size_t size, int flags) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t, int)>("send");
  const auto whole = [&] { return real(descriptor, bytes, size, flags); };
  if (!concerns("send") || !is_network(descriptor)) return whole();
  return around("send", {}, whole, [&] { return real(descriptor, bytes, size / 2 + 1, flags); });
}
ssize_t recv(int descriptor, void* into, size_t size, int flags) {
  static const auto real = next<ssize_t (*)(int, void*, size_t, int)>("recv");
  return received(descriptor, [&] { return real(descriptor, into, size, flags); });
}
ssize_t recvmsg(int descriptor, msghdr* message, int flags) {
  static const auto real = next<ssize_t (*)(int, msghdr*, int)>("recvmsg");
  return received(descriptor, [&] { return real(descriptor, message, flags); });
}

}  // extern "C"
