#include "cli/calendar_strip.hpp"

#include "cli/time_text.hpp"
#include "core/calendar_row.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace partmark {
namespace {

struct cell_look {
  char letter;
  std::string_view escape;  // with colour
  std::string_view meaning;
};

// By enumerator. Letters stay under the colours: not everybody tells red from green.
constexpr std::array<cell_look, 8> cell_looks{{{'.', "\x1b[2m", "no record"},
                                               {'S', "\x1b[30;42m", "success"},
                                               {'F', "\x1b[97;41m", "failed"},
                                               {'C', "\x1b[30;47m", "cleared"},
                                               {'s', "\x1b[32m", "success, still to be accepted"},
                                               {'f', "\x1b[31m", "failed, still to be accepted"},
                                               {'c', "\x1b[37m", "cleared, still to be accepted"},
                                               {'!', "\x1b[30;43m", "held: refused by the remote"}}};

const cell_look& look_of(cell c) { return cell_looks[static_cast<std::size_t>(c)]; }

std::string drawn(cell c, std::size_t count, const style& looks) {
  std::string text(count, look_of(c).letter);
  if (!looks.colour || count == 0) return text;
  return std::string(look_of(c).escape) + text + "\x1b[0m";
}

// Rows of one kind after one another: from `first`, `count` of them. More than one only where all are filled by the same cell.
struct stretch {
  std::int64_t first = 0;
  std::int64_t count = 1;
  cell all = cell::none;
};

// Every row from the first that has a cell to the last; O(runs of cells).
std::vector<stretch> stretches_of(granularity unit, const cell_map& cells) {
  std::vector<stretch> found;
  std::int64_t next = 0;  // the first row not in `found`
  const auto add_whole_rows = [&](range at, cell c) {
    std::int64_t first = calendar_row_of(unit, at.first);
    if (calendar_row_at(unit, first).partitions.first < at.first) ++first;
    std::int64_t last = calendar_row_of(unit, at.last);
    if (calendar_row_at(unit, last).partitions.last > at.last) --last;
    first = std::max(first, next);
    if (first > last) return;
    found.push_back({first, last - first + 1, c});
    next = last + 1;
  };
  const auto add_row_of = [&](ordinal o) {
    const std::int64_t row = calendar_row_of(unit, o);
    if (row < next) return;
    found.push_back({row, 1, cell::none});
    next = row + 1;
  };
  bool begun = false;
  ordinal after = 0;  // the partition after the last run
  cells.visit_all([&](range at, cell c) {
    if (!begun) {
      begun = true;
      next = calendar_row_of(unit, at.first);
    } else if (after < at.first) {
      add_whole_rows({after, at.first - 1}, cell::none);
    }
    const calendar_row first = calendar_row_at(unit, calendar_row_of(unit, at.first));
    if (first.partitions.first < at.first || first.partitions.last > at.last) add_row_of(at.first);
    add_whole_rows(at, c);
    add_row_of(at.last);
    after = at.last + 1;
  });
  return found;
}

class strip_writer {
 public:
  strip_writer(granularity unit, const cell_map& cells, const style& looks) : unit_(unit), cells_(cells), looks_(looks) {}

  void draw(std::vector<stretch> rows, std::size_t rows_max);
  [[nodiscard]] std::string finish();

 private:
  void draw_ruler();
  void draw_row(std::int64_t index);
  void draw_stretch(const stretch& s);
  void draw_count(std::int64_t count, const char* what);
  void draw_legend();
  [[nodiscard]] bool wraps() const { return label_width_ + 2 + columns_ > looks_.columns; }
  [[nodiscard]] std::string padded(std::string_view label) const {
    return std::string(label) + std::string(label_width_ + 2 - label.size(), ' ');
  }

