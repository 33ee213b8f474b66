#include "config/checks.hpp"

#include "config/address.hpp"
#include "config/auth.hpp"
#include "config/duration.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace partmark::config {
namespace {

// Whether the same text stands at `key` of two items of a list.
template <class Item>
void check_unique(reading& r, const std::string& list, const std::vector<Item>& items, const std::string& key, std::string Item::* member) {
  std::map<std::string_view, std::string> first_paths;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string path = key_path(item_path(list, i), key);
    if (!r.sound(path)) continue;
    const auto [found, fresh] = first_paths.emplace(items[i].*member, path);
    if (!fresh)
      r.problem(path, printable(items[i].*member),
                "expected another: " + found->second + " on line " + std::to_string(r.line_of(found->second)) + " has it");
  }
}

std::string name_list(const std::vector<endpoint_settings>& endpoints) {
  constexpr std::size_t names_max = 10;
  std::string list;
  for (std::size_t i = 0; i < endpoints.size() && i < names_max; ++i) list += (i == 0 ? "" : ", ") + endpoints[i].name;
  return endpoints.size() > names_max ? list + ", …" : list;
}

bool names_are_sound(const reading& r, const std::vector<endpoint_settings>& endpoints) {
  for (std::size_t i = 0; i < endpoints.size(); ++i)
    if (!r.sound(item_path("endpoints", i) + ".name")) return false;
  return r.sound("endpoints") && !endpoints.empty();
}

template <class Item>
void settle_endpoints(reading& r, const std::string& list, std::vector<Item>& items, const std::vector<endpoint_settings>& endpoints) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string path = item_path(list, i) + ".endpoint";
    if (!r.sound(path)) continue;
    if (!r.has(path)) {
      items[i].endpoint = endpoints.front().name;
    } else if (std::ranges::find(endpoints, items[i].endpoint, &endpoint_settings::name) == endpoints.end()) {
      r.problem(path, printable(items[i].endpoint), "expected the name of an endpoint: " + name_list(endpoints));
    }
  }
}

void settle_shapes(reading& r, std::vector<plan_settings>& plans) {
  for (std::size_t i = 0; i < plans.size(); ++i) {
    plan_settings& plan = plans[i];
    if (!plan.granularity) continue;
    if (!plan.kind) plan.kind = plan_kind::partitioned;
    if (*plan.kind == plan_kind::full_refresh)
      r.problem(item_path("plans", i) + ".granularity", std::string(to_text(*plan.granularity)), "expected none with kind full_refresh");
  }
}

// The same file under two names would make the daemon write its state into the jobs' journal.
void check_paths_differ(reading& r, const settings& all) {
  const std::pair<std::string, const std::string*> paths[] = {
      {"journal.path", &all.journal.path}, {"state.path", &all.state.path}, {"control.socket", &all.control.socket}};
  std::map<std::string, std::string> seen;
  for (const auto& [key, path] : paths) {
    if (!r.sound(key)) continue;
    std::error_code failure;
    const auto real = std::filesystem::weakly_canonical(std::filesystem::absolute(*path, failure), failure);
    const auto [found, fresh] = seen.emplace(failure ? *path : real.string(), key);
    if (!fresh) r.problem(key, printable(*path), "expected another file than " + found->second);
  }
}

void check_tls_file(reading& r, const std::string& path, const std::string& file, result<void> (*check)(const std::string&)) {
  if (!r.options().resolve_secrets || !r.has(path) || !r.sound(path)) return;
  if (const auto checked = check(file); !checked) r.problem(path, shown_path(file), "expected a PEM file, but " + checked.error().message);
}

void check_tls(reading& r, const std::string& endpoint, const tls_settings& tls) {
  const std::string ca = endpoint + ".tls.ca_file";
  const std::string certificate = endpoint + ".tls.client_cert_file";
  const std::string key = endpoint + ".tls.client_key_file";
  if (r.has(certificate) && !r.has(key)) r.problem(key, "(missing)", "expected the key of client_cert_file");
  if (r.has(key) && !r.has(certificate)) r.problem(certificate, "(missing)", "expected the certificate of client_key_file");
  check_tls_file(r, ca, tls.ca_file, &check_readable_file);
  check_tls_file(r, certificate, tls.client_cert_file, &check_readable_file);
  check_tls_file(r, key, tls.client_key_file, &check_private_file);
}

void warn_of_endpoint(reading& r, const std::string& path, const endpoint_settings& endpoint) {
  if (!endpoint.tls.verify && endpoint.url.tls)
    r.warn(path + ".tls.verify", "false", "anyone on the way can pose as this endpoint and read its credentials");
  if (!endpoint.url.tls && has_secret(endpoint.auth) && !is_loopback(endpoint.url.host))
    r.warn(path + ".url", "http://" + endpoint.url.host,
           "the " + std::string(to_text(endpoint.auth.type)) + " crosses the network unencrypted: use https");
  if (!endpoint.url.tls && endpoint.tls != tls_settings{}) r.warn(path + ".tls", "(section)", "it has no effect on an http url");
}

}  // namespace

void check_whole(reading& r, settings& all) {
  if (all.endpoints.empty() && r.sound("endpoints"))
    r.problem("endpoints", r.has("endpoints") ? "(empty)" : "(missing)", "expected at least one endpoint");
  check_unique(r, "endpoints", all.endpoints, "name", &endpoint_settings::name);
  check_unique(r, "plans", all.plans, "uuid", &plan_settings::uuid);
  check_unique(r, "tables", all.tables, "name", &table_settings::name);
  if (names_are_sound(r, all.endpoints)) {
    settle_endpoints(r, "plans", all.plans, all.endpoints);
    settle_endpoints(r, "tables", all.tables, all.endpoints);
  }
  settle_shapes(r, all.plans);
  check_paths_differ(r, all);
  for (std::size_t i = 0; i < all.endpoints.size(); ++i) check_tls(r, item_path("endpoints", i), all.endpoints[i].tls);
  if (r.sound("retry.initial") && r.sound("retry.max") && all.retry.initial > all.retry.max)
    r.problem(
        r.has("retry.max") ? "retry.max" : "retry.initial", duration_text(r.has("retry.max") ? all.retry.max : all.retry.initial),
        "expected retry.initial not to exceed retry.max (" + duration_text(all.retry.initial) + ", " + duration_text(all.retry.max) + ")");
}

void warn_of_dangers(reading& r, const settings& all) {
  for (std::size_t i = 0; i < all.endpoints.size(); ++i) warn_of_endpoint(r, item_path("endpoints", i), all.endpoints[i]);
  if (all.status.listen && !is_loopback(all.status.listen->address))
    r.warn("status.listen", all.status.listen->address,
           "the status page and metrics answer whoever reaches this address, without a password");
}

}  // namespace partmark::config
