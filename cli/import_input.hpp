// The file that an import reads, opened: its name for messages, its size and content hash where they can be known beforehand. Owned by the
// import, on its thread.
#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>

namespace partmark {

class import_input {
 public:
  // "-" is standard input. not_found, permission, io; invalid: a directory.
  [[nodiscard]] static result<import_input> open(const std::string& file);

  import_input(import_input&& other) noexcept;
  import_input& operator=(import_input&&) = delete;
  ~import_input();

  struct content {
    std::string hash;  // as input_hash::text()
    std::uint64_t bytes = 0;
    timespec modified{};  // when it was last written to, by then
  };
  // The whole of it, as it is now; nullopt where it can be read only once (a pipe). Reads it through, and leaves it at its beginning. io.
  [[nodiscard]] result<std::optional<content>> whole() const;
  // io: it has been written to since then.
  [[nodiscard]] result<void> check_unchanged_since(const content& then) const;

  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::optional<std::uint64_t> size() const { return size_; }

 private:
  import_input(std::string name, int descriptor) : name_(std::move(name)), descriptor_(descriptor) {}

  std::string name_;
  int descriptor_;
  std::optional<std::uint64_t> size_;  // of a regular file read from its beginning
};

}  // namespace partmark