  granularity unit_;
  const cell_map& cells_;
  const style& looks_;
  std::size_t label_width_ = 0;
  std::size_t columns_ = 0;
  std::string text_;
};

// A stretch up to this long is drawn in full: a year or so of equal rows shows more than a count.
constexpr std::int64_t rows_drawn_alike = 12;
constexpr std::int64_t rows_drawn_empty = 1;

std::int64_t lines_of(const stretch& s) {
  const std::int64_t all = s.all == cell::none ? rows_drawn_empty : rows_drawn_alike;
  if (s.count <= all) return s.count;
  return s.all == cell::none ? 1 : 3;
}

void strip_writer::draw(std::vector<stretch> rows, std::size_t rows_max) {
  const calendar_row example = calendar_row_at(unit_, rows.back().first);
  label_width_ = example.label.size();
  columns_ = example.columns;

  const std::int64_t first_row = rows.front().first;
  std::size_t from = 0;
  if (rows_max > 0) {
    from = rows.size();
    auto room = static_cast<std::int64_t>(rows_max);
    while (from > 0 && lines_of(rows[from - 1]) <= room) room -= lines_of(rows[--from]);
    // Of a stretch that does not fit as a whole, its end does.
    if (from > 0 && room > 0 && rows[from - 1].count <= rows_drawn_alike) {
      stretch& cut = rows[--from];
      cut.first += cut.count - room;
      cut.count = room;
    }
  }
  const std::int64_t earlier = from < rows.size() ? rows[from].first - first_row : 0;
  if (earlier > 0)
    text_ +=
        painted("(" + counted(earlier, "earlier row", "earlier rows") + " not drawn: --all draws everything)", tone::dim, looks_) + "\n";
  draw_ruler();
  for (std::size_t i = from; i < rows.size(); ++i) draw_stretch(rows[i]);
  draw_legend();
}

void strip_writer::draw_ruler() {
  if (wraps()) return;
  std::string ruler;
  const auto mark_at = [&](std::size_t column, const std::string& mark) {
    ruler.resize(std::max(ruler.size(), column), ' ');
    ruler += mark;
  };
  switch (unit_) {
    case granularity::minute:
      for (std::size_t m = 0; m < 60; m += 10) mark_at(m, std::to_string(m));
      break;
    case granularity::hour:
      for (std::size_t h = 0; h < 24; h += 6) mark_at(h, std::to_string(h));
      break;
    case granularity::day:
    case granularity::week:
      mark_at(0, "1");
      for (std::size_t n = unit_ == granularity::day ? 5 : 10; n <= columns_; n += unit_ == granularity::day ? 5 : 10)
        mark_at(n - 1, std::to_string(n));
      break;
    case granularity::month:
      ruler = "JFMAMJJASOND";
      break;
    case granularity::quarter:
      ruler = "1234";
      break;
    case granularity::year:
      ruler = "0123456789";
      break;
  }
  text_ += painted(padded("") + ruler, tone::dim, looks_) + "\n";
}

void strip_writer::draw_stretch(const stretch& s) {
  const std::int64_t lines = lines_of(s);
  if (lines == s.count) {
    for (std::int64_t i = 0; i < s.count; ++i) draw_row(s.first + i);
    return;
  }
  if (s.all == cell::none) return draw_count(s.count, " without records");
  draw_row(s.first);
  draw_count(s.count - 2, " like these");
  draw_row(s.first + s.count - 1);
}

void strip_writer::draw_count(std::int64_t count, const char* what) {
  text_ += padded("") + painted((looks_.unicode ? "… " : "... ") + counted(count, "row", "rows") + what, tone::dim, looks_) + "\n";
}

void strip_writer::draw_row(std::int64_t index) {
  const calendar_row row = calendar_row_at(unit_, index);
  std::vector<std::pair<cell, std::size_t>> pieces;
  ordinal next = row.partitions.first;
  const auto add = [&](cell c, ordinal until) {
    if (until >= next) pieces.emplace_back(c, static_cast<std::size_t>(until - next + 1));
    next = std::max(next, until + 1);
  };
  cells_.visit(row.partitions, [&](range at, cell c) {
    add(cell::none, at.first - 1);
    add(c, at.last);
  });
  add(cell::none, row.partitions.last);

  const std::size_t room = std::max<std::size_t>(looks_.columns > label_width_ + 2 ? looks_.columns - label_width_ - 2 : 0, 1);
  std::string line = padded(row.label) + std::string(row.offset, ' ');
  std::size_t used = row.offset;
  for (auto [c, count] : pieces)
    while (count > 0) {
      if (used == room) {
        text_ += line + "\n";
        line = padded("");
        used = 0;
      }
      const std::size_t now = std::min(count, room - used);
      line += drawn(c, now, looks_);
      used += now;
      count -= now;
    }
  text_ += line + "\n";
}

void strip_writer::draw_legend() {
  std::array<std::int64_t, cell_looks.size()> counts{};
  cells_.visit_all([&](range at, cell c) { counts[static_cast<std::size_t>(c)] += at.size(); });
  text_ += "\n";
  for (std::size_t i = 1; i < counts.size(); ++i)
    if (counts[i] > 0)
      text_ += "  " + drawn(static_cast<cell>(i), 1, looks_) + " " + grouped(counts[i]) + " " + std::string(cell_looks[i].meaning) + "\n";
}

std::string strip_writer::finish() { return std::move(text_); }

}  // namespace

std::string calendar_strip(granularity unit, const cell_map& cells, std::size_t rows_max, const style& looks) {
  if (cells.empty()) return {};
  strip_writer writer(unit, cells, looks);
  writer.draw(stretches_of(unit, cells), rows_max);
  return writer.finish();
}

}  // namespace partmark
