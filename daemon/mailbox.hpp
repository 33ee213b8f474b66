// What one thread hands to another, in order, many things at once: the other has to be told of the first only.
#pragma once

#include <mutex>
#include <utility>
#include <vector>

namespace partmark {

template <class T>
class mailbox {
 public:
  // True: it was empty, so that the other thread has to be told.
  [[nodiscard]] bool put(T item) {
    const std::scoped_lock lock(mutex_);
    items_.push_back(std::move(item));
    return items_.size() == 1;
  }

  // Everything that is there, in place of what `into` held; the memory of either is used again.
  void take(std::vector<T>& into) {
    into.clear();
    const std::scoped_lock lock(mutex_);
    items_.swap(into);
  }

 private:
  std::mutex mutex_;
  std::vector<T> items_;  // guarded
};

}  // namespace partmark
