// What the configuration says of plans, as commands need it: a person may name a plan by its configured name. Views of the settings, which
// must outlive it; one thread.
#pragma once

#include "config/settings.hpp"

#include <string>
#include <string_view>

namespace partmark {

class plan_names {
 public:
  explicit plan_names(const config::settings& settings) : settings_(settings) {}

  // The uuid that `given` means: itself, unless it is a configured name and no configured uuid.
  [[nodiscard]] std::string_view uuid_of(std::string_view given) const;

  // nullptr: the configuration doesn't name it.
  [[nodiscard]] const config::plan_settings* find(std::string_view uuid) const;

  // Its configured name, or empty.
  [[nodiscard]] std::string_view name_of(std::string_view uuid) const;
  // Its endpoint: the first where the configuration says nothing.
  [[nodiscard]] std::string_view endpoint_of(std::string_view uuid) const;

  // As endpoint_of, of a source table.
  [[nodiscard]] std::string_view endpoint_of_table(std::string_view table) const;

  // For people: "orders_daily (ecfc2a…)", or the uuid alone.
  [[nodiscard]] std::string title_of(std::string_view uuid) const;

 private:
  const config::settings& settings_;
};

}  // namespace partmark
