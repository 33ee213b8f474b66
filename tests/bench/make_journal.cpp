// bench_make_journal PATH RECORDS PLANS SEED
#include "bench_journal.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: bench_make_journal PATH RECORDS PLANS SEED\n");
    return 2;
  }
  try {
    partmark::bench::make_journal(
        argv[1], {std::atoll(argv[2]), static_cast<std::uint32_t>(std::atoll(argv[3])), static_cast<std::uint64_t>(std::atoll(argv[4]))});
  } catch (const std::exception& e) {
    std::fprintf(stderr, "bench_make_journal: %s\n", e.what());
    return 1;
  }
  return 0;
}
