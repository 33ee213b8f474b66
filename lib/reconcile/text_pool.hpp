// Texts that many owners have the same of, each kept once while somebody holds it: run types of plans. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace partmark {

// Stands for a held text; 0 for the empty one, which needs no holding.
using text_id = std::uint32_t;

class text_pool {
 public:
  // Holds `text`; whoever takes gives back.
  [[nodiscard]] text_id take(std::string_view text);
  void give_back(text_id id);

  // Valid until the text is given back by its last holder.
  [[nodiscard]] const std::string& operator[](text_id id) const { return id == 0 ? empty_ : *texts_[id - 1].text; }

 private:
  struct held {
    const std::string* text = nullptr;
    std::uint32_t holders = 0;
  };

  std::unordered_map<std::string, text_id> ids_;
  std::vector<held> texts_;
  std::vector<text_id> free_;
  std::string empty_;
};

}  // namespace partmark
