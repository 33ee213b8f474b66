// Everything that watches the daemon, behind one events port: the log, the metrics, the recent events; and the server that shows them.
// Answers are made of the loop's present state, on its thread. Owned by the service.
#pragma once

#include "config/settings.hpp"
#include "core/result.hpp"
#include "observe/metrics.hpp"
#include "observe/repeat_filter.hpp"
#include "reconcile/loop.hpp"
#include "state/state_reader.hpp"
#include "status/recent_events.hpp"
#include "status/site.hpp"
#include "status/web_server.hpp"

#include <boost/asio/io_context.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace partmark {

class status_board final : public events, public status_source {
 public:
  // `watched` and `settings` outlive it, and are not looked at before the first request.
  status_board(boost::asio::io_context& io, events& log, const loop& watched, const config::settings& settings);

  void emit(const event& e) override;
  // Logs what of repeated failures is due to be said; `all`: whatever is left, at the end.
  void say_repeats(bool all = false);

  // Listens where the settings say, or not at all. An error changes nothing. web_server::listen's errors.
  result<void> listen(const std::optional<config::listen_address>& at);
  // The settings have changed.
  void reloaded() {
    configured_.clear();
    server_.set_names(settings_.status.hosts);
  }

  summary_view summary() override;
  std::string metrics() override;
  plan_page_view plans(const plan_query& query) override;
  std::optional<plan_view> plan(std::string_view uuid) override;
  std::vector<cell_run> cells(std::string_view uuid, range window) override;
  list_page<held_view> held(std::size_t page, std::size_t page_size) override;
  list_page<rejected_row> rejected(std::size_t page, std::size_t page_size) override;

 private:
  [[nodiscard]] std::string_view name_of(std::string_view uuid);
  [[nodiscard]] const plan_state* find(std::string_view uuid) const;
  [[nodiscard]] plan_line line_of(const plan_state& plan, now t);
  [[nodiscard]] std::vector<held_view> holds_of(const plan_state& plan);
  [[nodiscard]] state_reader* stored();
  [[nodiscard]] std::string_view endpoint_of(const event& e) const;

  events& log_;
  const loop& loop_;
  const config::settings& settings_;
  partmark::metrics metrics_;
  repeat_filter repeats_;
  recent_events recent_;
  site site_;
  web_server server_;
  std::optional<config::listen_address> listening_;
  std::unordered_map<std::string_view, const config::plan_settings*> configured_;  // by uuid; made anew when needed
  std::optional<state_reader> stored_;                                             // opened when first needed
};

}  // namespace partmark
