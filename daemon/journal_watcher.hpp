// Waits on the loop for the journal to change (inotify), and tells the operator while that cannot be heard of and polling has to do.
// Owned by the service; one thread: the loop's.
#pragma once

#include "config/settings.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"
#include "journal/journal_watch.hpp"
#include "reconcile/events.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace partmark {

class journal_watcher {
 public:
  // `changed` is called on the loop after each change that may concern the journal. What is referred to outlives it; the settings may
  // change meanwhile.
  journal_watcher(boost::asio::io_context& io, events& log, const config::journal_settings& settings, std::function<void()> changed)
      : io_(io), log_(log), settings_(settings), changed_(std::move(changed)) {}

  // Begins. Where nothing can be watched that is said, and nothing else happens.
  void watch();
  // Looks whether the path still leads where the watch is. At each poll: asked more often, it does nothing.
  void refresh(steady_time at);

 private:
  void await();
  void say_unwatched(const error& why);

  boost::asio::io_context& io_;
  events& log_;
  const config::journal_settings& settings_;
  std::function<void()> changed_;
  std::optional<journal_watch> watch_;
  std::optional<boost::asio::posix::stream_descriptor> descriptor_;
  steady_time refreshed_;
  std::string unwatched_;  // what was last said about it
};

}  // namespace partmark
