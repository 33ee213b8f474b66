#include "daemon/journal_watcher.hpp"

#include "reconcile/event_names.hpp"

#include <unistd.h>
#include <utility>

namespace partmark {

void journal_watcher::watch() {
  auto watch = journal_watch::open(settings_.path);
  if (!watch) return say_unwatched(watch.error());
  watch_.emplace(std::move(*watch));
  descriptor_.emplace(io_, ::dup(watch_->descriptor()));
  await();
}

void journal_watcher::refresh(steady_time at) {
  if (!watch_ || at - refreshed_ < settings_.poll_interval / 2) return;
  refreshed_ = at;
  if (auto watching = watch_->refresh(); !watching) say_unwatched(watching.error());
}

void journal_watcher::await() {
  descriptor_->async_wait(boost::asio::posix::stream_descriptor::wait_read, [this](auto failed) {
    if (failed) return;
    const auto concerned = watch_->drain();
    if (!concerned) say_unwatched(concerned.error());
    if (!concerned || *concerned) changed_();
    await();
  });
}

void journal_watcher::say_unwatched(const error& why) {
  if (std::exchange(unwatched_, why.message) == why.message) return;
  log_.emit({severity::warning,
             event_name::journal_unwatched,
             "new records are found by polling every " + std::to_string(settings_.poll_interval.count()) + " ms only: " + why.message,
             {}});
}

}  // namespace partmark
