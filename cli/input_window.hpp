// The part of an input that is in memory: read in large pieces, taken in small ones, so that an import of any size needs little memory.
// Owned by the import, on its thread; the descriptor stays its caller's.
#pragma once

#include "cli/input_hash.hpp"
#include "core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>

namespace partmark {

class input_window {
 public:
  explicit input_window(int descriptor) : descriptor_(descriptor) {}

  // Called before a read that would wait for whoever writes the input: no lock should be held meanwhile.
  std::function<void()> before_wait;

  // What was read and not taken yet. The view holds until more() or take().
  [[nodiscard]] std::string_view rest() const { return std::string_view(bytes_).substr(taken_); }

  // The input is taken to end after so many bytes, whatever follows.
  void end_after(std::uint64_t bytes) { left_ = bytes; }

  // Reads on, blocking. False: the input has ended, rest() is all there is. errc::io.
  result<bool> more();

  void take(std::size_t bytes);

  [[nodiscard]] std::uint64_t bytes_taken() const { return total_taken_; }
  // Of everything taken so far, if hashing was asked for.
  void hash_what_is_taken() { hashing_ = true; }
  [[nodiscard]] const input_hash& hash() const { return hash_; }

 private:
  int descriptor_;
  std::uint64_t left_ = std::numeric_limits<std::uint64_t>::max();
  std::string bytes_;
  std::size_t taken_ = 0;  // of bytes_
  std::uint64_t total_taken_ = 0;
  bool hashing_ = false;
  input_hash hash_;
};

}  // namespace partmark
