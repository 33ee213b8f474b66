// Builds every call of CAN_API.md as a value. Targets are relative to the endpoint's base path, and no request carries a header yet: the
// endpoint adds common_headers() and auth_headers() (can/auth.hpp) when it sends. Pure; any thread. All text given here must be UTF-8.
#pragma once

#include "core/exchange.hpp"
#include "core/mark.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace partmark::can {

using header_list = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::size_t tenant_id_bytes_max = 32;

// What every call carries beside its credential: content-type, accept, tenant-id. `tenant_id` has at most tenant_id_bytes_max bytes.
[[nodiscard]] header_list common_headers(std::string_view tenant_id);

// One updatePartition call for a partitioned plan. Each list is sorted, disjoint and maximal, and the two share no partition; an empty one
// is left out. Asserts all that, and that at least one list has a range: both empty would claim a full refresh (DESIGN §5).
[[nodiscard]] http_request update_partitions(std::string_view uuid, std::optional<std::string_view> run_type, const plan_shape& shape,
                                             std::span<const range> success, std::span<const range> failed);

// The bare updatePartition call that says: this full-refresh plan was rebuilt.
[[nodiscard]] http_request full_refresh_done(std::string_view uuid, std::optional<std::string_view> run_type);

// One clearPartition call. Asserts that `cleared` is sorted, disjoint, maximal and not empty: an empty list may clear everything.
[[nodiscard]] http_request clear_partitions(std::string_view uuid, const plan_shape& shape, std::span<const range> cleared);

// One page of the partitions that queries may use. Pages count from 1.
[[nodiscard]] http_request list_partitions(std::string_view uuid, unsigned page, unsigned page_size);

// One page of the plans of `materialize_type` (ACCELERATE, RESULT or EXTERNAL). Pages count from 1.
[[nodiscard]] http_request list_plans(std::string_view materialize_type, unsigned page, unsigned page_size);

// One data-update trigger. `date` is `YYYY-MM-DD`.
[[nodiscard]] http_request trigger(std::string_view table, std::string_view tenant_id, std::string_view date);

// Asks for a token that lives for `expire`. The body holds the secret: never log or store this request.
[[nodiscard]] http_request create_token(std::string_view app_id, std::string_view app_secret, std::chrono::seconds expire);

}  // namespace partmark::can
