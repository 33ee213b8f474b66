#include "reconcile/text_pool.hpp"

#include <cassert>

namespace partmark {

text_id text_pool::take(std::string_view text) {
  if (text.empty()) return 0;
  const auto [at, is_new] = ids_.try_emplace(std::string(text));
  if (is_new) {
    if (free_.empty()) {
      texts_.emplace_back();
      free_.push_back(static_cast<text_id>(texts_.size()));
    }
    at->second = free_.back();
    free_.pop_back();
    texts_[at->second - 1].text = &at->first;
  }
  ++texts_[at->second - 1].holders;
  return at->second;
}

void text_pool::give_back(text_id id) {
  if (id == 0) return;
  held& h = texts_[id - 1];
  assert(h.holders > 0);
  if (--h.holders > 0) return;
  ids_.erase(ids_.find(*h.text));
  h.text = nullptr;
  free_.push_back(id);
}

}  // namespace partmark
