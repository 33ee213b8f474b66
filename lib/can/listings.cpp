#include "can/listings.hpp"

#include "can/envelope.hpp"
#include "core/text.hpp"

#include <boost/json.hpp>

namespace partmark::can {
namespace {

namespace json = boost::json;

error missing(std::string_view what) { return {errc::invalid, "the listing has no " + std::string(what)}; }

result<json::object> parse_object(std::string_view body) {
  boost::system::error_code ec;
  json::value value = json::parse(without_mark(body), ec);
  if (ec || !value.is_object()) return error{errc::invalid, "the listing is not one JSON object"};
  return std::move(value.as_object());
}

const json::object* object_in(const json::object& o, std::string_view key) {
  const json::value* v = o.if_contains(key);
  return v == nullptr ? nullptr : v->if_object();
}

const json::array* array_in(const json::object& o, std::string_view key) {
  const json::value* v = o.if_contains(key);
  return v == nullptr ? nullptr : v->if_array();
}

const bool* flag_in(const json::object& o, std::string_view key) {
  const json::value* v = o.if_contains(key);
  return v == nullptr ? nullptr : v->if_bool();
}

std::string text_in(const json::object& o, std::string_view key) {
  const json::value* v = o.if_contains(key);
  return v != nullptr && v->is_string() ? std::string(v->as_string()) : std::string();
}

// The shortest prefix of a start that still names one partition.
std::size_t value_bytes_min(granularity unit) {
  switch (unit) {
    case granularity::year:
      return 4;
    case granularity::quarter:
    case granularity::month:
      return 7;
    case granularity::week:
    case granularity::day:
      return 10;
    case granularity::hour:
      return 13;
    case granularity::minute:
      break;
  }
  return 16;
}

constexpr std::size_t listed_bytes_max = 80;

void take_value(const json::value& item, granularity unit, partition_page& page) {
  const json::value* value = item.is_object() ? item.as_object().if_contains("value") : &item;
  const std::string_view text = value != nullptr && value->is_string() ? std::string_view(value->as_string()) : std::string_view();
  if (const auto o = read_listed_value(unit, text)) {
    page.listed.push_back(*o);
    return;
  }
  if (page.unreadable++ == 0) page.first_unreadable = printable(text.empty() ? json::serialize(item) : std::string(text), listed_bytes_max);
}

}  // namespace

result<ordinal> read_listed_value(granularity unit, std::string_view value) {
  constexpr std::string_view first_moment = "0000-01-01T00:00:00";
  const error unreadable{errc::invalid, '"' + printable(value) + "\" names no " + std::string(to_text(unit)) + " partition"};
  const bool has_shape = value.size() == 4 || value.size() == 7 || value.size() == 10 || value.size() == 13 || value.size() == 16 ||
                         value.size() == first_moment.size();
  if (!has_shape || value.size() < value_bytes_min(unit)) return unreadable;
  std::string start(value);
  start += first_moment.substr(value.size());
  if (start[10] == ' ') start[10] = 'T';
  if (const auto o = parse_partition(unit, start)) return *o;
  return unreadable;
}

result<partition_page> read_partition_page(std::string_view body, granularity unit) {
  const auto parsed = parse_object(body);
  if (!parsed) return parsed.error();
  const json::object* root = &*parsed;
  if (const json::object* data = object_in(*root, "data")) root = data;

  partition_page page;
  const bool* is_partitioned = flag_in(*root, "isPartition");
  if (is_partitioned == nullptr) return missing("isPartition");
  page.is_partitioned = *is_partitioned;
  const bool* has_data = flag_in(*root, "hasData");
  page.has_data = has_data != nullptr && *has_data;
  if (!page.is_partitioned) return page;

  const json::object* partition = object_in(*root, "partition");
  if (partition == nullptr && has_data != nullptr && !*has_data) return page;
  if (partition == nullptr) return missing("partition");
  const json::array* list = array_in(*partition, "paritionList");  // the vendor's spelling
  if (list == nullptr) list = array_in(*partition, "partitionList");
  if (list == nullptr) return missing("paritionList");
  const bool* has_next = flag_in(*partition, "hasNext");
  if (has_next == nullptr) return missing("hasNext: whether more follows is unknown");
  page.has_next = *has_next;
  page.listed.reserve(list->size());
  for (const json::value& item : *list) take_value(item, unit, page);
  return page;
}

result<plan_page> read_plan_page(std::string_view body) {
  const auto parsed = parse_object(body);
  if (!parsed) return parsed.error();
  const json::object* root = &*parsed;
  if (const json::object* data = object_in(*root, "data")) root = data;
  const json::array* list = array_in(*root, "data");
  if (list == nullptr) return missing("data");
  const bool* has_next = flag_in(*root, "hasNext");
  if (has_next == nullptr) return missing("hasNext: whether more follows is unknown");

  plan_page page;
  page.has_next = *has_next;
  for (const json::value& item : *list) {
    if (!item.is_object() || text_in(item.as_object(), "id").empty()) {
      ++page.unreadable;
      continue;
    }
    const json::object& o = item.as_object();
    const std::string display_name = text_in(o, "displayName");
    page.plans.push_back({text_in(o, "id"), display_name.empty() ? text_in(o, "name") : display_name, text_in(o, "materializeType")});
  }
  return page;
}

}  // namespace partmark::can
