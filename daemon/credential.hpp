// What proves to an endpoint who is calling: a fixed value from the configuration, or a token that the daemon fetches and renews. Owned by
// its can_endpoint; used on the thread of its calls. Nothing but the headers it gives out ever holds the secret.
#pragma once

#include "can/requests.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"
#include "core/verdict.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

namespace partmark {

class credential {
 public:
  // The headers of one call, and which credential they are of.
  struct proof {
    can::header_list headers;
    std::uint64_t generation = 0;
  };
  // Or what it comes to that there is no credential: nothing of the call was sent.
  using handler = std::function<void(std::variant<proof, verdict>)>;

  virtual ~credential() = default;

  // What there is to go with a call now, until the next call of anything here; null: obtain() waits for it.
  [[nodiscard]] virtual const proof* current(now t) = 0;
  // Calls `ready` at once or later, exactly once.
  virtual void obtain(now t, handler ready) = 0;

  // A call with that generation was refused (401, 403: nothing was processed). True: obtain() has another to try.
  virtual bool refused(std::uint64_t generation) = 0;
  virtual void worked(std::uint64_t generation) = 0;

  // What nobody else may read: whatever a call may carry, or may have carried not long ago.
  [[nodiscard]] virtual std::vector<std::string> secrets() const = 0;

  // Reads the secret's source again. The source's own errors.
  virtual result<void> reload() = 0;
};

}  // namespace partmark
