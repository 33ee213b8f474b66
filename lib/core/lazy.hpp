// A part that most of its owners never need: empty until it is first changed. There may be a million owners. Copies are deep; one thread.
#pragma once

#include <memory>

namespace partmark {

template <class T>
class lazy {
 public:
  lazy() = default;
  lazy(lazy&&) noexcept = default;
  lazy& operator=(lazy&&) noexcept = default;
  lazy(const lazy& other) : made_(other.made_ ? std::make_unique<T>(*other.made_) : nullptr) {}
  lazy& operator=(const lazy& other) {
    *this = lazy(other);
    return *this;
  }
  ~lazy() = default;

  // Whether it was ever changed since reset().
  [[nodiscard]] explicit operator bool() const { return made_ != nullptr; }

  [[nodiscard]] const T& operator*() const {
    static const T none{};
    return made_ ? *made_ : none;
  }
  [[nodiscard]] const T* operator->() const { return &**this; }

  // To be changed.
  [[nodiscard]] T& use() {
    if (!made_) made_ = std::make_unique<T>();
    return *made_;
  }

  void reset() { made_.reset(); }

 private:
  std::unique_ptr<T> made_;
};

}  // namespace partmark
