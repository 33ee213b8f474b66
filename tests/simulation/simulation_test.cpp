// Runs worlds. Every failure names its seed and how to see it again.
#include "campaign.hpp"
#include "options.hpp"
#include "shrink.hpp"

#include <cstdio>

int main(int argc, char** argv) {
  using namespace partmark::testing;
  const auto wished = read_options(argc, argv);
  if (!wished) {
    std::fputs(usage, stderr);
    return 2;
  }
  if (wished->shrink) return shrink(wished->world);
  if (wished->one) return replay(wished->world);
  if (wished->clocks) return compare_clocks(*wished);
  return campaign(*wished);
}
