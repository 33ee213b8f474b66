#include "config/secret.hpp"

#include "core/text.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace partmark::config {
namespace {

class descriptor {
 public:
  explicit descriptor(int number) : number_(number) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

bool is_there(const std::string& path) {
  struct stat about{};
  return ::stat(path.c_str(), &about) == 0;
}

error file_error(const std::string& shown, int number, std::string_view doing) {
  const errc code = number == ENOENT ? errc::not_found : number == EACCES ? errc::permission : errc::io;
  return {code, "cannot " + std::string(doing) + " " + shown + ": " + std::generic_category().message(number)};
}

enum class readers { anyone, owner_and_group };

result<void> check_mode(const std::string& shown, int number, readers allowed) {
  struct stat about{};
  if (::fstat(number, &about) != 0) return file_error(shown, errno, "look at");
  if (!S_ISREG(about.st_mode)) return error{errc::invalid, shown + " is not a regular file"};
  if (allowed == readers::owner_and_group && (about.st_mode & S_IRWXO) != 0)
    return error{errc::permission, shown + " is open to every user of this machine: run chmod o= " + shown};
  return {};
}

// Not blocking: a pipe in place of a file would otherwise hang the daemon's start.
int open_to_read(const std::string& path) { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); }

result<void> check_file(const std::string& path, readers allowed) {
  const descriptor file(open_to_read(path));
  if (file.number() < 0) return file_error(shown_path(path), errno, "open");
  return check_mode(shown_path(path), file.number(), allowed);
}

result<std::string> read_private_file(const std::string& path, const std::string& shown) {
  const descriptor file(open_to_read(path));
  if (file.number() < 0) return file_error(shown, errno, "open");
  if (auto checked = check_mode(shown, file.number(), readers::owner_and_group); !checked) return checked.error();

  std::array<char, secret_bytes_max + 3> buffer{};  // room for \r\n, and one byte more to see that it is too long
  std::size_t length = 0;
  while (length < buffer.size()) {
    const ssize_t got = ::read(file.number(), buffer.data() + length, buffer.size() - length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_error(shown, errno, "read");
    if (got == 0) break;
    length += static_cast<std::size_t>(got);
  }
  std::string text(buffer.data(), length);
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

}  // namespace

bool fits_a_header(std::string_view text) {
  return !text.empty() && text.size() <= secret_bytes_max && text.front() != ' ' && text.back() != ' ' &&
         std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

secret_source secret_source::from_text(secret text) { return {origin::inline_text, std::move(text), {}}; }

secret_source secret_source::from_file(std::string path) { return {origin::file, {}, std::move(path)}; }

secret_source secret_source::from_credential(std::string name, std::string_view directory) {
  return {origin::credential, {}, directory.empty() ? std::string() : std::string(directory) + "/" + name};
}

std::string secret_source::shown() const {
  if (from_ == origin::file) return shown_path(path_);
  if (from_ == origin::inline_text || path_.empty()) return "(hidden)";
  return is_there(path_) ? printable(path_) : printable(path_.substr(0, path_.rfind('/') + 1)) + "(hidden)";
}

result<secret> secret_source::read() const {
  if (from_ == origin::inline_text) return text_;
  if (path_.empty()) return error{errc::not_found, "$CREDENTIALS_DIRECTORY is not set: start under systemd with LoadCredential="};
  auto text = read_private_file(path_, shown());
  if (!text) return text.error();
  if (!fits_a_header(*text))
    return error{errc::invalid,
                 shown() + " must hold one line of 1 to " + std::to_string(secret_bytes_max) + " printable ASCII characters"};
  return secret(std::move(*text));
}

std::string shown_path(const std::string& path) {
  const bool looks_like_one = path.starts_with('/') || path.starts_with("./") || path.starts_with("../");
  return looks_like_one || is_there(path) ? printable(path) : "(hidden)";
}

result<void> check_private_file(const std::string& path) { return check_file(path, readers::owner_and_group); }

result<void> check_readable_file(const std::string& path) { return check_file(path, readers::anyone); }

}  // namespace partmark::config
