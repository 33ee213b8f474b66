#include "core/drift.hpp"

#include <cassert>

namespace partmark {
namespace {

// f(range, is_listed) for the parts of `r` that are listed and those that are not, ascending.
template <class F>
void split_by(const range_set& listed, range r, F f) {
  ordinal from = r.first;
  listed.visit(r, [&](range at, in_set) {
    if (at.first > from) f(range{from, at.first - 1}, false);
    f(at, true);
    from = at.last + 1;
  });
  if (from <= r.last) f(range{from, r.last}, false);
}

}  // namespace

drift_report compare(const ledger& book, const range_set& listed) {
  assert(book.quiet());
  drift_report report;
  book.quiet()->visit_all([&](range quiet, in_set) {
    book.marks().visit(quiet, [&](range at, mark m) {
      report.compared += at.size();
      split_by(listed, at, [&](range part, bool is_listed) {
        if (m == mark::success && !is_listed) report.missing.push_back(part);
        if (m != mark::success && is_listed) report.unexpected.push_back(part);
      });
    });
  });
  report.unknown = listed.partitions();
  listed.visit_all([&](range at, in_set) { book.marks().visit(at, [&](range known, mark) { report.unknown -= known.size(); }); });
  return report;
}

}  // namespace partmark
