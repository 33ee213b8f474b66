// Keeps what was said, or only counts it. Owned by the test; one thread.
#pragma once

#include "reconcile/events.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace partmark::testing {

class recording_events final : public events {
 public:
  bool keep = true;
  severity least = severity::debug;

  [[nodiscard]] bool wants(severity level) const override { return level >= least; }

  void emit(const event& e) override {
    ++counts_[e.name];
    if (keep) all_.push_back(e);
  }

  [[nodiscard]] std::size_t count(std::string_view name) const {
    const auto it = counts_.find(name);
    return it == counts_.end() ? 0 : it->second;
  }
  [[nodiscard]] const std::vector<event>& all() const { return all_; }

 private:
  std::map<std::string_view, std::size_t> counts_;  // names are literals
  std::vector<event> all_;
};

}  // namespace partmark::testing
