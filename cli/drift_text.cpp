#include "cli/drift_text.hpp"

#include "cli/time_text.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>

namespace partmark {
namespace {

namespace json = boost::json;

std::string day_text(const json::value& start) {
  std::string text(start.as_string());
  if (text.ends_with("T00:00:00")) text.resize(text.size() - 9);
  return text;
}

// "3 partitions: 2025-10-20 to 2025-10-21, 2025-10-25 and more"
std::string ranges_text(const json::object& plan, const char* key) {
  constexpr std::size_t shown_max = 10;
  const json::array& ranges = plan.at(key).as_array();
  std::string text = counted(plan.at(std::string(key) + "_partitions").to_number<std::int64_t>(), "partition", "partitions") + ": ";
  for (std::size_t i = 0; i < std::min(shown_max, ranges.size()); ++i) {
    const std::string first = day_text(ranges[i].at("first"));
    const std::string last = day_text(ranges[i].at("last"));
    text += (i > 0 ? ", " : "") + first + (first == last ? "" : " to " + last);
  }
  return text + (ranges.size() > shown_max ? " and more" : "");
}

std::string findings_of(const json::object& plan) {
  if (const auto* trouble = plan.if_contains("trouble")) return "  could not be compared: " + std::string(trouble->as_string()) + "\n";
  std::string text;
  if (plan.at("missing_partitions").to_number<std::int64_t>() > 0)
    text += "  success here, and not in the platform's list: " + ranges_text(plan, "missing") + "\n";
  if (plan.at("unexpected_partitions").to_number<std::int64_t>() > 0)
    text += "  failed or cleared here, and in the platform's list: " + ranges_text(plan, "unexpected") + "\n";
  if (const auto unreadable = plan.at("unreadable").to_number<std::int64_t>(); unreadable > 0)
    text += "  not to be understood in the platform's list: " + counted(unreadable, "value", "values") + ", so nothing is repaired\n";
  if (const auto unknown = plan.at("unknown_partitions").to_number<std::int64_t>(); unknown > 0)
    text += "  never recorded here, and in the platform's list: " + counted(unknown, "partition", "partitions") + "\n";
  if (plan.at("missing_partitions").to_number<std::int64_t>() + plan.at("unexpected_partitions").to_number<std::int64_t>() > 0 &&
      plan.at("repaired").as_bool())
    text += "  pushed again now\n";
  return text;
}

}  // namespace

std::string drift_text(std::string_view found, const plan_names& names) {
  boost::system::error_code failed;
  const json::value all = json::parse(found, failed);
  if (failed || !all.is_array()) return {};
  std::string text;
  for (const json::value& plan : all.as_array())
    if (const std::string findings = findings_of(plan.as_object()); !findings.empty())
      text += names.title_of(std::string_view(plan.at("plan").as_string())) + "\n" + findings;
  return text;
}

}  // namespace partmark
