// The simulation's own memory: a third of a world's time went into allocating, and a world fits into a few megabytes that the next one can
// use again. Blocks of one size class are kept in a list; nothing is given back. For programs of one thread, and not under a sanitizer,
// which brings its own.
#if !defined(__SANITIZE_ADDRESS__) && !defined(PARTMARK_SANITIZED)

#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

constexpr std::size_t step = 32;
constexpr std::size_t classes = 64;  // up to 2 KiB; what is larger goes to malloc
constexpr std::size_t slab_bytes = 1U << 20U;

struct free_block {
  free_block* next;
};
// Before each block, so that it can be freed without its size being told.
struct alignas(alignof(std::max_align_t)) heading {
  std::size_t size_class;
};

free_block* free_blocks[classes];
char* slab = nullptr;
std::size_t slab_left = 0;

void* from_slab(std::size_t size_class) {
  const std::size_t bytes = (size_class + 1) * step + sizeof(heading);
  if (slab_left < bytes) {
    slab = static_cast<char*>(std::malloc(slab_bytes));
    if (slab == nullptr) throw std::bad_alloc();
    slab_left = slab_bytes;
  }
  auto* at = new (slab) heading{size_class};
  slab += bytes;
  slab_left -= bytes;
  return at + 1;
}

void* large(std::size_t bytes) {
  void* memory = std::malloc(bytes + sizeof(heading));
  if (memory == nullptr) throw std::bad_alloc();
  return new (memory) heading{classes} + 1;
}

}  // namespace

void* operator new(std::size_t bytes) {
  const std::size_t size_class = bytes == 0 ? 0 : (bytes - 1) / step;
  if (size_class >= classes) return large(bytes);
  free_block* block = free_blocks[size_class];
  if (block == nullptr) return from_slab(size_class);
  free_blocks[size_class] = block->next;
  return block;
}

void operator delete(void* memory) noexcept {
  if (memory == nullptr) return;
  auto* head = static_cast<heading*>(memory) - 1;
  if (head->size_class >= classes) return std::free(head);
  auto* block = static_cast<free_block*>(memory);
  block->next = free_blocks[head->size_class];
  free_blocks[head->size_class] = block;
}

void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }

#endif
