#include "can/requests.hpp"

#include "can/json_text.hpp"

#include <cassert>

namespace partmark::can {
namespace {

constexpr std::string_view plan_path = "/anymetrics/api/v1/accelerate/plan/";

http_request post(std::string target, std::string body) {
  http_request request;
  request.target = std::move(target);
  request.body = std::move(body);
  return request;
}

std::string plan_target(std::string_view call) {
  std::string target;
  target.reserve(plan_path.size() + call.size());
  target.append(plan_path).append(call);
  return target;
}

// Writes one flat JSON object, key by key. Keys need no escaping.
class body_writer {
 public:
  explicit body_writer(std::size_t bytes_expected) { text_.reserve(bytes_expected); }

  void text(std::string_view key, std::string_view value) {
    open(key);
    append_json_string(text_, value);
  }

  void number(std::string_view key, long long value) {
    open(key);
    text_ += std::to_string(value);
  }

  void ranges(std::string_view key, granularity unit, std::span<const range> list) {
    open(key);
    char separator = '[';
    for (const range& r : list) {
      text_ += separator;
      separator = ',';
      text_.append(R"({"dateGranularity":")").append(to_text(unit));
      text_ += R"(","startTime":")";
      append_partition_start(text_, unit, r.first);
      text_ += R"(","endTime":")";
      append_partition_start(text_, unit, r.last);
      text_ += R"("})";
    }
    text_ += ']';
  }

  void object(std::string_view key, body_writer&& value) {
    open(key);
    text_ += std::move(value).finish();
  }

  [[nodiscard]] std::string finish() && {
    text_ += text_.empty() ? "{}" : "}";
    return std::move(text_);
  }

 private:
  void open(std::string_view key) {
    text_ += text_.empty() ? R"({")" : R"(,")";
    text_.append(key).append(R"(":)");
  }

  std::string text_;
};

constexpr std::size_t range_bytes = 100;

bool is_canonical(std::span<const range> list) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i].first > list[i].last) return false;
    if (i > 0 && list[i].first <= list[i - 1].last + 1) return false;
  }
  return true;
}

bool is_disjoint(std::span<const range> a, std::span<const range> b) {
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() && j < b.size()) {
    if (a[i].last < b[j].first)
      ++i;
    else if (b[j].last < a[i].first)
      ++j;
    else
      return false;
  }
  return true;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool unreserved =
        (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (unreserved) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += hex[byte >> 4];
      out += hex[byte & 0xf];
    }
  }
  return out;
}

}  // namespace

header_list common_headers(std::string_view tenant_id) {
  assert(tenant_id.size() <= tenant_id_bytes_max);
  return {{"content-type", "application/json"}, {"accept", "application/json"}, {"tenant-id", std::string(tenant_id)}};
}

http_request update_partitions(std::string_view uuid, std::optional<std::string_view> run_type, const plan_shape& shape,
                               std::span<const range> success, std::span<const range> failed) {
  assert(shape.kind == plan_kind::partitioned);
  assert(!success.empty() || !failed.empty());
  assert(is_canonical(success) && is_canonical(failed) && is_disjoint(success, failed));
  body_writer body(128 + uuid.size() + range_bytes * (success.size() + failed.size()));
  body.text("uuid", uuid);
  if (run_type) body.text("runType", *run_type);
  if (!success.empty()) body.ranges("successTimeRange", shape.unit, success);
  if (!failed.empty()) body.ranges("failedTimeRange", shape.unit, failed);
  return post(plan_target("updatePartition"), std::move(body).finish());
}

http_request full_refresh_done(std::string_view uuid, std::optional<std::string_view> run_type) {
  body_writer body(64 + uuid.size());
  body.text("uuid", uuid);
  if (run_type) body.text("runType", *run_type);
  return post(plan_target("updatePartition"), std::move(body).finish());
}

http_request clear_partitions(std::string_view uuid, const plan_shape& shape, std::span<const range> cleared) {
  assert(shape.kind == plan_kind::partitioned);
  assert(!cleared.empty() && is_canonical(cleared));
  body_writer body(64 + uuid.size() + range_bytes * cleared.size());
  body.text("uuid", uuid);
  body.ranges("timeRange", shape.unit, cleared);
  return post(plan_target("clearPartition"), std::move(body).finish());
}

http_request list_partitions(std::string_view uuid, unsigned page, unsigned page_size) {
  assert(page >= 1 && page_size >= 1);
  http_request request;
  request.method = "GET";
  request.target = plan_target("queryMtPartitionList?uuid=") + percent_encoded(uuid) + "&pageNumber=" + std::to_string(page) +
                   "&pageSize=" + std::to_string(page_size);
  return request;
}

http_request list_plans(std::string_view materialize_type, unsigned page, unsigned page_size) {
  assert(page >= 1 && page_size >= 1);
  body_writer pager(64);
  pager.number("pageNumber", page);
  pager.number("pageSize", page_size);
  body_writer body(128);
  body.text("materializeType", materialize_type);
  body.object("pager", std::move(pager));
  return post(plan_target("queryAccelerateResultPlanList"), std::move(body).finish());
}

http_request trigger(std::string_view table, std::string_view tenant_id, std::string_view date) {
  assert(date.size() == 10);
  body_writer body(128 + table.size() + tenant_id.size());
  body.text("tableName", table);
  body.text("tenantId", tenant_id);
  body.text("tablePartition", date);
  return post("/anymetrics/api/v1/scheduler/task/trigger", std::move(body).finish());
}

http_request create_token(std::string_view app_id, std::string_view app_secret, std::chrono::seconds expire) {
  assert(expire.count() > 0);
  body_writer body(64 + app_id.size() + app_secret.size());
  body.text("appId", app_id);
  body.text("appSecret", app_secret);
  body.number("expire", expire.count());
  return post("/anymetrics/api/v1/token/create", std::move(body).finish());
}

}  // namespace partmark::can
