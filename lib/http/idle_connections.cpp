#include "http/idle_connections.hpp"

#include <utility>

namespace partmark::http {

idle_connections::entry::entry(idle_connections& owner, std::shared_ptr<connection> kept, milliseconds keep)
    : owner_(owner), kept_(std::move(kept)), expiry_(owner.clock_, keep, [this] { close(); }) {
  kept_->listen(this);
}

idle_connections::entry::~entry() {
  if (kept_) kept_->listen(nullptr);
}

void idle_connections::entry::on_ready() {
  if (!kept_->quiet()) return close();
  kept_->listen(this);  // a TLS session ticket, or nothing at all
}

std::shared_ptr<connection> idle_connections::entry::give_up() {
  kept_->listen(nullptr);
  return std::move(kept_);
}

void idle_connections::entry::close() {
  std::list<entry>& all = owner_.entries_;
  for (auto e = all.begin(); e != all.end(); ++e)
    if (&*e == this) return static_cast<void>(all.erase(e));
}

void idle_connections::put(std::shared_ptr<connection> fresh, milliseconds keep) { entries_.emplace_back(*this, std::move(fresh), keep); }

std::shared_ptr<connection> idle_connections::take() {
  while (!entries_.empty()) {
    auto newest = entries_.back().give_up();
    entries_.pop_back();
    if (newest->quiet()) return newest;
  }
  return nullptr;
}

}  // namespace partmark::http
