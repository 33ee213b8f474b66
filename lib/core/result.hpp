// The one error type of the project. Operating failures are values: a function that can fail in operation returns result<T>,
// and its caller decides. Programmer mistakes are assertions; only start-up code throws.
#pragma once

#include <boost/system/result.hpp>  // header-only, no I/O: the one header in lib/core that is not the standard library's

#include <stdexcept>
#include <string>

namespace partmark {

enum class errc {
  invalid,        // input that cannot be right, whoever gave it
  not_found,      // the named thing is absent
  exists,         // it is there already, and says something else
  busy,           // another process holds what is needed: try again soon
  no_space,       // disk or quota is full: try again when there is room
  io,             // the operating system refused or failed
  corrupt,        // stored data contradicts itself
  identity,       // the journal is not the one that was folded (DESIGN §4.1): exit 78
  newer_version,  // written by a newer partmark
  permission,     // access was refused
  network,        // name, connection or TLS trouble
};

// `message` names the thing, the value and what to do; it is shown to people as it is, and never holds a secret.
struct error {
  errc code = errc::io;
  std::string message;
};

template <class T>
using result = boost::system::result<T, error>;

// What a failed start-up throws: main turns the code into an exit status.
class start_up_failure : public std::runtime_error {
 public:
  explicit start_up_failure(const error& e) : std::runtime_error(e.message), code_(e.code) {}
  [[nodiscard]] errc code() const { return code_; }

 private:
  errc code_;
};

// Found by boost::system::result::value(): asking a failed result for its value is a start-up throw or a programmer mistake.
[[noreturn]] inline void throw_exception_from_error(const error& e, const boost::source_location&) { throw start_up_failure(e); }

}  // namespace partmark
