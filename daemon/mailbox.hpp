// What one thread hands to another, in order, many things at once: the other has to be told of the first only.
#pragma once

#include <iterator>
#include <mutex>
#include <utility>
#include <vector>

namespace partmark {

template <class T>
class mailbox {
 public:
  // Takes all of `lot`. True: there was nothing, so that the other thread has to be told.
  [[nodiscard]] bool put(std::vector<T>& lot) {
    const std::scoped_lock lock(mutex_);
    const bool was_empty = items_.empty();
    if (was_empty)
      items_.swap(lot);
    else
      items_.insert(items_.end(), std::make_move_iterator(lot.begin()), std::make_move_iterator(lot.end()));
    lot.clear();
    return was_empty;
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
