// Preloaded into a real program, takes the memory from one of its threads, so that production code knows nothing of such tests.
//   NO_MEMORY_THREAD=NAME NO_MEMORY_ONCE=FILE     as soon as the file is there, that thread is given none
#include <dlfcn.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <string_view>

namespace {

bool refused() {
  static const char* const thread = std::getenv("NO_MEMORY_THREAD");
  static const char* const file = std::getenv("NO_MEMORY_ONCE");
  if (thread == nullptr || file == nullptr) return false;
  std::array<char, 16> name{};
  ::prctl(PR_GET_NAME, name.data());
  return std::string_view(name.data()) == thread && ::access(file, F_OK) == 0;
}

void* none() {
  errno = ENOMEM;
  return nullptr;
}

}  // namespace

// What operator new and Asio ask; calloc is left alone, for dlsym asks it.
extern "C" {

void* malloc(std::size_t size) noexcept {
  static const auto real = reinterpret_cast<void* (*)(std::size_t)>(::dlsym(RTLD_NEXT, "malloc"));
  return refused() ? none() : real(size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  static const auto real = reinterpret_cast<void* (*)(std::size_t, std::size_t)>(::dlsym(RTLD_NEXT, "aligned_alloc"));
  return refused() ? none() : real(alignment, size);
}

}  // extern "C"
