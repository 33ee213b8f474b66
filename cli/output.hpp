// Standard output, written in large pieces and checked: a full disk is an error, a reader that went away (`| head`) is not. Owned by main,
// lent to commands; one thread.
#pragma once

#include "cli/terminal.hpp"
#include "core/result.hpp"

#include <string>
#include <string_view>

namespace partmark {

class output {
 public:
  // Writes to an open descriptor, which stays the caller's.
  output(int descriptor, style looks) : descriptor_(descriptor), looks_(looks) {}

  void write(std::string_view text);

  // Writes out what is left. errc::io or no_space when something could not be written, now or before.
  result<void> flush();

  // The reader went away: nothing more needs to be made.
  [[nodiscard]] bool closed() const { return closed_; }
  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] const style& looks() const { return looks_; }

 private:
  int descriptor_;
  style looks_;
  std::string waiting_;
  bool closed_ = false;
  int failure_ = 0;  // errno of the first write that failed
};

}  // namespace partmark
