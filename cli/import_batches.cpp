#include "cli/import_batches.hpp"

#include <thread>
#include <utility>

namespace partmark {
namespace {

// With its commit a batch stays below 50 ms. SQLite's waiting writers look every 100 ms at worst: the pause is what lets them in, with a
// chance of one in seven each time they look, so that none of them waits its 30 s in vain.
constexpr milliseconds batch_open_max{30};
constexpr milliseconds pause{5};

}  // namespace

result<void> import_batches::lost(const error& e) {
  journal_.rollback();
  is_open_ = false;
  batch_ = {};
  return e;
}

result<void> import_batches::add(const new_record& record, steady_time t) {
  if (is_open_ && t - begun_ >= batch_open_max) {
    if (const auto done = commit(); !done) return done.error();
    std::this_thread::sleep_for(pause);
  }
  if (!is_open_) {
    if (const auto begun = journal_.begin(); !begun) return begun.error();
    is_open_ = true;
    begun_ = t;
  }
  const result<recorded> done = std::visit([this](const auto& r) { return journal_.record(r); }, record);
  if (done) {
    ++(done->already ? batch_.already : batch_.recorded);
    return {};
  }
  const bool is_its_own = done.error().code == errc::invalid || done.error().code == errc::exists;
  return is_its_own ? result<void>(done.error()) : lost(done.error());
}

result<void> import_batches::commit() {
  if (!is_open_) return {};
  if (const auto done = journal_.commit(); !done) return lost(done.error());
  is_open_ = false;
  const import_counts batch = std::exchange(batch_, {});
  committed_.recorded += batch.recorded;
  committed_.already += batch.already;
  return {};
}

}  // namespace partmark
