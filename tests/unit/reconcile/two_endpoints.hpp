// Two endpoints to move between, with a plan `p` and a table, both of them at the first.
#pragma once

#include "support/loop_driver.hpp"

#include <chrono>
#include <string>

namespace partmark::testing {

inline const std::string orders = "source.`catalog.schema`.orders";

// Endpoint `can` settles in a minute, `other` in ten.
inline loop_settings two_endpoints() {
  loop_settings s = plain_settings();
  s.endpoints.push_back({"other", "tn_1", 8, std::chrono::minutes(10)});
  plan_settings& p = s.plans.emplace_back();
  p.uuid = "p";
  p.endpoint = "can";
  s.tables.push_back({orders, "can"});
  return s;
}

inline void move_all(loop_driver& d, const std::string& to) {
  d.settings.plans[0].endpoint = to;
  d.settings.tables[0].endpoint = to;
  d.reconfigure();
}

inline void trigger(loop_driver& d, const std::string& date) {
  d.journal.append_table({orders, date, "success"});
  d.hint();
}

}  // namespace partmark::testing
