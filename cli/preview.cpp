#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/json_writer.hpp"
#include "cli/plan_names.hpp"
#include "cli/rehearsal.hpp"
#include "cli/stores.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>

namespace partmark {
namespace {

// What a request is about, read from what it says itself.
struct subject {
  std::string plan;   // empty: of a table
  std::string table;  // empty: of a plan
};

subject subject_of(const http_request& request) {
  subject about;
  const boost::json::value body = boost::json::parse(request.body);
  const boost::json::object& fields = body.as_object();
  if (const auto* uuid = fields.if_contains("uuid")) about.plan = uuid->as_string();
  if (const auto* table = fields.if_contains("tableName")) about.table = table->as_string();
  return about;
}

const config::endpoint_url& url_of(const config::settings& settings, std::string_view endpoint) {
  const auto found = std::find_if(settings.endpoints.begin(), settings.endpoints.end(), [&](const auto& e) { return e.name == endpoint; });
  return (found == settings.endpoints.end() ? settings.endpoints.front() : *found).url;
}

void write_call(json_writer& json, const rehearsed_call& call, const subject& about, const config::settings& settings) {
  json.object().key("plan");
  about.plan.empty() ? json.null() : json.value(about.plan);
  if (!about.table.empty()) json.member("table", about.table);
  json.member("endpoint", call.endpoint).member("method", call.request.method);
  json.member("path", url_of(settings, call.endpoint).base_path + call.request.target);
  json.key("body").literal(call.request.body).end();
}

bool is_known(const stored_state& stored, const plan_names& names, std::string_view uuid) {
  return names.find(uuid) != nullptr ||
         std::any_of(stored.plans.begin(), stored.plans.end(), [&](const plan_row& plan) { return plan.uuid == uuid; });
}

result<stored_state> load_state_of(const config::settings& settings) {
  auto state = open_state(settings);
  if (!state) return state.error();
  if (!*state) return stored_state{};
  return (*state)->load();
}

}  // namespace

int run(const preview_options& o, session& s) {
  const config::settings& settings = s.settings();
  const plan_names names(settings);
  auto stored = load_state_of(settings);
  if (!stored) return s.trouble(stored.error());
  std::optional<std::string> only;
  if (o.plan) only = names.uuid_of(*o.plan);
  const bool known = !only || is_known(*stored, names, *only);

  const auto rehearsed = rehearse(settings, std::move(*stored));
  if (!rehearsed) return s.trouble(rehearsed.error());
  json_writer json(!o.json && s.out().looks().is_terminal);
  json.array();
  bool found = false;
  for (const rehearsed_call& call : rehearsed->calls) {
    const subject about = subject_of(call.request);
    if (only && about.plan != *only) continue;
    found = true;
    write_call(json, call, about, settings);
  }
  json.end();
  if (!known && !found)
    return s.trouble(
        {errc::not_found,
         *o.plan + ": no such plan: partmarkd has read no record of a plan of that name; `partmark plans` lists those that are known"});
  if (rehearsed->notice) s.err().write("partmark: nothing would go out: " + *rehearsed->notice + "\n");
  s.out().write(std::move(json).finish());
  return exit_fine;
}

}  // namespace partmark
