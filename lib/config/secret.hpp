// Secrets: text that must reach CAN and nothing else. A secret cannot be printed, formatted or turned into a string by accident: only
// reveal() gives it out, so that every place that handles one can be found by that word. A secret_source remembers where one comes from and
// reads it anew on demand. Values; any thread.
#pragma once

#include "core/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace partmark::config {

inline constexpr std::size_t secret_bytes_max = 4096;

class secret {
 public:
  secret() = default;
  explicit secret(std::string text) : text_(std::move(text)) {}

  // For the one place that writes the header or the token request.
  [[nodiscard]] const std::string& reveal() const { return text_; }

  friend bool operator==(const secret&, const secret&) = default;

  template <class Stream>
  friend Stream& operator<<(Stream& stream, const secret&) = delete;

 private:
  std::string text_;
};

// 1 to secret_bytes_max bytes of printable ASCII that neither begin nor end with a blank: what fits into a header and comes out the same.
[[nodiscard]] bool fits_a_header(std::string_view text);

class secret_source {
 public:
  enum class origin { inline_text, file, credential };

  static secret_source from_text(secret text);
  static secret_source from_file(std::string path);
  // `directory` is $CREDENTIALS_DIRECTORY; empty: none, and read() says so.
  static secret_source from_credential(std::string name, std::string_view directory);

  [[nodiscard]] origin from() const { return from_; }

  // The file behind it, as a message may show it (a secret pasted where a name belongs reads (hidden)); "(hidden)" also for inline text.
  [[nodiscard]] std::string shown() const;

  // The secret as it is now: files are read on every call, so that a renewed one is found. A trailing newline is not part of it. Opens a
  // small local file. errc::permission when others may read the file, with the chmod that cures it; not_found, io; invalid when the content
  // does not fit a header. No message holds file content.
  [[nodiscard]] result<secret> read() const;

  friend bool operator==(const secret_source&, const secret_source&) = default;

 private:
  secret_source(origin from, secret text, std::string path) : from_(from), text_(std::move(text)), path_(std::move(path)) {}

  origin from_;
  secret text_;
  std::string path_;
};

// `path` as a message may show it: (hidden) unless it looks like a path or names something that is there.
[[nodiscard]] std::string shown_path(const std::string& path);

// Whether `path` names a readable file that only its owner and group may read or write; the errors of secret_source::read(). For private
// keys, which OpenSSL reads by itself.
[[nodiscard]] result<void> check_private_file(const std::string& path);

// Whether `path` names a readable regular file; for certificates.
[[nodiscard]] result<void> check_readable_file(const std::string& path);

}  // namespace partmark::config
