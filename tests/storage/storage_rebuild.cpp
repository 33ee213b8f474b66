// The state is made anew from the journal and put in the place of the old one, as cli/rebuild.cpp does it, in the time of the world.
#include "state/replace_state.hpp"
#include "storage_world.hpp"
#include "support/contract.hpp"

namespace partmark::testing {
namespace {

class nobody final : public remote {
 public:
  void send(std::uint64_t /*call_id*/, const std::string& /*endpoint*/, call_type /*type*/, http_request /*request*/) override {
    require(false, "a rebuild sends nothing");
  }
};

}  // namespace

bool storage_world::rebuild() {
  require(!running(), "the daemon is stopped");
  say("rebuild");
  if (!finish_replacing(state_path_) || !discard_building(state_path_)) return false;
  auto store = sqlite_state::open(building_path(state_path_));
  if (!store) return false;
  auto stored = (*store)->load();
  if (!stored) return false;
  {
    sqlite_journal whole(journal_path_, reading_threads::one);
    nobody none;
    partmark::loop l(whole, **store, none, log, settings_, 0);
    l.restore(std::move(*stored), "rebuilt", t());
    l.drain();
    do {
      if (disk.dead()) return false;
      static_cast<void>(l.run(t()));
      clock_ += std::chrono::milliseconds(1);
    } while (l.summary().behind || !l.idle());
    if (!sqlite_state::close_whole(std::move(*store))) return false;
  }
  if (!replace_state(state_path_)) return false;
  ++story_.rebuilds;
  return true;
}

}  // namespace partmark::testing
