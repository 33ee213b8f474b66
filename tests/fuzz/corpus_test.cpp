// Every input in corpus/, and simple mutations of each, through its target: what a fuzzer has found once is never broken again.
#include "fuzz/targets.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace partmark::fuzz {
namespace {

constexpr int mutations_of_each = 60;

std::vector<std::string> corpus_of(std::string_view name) {
  std::vector<std::filesystem::path> paths;
  const auto folder = std::filesystem::path(FUZZ_CORPUS) / name;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> inputs;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return inputs;
}

// splitmix64: the same everywhere.
class numbers {
 public:
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }
  std::size_t below(std::size_t end) { return end == 0 ? 0 : static_cast<std::size_t>(next() % end); }

 private:
  std::uint64_t state_ = 42;
};

std::string mutated(const std::string& input, const std::vector<std::string>& others, numbers& chance) {
  std::string out = input;
  for (std::size_t n = chance.below(4) + 1; n > 0; --n) {
    const std::size_t at = chance.below(out.size() + 1);
    switch (chance.below(5)) {
      case 0:
        if (at < out.size()) out[at] = static_cast<char>(chance.next());
        break;
      case 1:
        out.insert(at, 1, "\0\n\r\",:{}[]~ \\\xff"[chance.below(15)]);
        break;
      case 2:
        out.erase(at, chance.below(8));
        break;
      case 3:
        out.insert(at, out.substr(chance.below(out.size() + 1), chance.below(16)));
        break;
      default: {
        const std::string& other = others[chance.below(others.size())];
        out.insert(at, other.substr(chance.below(other.size() + 1), chance.below(32)));
      }
    }
  }
  return out;
}

class corpus : public ::testing::TestWithParam<target> {};

TEST_P(corpus, holds_what_its_target_promises) {
  const target& t = GetParam();
  const auto inputs = corpus_of(t.name);
  ASSERT_GE(inputs.size(), 3U) << t.name << ": a corpus in " << FUZZ_CORPUS;
  numbers chance;
  run(t, {});
  for (const std::string& input : inputs) {
    run(t, input);
    for (int i = 0; i < mutations_of_each; ++i) run(t, mutated(input, inputs, chance));
  }
}

INSTANTIATE_TEST_SUITE_P(all, corpus, ::testing::ValuesIn(targets().begin(), targets().end()),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace partmark::fuzz
