#include "state/checkpointer.hpp"

#include <pthread.h>

#include <cassert>
#include <csignal>
#include <system_error>
#include <utility>

namespace partmark {

result<std::unique_ptr<checkpointer>> checkpointer::start(const std::string& path) {
  auto file = sqlite::connection::open(path, sqlite::open_mode::read_write, milliseconds(0));
  if (!file) return file.error();
  if (auto done = file->set_synchronous(sqlite::synchronous::normal); !done) return done.error();
  if (auto done = file->set_persistent_wal(true); !done) return done.error();
  std::unique_ptr<checkpointer> made(new checkpointer(std::move(*file)));
  // Signals belong to the loop's thread; a thread inherits the mask of the one that starts it.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  result<void> started;
  try {
    made->thread_ = std::thread([&c = *made] { c.run(); });
  } catch (const std::system_error& e) {
    started = error{errc::busy, path + ": no thread for its checkpoints: " + e.what()};
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (!started) return started.error();
  return made;
}

checkpointer::~checkpointer() {
  {
    const std::scoped_lock lock(mutex_);
    ended_ = true;
  }
  wanted_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void checkpointer::begin() {
  {
    const std::scoped_lock lock(mutex_);
    assert(!busy_);
    busy_ = true;
  }
  wanted_.notify_one();
}

bool checkpointer::busy() const {
  const std::scoped_lock lock(mutex_);
  return busy_;
}

void checkpointer::run() {
  ::pthread_setname_np(::pthread_self(), "partmarkd-state");  // at most 15 characters
  std::unique_lock lock(mutex_);
  for (;;) {
    wanted_.wait(lock, [&] { return busy_ || ended_; });
    if (ended_) return;
    lock.unlock();
    // As with SQLite's own checkpoints nobody hears of a failure: the log keeps what it has, and a commit that finds no room says so.
    static_cast<void>(file_.checkpoint());
    lock.lock();
    busy_ = false;
  }
}

}  // namespace partmark
