// Runs side by side in one allocation: what a run_list has of them, by the million. Sixteen bytes where std::vector takes 24, and it grows
// by half, not to twice its size. Copies are deep; one thread.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

namespace partmark {

template <class T>
class run_block {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  run_block() = default;
  run_block(run_block&& other) noexcept
      : runs_(std::move(other.runs_)), size_(std::exchange(other.size_, 0)), capacity_(std::exchange(other.capacity_, 0)) {}
  run_block& operator=(run_block&& other) noexcept {
    runs_ = std::move(other.runs_);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
    return *this;
  }
  run_block(const run_block& other) { append(other); }
  run_block& operator=(const run_block& other) {
    *this = run_block(other);
    return *this;
  }
  ~run_block() = default;

  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] T& operator[](std::size_t i) { return runs_[i]; }
  [[nodiscard]] T& back() { return runs_[size_ - 1]; }
  operator std::span<const T>() const { return {runs_.get(), size_}; }  // NOLINT(google-explicit-constructor)

  void reserve(std::size_t runs) {
    if (runs <= capacity_) return;
    auto moved = std::make_unique_for_overwrite<T[]>(runs);
    std::copy_n(runs_.get(), size_, moved.get());
    runs_ = std::move(moved);
    capacity_ = static_cast<std::uint32_t>(runs);
  }

  void insert(std::size_t at, const T& r) {
    assert(at <= size_);
    if (size_ == capacity_) reserve(capacity_ < 2 ? 2 : capacity_ + capacity_ / 2);
    T* const all = runs_.get();
    std::copy_backward(all + at, all + size_, all + size_ + 1);
    all[at] = r;
    ++size_;
  }
  void erase(std::size_t at, std::size_t count) {
    assert(at + count <= size_);
    T* const all = runs_.get();
    std::copy(all + at + count, all + size_, all + at);
    size_ -= static_cast<std::uint32_t>(count);
  }
  void append(std::span<const T> more) {
    reserve(size_ + more.size());
    std::copy_n(more.data(), more.size(), runs_.get() + size_);
    size_ += static_cast<std::uint32_t>(more.size());
  }

 private:
  std::unique_ptr<T[]> runs_;
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 0;
};

}  // namespace partmark
