// How the fakes complain: whoever calls a port against its contract ends the test. Any thread.
#pragma once

#include <stdexcept>
#include <string>

namespace partmark::testing {

struct contract_broken : std::logic_error {
  using std::logic_error::logic_error;
};

inline void require(bool kept, const char* contract) {
  if (!kept) throw contract_broken(contract);
}

}  // namespace partmark::testing
