#include "status/asset.hpp"

#include <embedded/assets.hpp>

namespace partmark {

const asset* find_asset(std::string_view path) {
  for (const asset& a : assets)
    if (a.path == path) return &a;
  return nullptr;
}

}  // namespace partmark
