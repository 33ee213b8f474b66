"""The status page of the real daemon as HTML: what it shows, that hostile names stay text, and that ten thousand plans stay small pages."""

import html.parser
import re
import unittest
import urllib.parse

import status_world
from journal import journal
from status_test import status_case
from support import eventually

BYTES_MAX = 200_000  # of any page

VOID = {"meta", "link", "input", "br"}
OPTIONAL = {"th", "li", "td", "tr", "thead", "tbody"}  # HTML lets their ends be left out


class outline(html.parser.HTMLParser):
    """Elements that must be closed are, ids are given once, and text and links as a reader meets them."""

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.links, self.scripts, self.text = [], [], [], 0, []
        self.handlers = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.handlers += [name for name in given if name.startswith("on") or name == "style"]
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if tag == "a" else []
        self.scripts += tag == "script"
        if tag not in VOID and tag not in OPTIONAL and not self.get_starttag_text().endswith("/>"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in OPTIONAL or tag in ("path", "rect"):
            return
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()

    def handle_data(self, data):
        self.text.append(data)


class page_case(status_case):
    def page(self, path):
        status, headers, body = self.ask(path)
        self.assertEqual(status, 200, path)
        self.assertEqual(headers["Content-Type"], "text/html; charset=utf-8")
        self.assertLess(len(body.encode()), BYTES_MAX, path)
        seen = outline(body)
        self.assertEqual((seen.open, seen.handlers, seen.scripts), ([], [], 1), path)
        self.assertEqual(len(seen.ids), len(set(seen.ids)), path)
        self.assertNotIn("https://", body)
        return seen


class pages(page_case):
    def setUp(self):
        super().setUp()
        self.can.stop()
        self.can = status_world.build(self.space)
        self.serve()
        eventually(lambda: self.space.settled() is not None, "all is accepted")
        status_world.later(self.space, self.can)
        eventually(lambda: self.space.read("status")["held_plans"] == 1, "the refusal is held")

    def text(self, path):
        return " ".join(" ".join(self.page(path).text).split())

    def test_the_overview_tells_the_state_of_things(self):
        eventually(lambda: "circuit open" in self.text("/"), "the endpoint at which nobody listens is in trouble")
        text = self.text("/")
        for said in ("Some marks do not get through", "endpoint can-lab", "the materialization was altered", "PLAN_ALTERED", "41 plans", "plan.held"):
            self.assertIn(said, text)
        self.assertLess(text.index("returns"), text.index("ad_spend"), "what needs attention comes first")

    def test_every_link_leads_somewhere_and_every_page_is_whole(self):
        seen, waiting = set(), ["/", "/held", "/rejected", "/events", "/?q=orders&sort=name", "/?page=99", "/plan?id=hourly_clicks&at=2026-10-05T07:00:00"]
        while waiting:
            path = waiting.pop().partition("#")[0]
            if path in seen or not path.startswith("/") or path in ("/metrics", "/healthz"):
                continue
            seen.add(path)
            if len(seen) < 150:
                waiting += self.page(path).links
        self.assertGreater(len(seen), 60)

    def test_a_plan_shows_its_partitions_its_refusal_and_its_calls(self):
        u = status_world.uuid_of("returns")
        text = self.text(f"/plan?id={u}")
        for said in ("returns", u, "DAY", "2026-11-18 to 2026-11-22", "the materialization was altered", "2026-11-18 success, held", "rejected", "plan.held",
                     "2026-09-08 success; drift: the platform's list lacked it", "2026-09-11 success; drift was found, and it was accepted since",
                     "differed in 4 partitions; 1 accepted since", "--repair"):
            self.assertIn(said, text)
        self.assertIn("2024-02-12 success", self.text(f"/plan?id={u}&at=2024-06-01"))
        self.assertEqual(self.ask("/plan?id=unknown")[0], 404)
        self.assertEqual(self.ask(f"/plan?id={u}&at=nonsense")[0], 200)

    def test_every_granularity_has_its_calendar(self):
        for plan, cell in {
            "hourly_clicks": "2026-11-03T05:00:00 failed", "minutes_of_today": "2026-11-22T13:37:00 success", "weekly_summary": "2026-11-16 success",
            "monthly_close": "2026-10 success", "quarterly_report": "2026-07 success", "yearly_report": "2025 success",
            "dimension_countries": "The whole table: success",
        }.items():
            self.assertIn(cell, self.text(f"/plan?id={plan}"), plan)

    def test_a_hostile_name_is_text_everywhere(self):
        path = "/plan?id=" + urllib.parse.quote(status_world.HOSTILE, safe="")
        for p in ("/", path, "/events", "/?q=" + urllib.parse.quote("<script>")):
            self.page(p)
        self.assertIn(status_world.HOSTILE, self.text(path))

    def test_rejected_records_are_listed_with_their_reason(self):
        text = self.text("/rejected")
        self.assertIn("orders_by_region_old", text)
        self.assertIn("2026-02-30", text)

    def test_files_are_kept_by_browsers_until_they_change(self):
        for path in ("/status.css", "/status.js", "/favicon.svg"):
            status, headers, body = self.ask(path)
            self.assertEqual(status, 200)
            self.assertGreater(len(body), 100)
            self.assertEqual(self.ask(path, headers={"If-None-Match": headers["ETag"]})[0::2], (304, ""))


class many(page_case):
    def test_ten_thousand_plans_stay_small_pages(self):
        self.serve()
        with journal(self.space.journal_path) as book:
            book.add_all([(f"plan-{i:05}", "DAY", "2025-01-01", "2025-10-20", "success") for i in range(10_000)])
            # One plan with as many runs as a day has minutes, for years of hours.
            book.add("long", "HOUR", "2017-01-01T00:00:00", last="2025-06-26T11:00:00")
            book.add_all([("long", "HOUR", f"2025-0{m}-{d:02}T{h:02}:00:00", None, "failed") for m in range(1, 7) for d in range(1, 27) for h in range(0, 24, 2)])
        eventually(self.space.folded, "all is read")
        seen = self.page("/")
        self.assertIn("10,001 plans", " ".join(seen.text))
        self.assertEqual(len([link for link in seen.links if link.startswith("/plan?")]), 50)
        names = []
        for number in (1, 2, 201):
            names += [link for link in self.page(f"/?sort=name&page={number}").links if link.startswith("/plan?")]
        self.assertEqual((len(names), len(set(names))), (101, 101))
        found = [link for link in self.page("/?q=PLAN-0999").links if link.startswith("/plan?")]
        self.assertEqual(found, [f"/plan?id=plan-0999{i}" for i in range(10)])
        for at in ("", "&at=2017-01-01T00:00:00", "&at=2025-03-03T00:00:00"):
            text = " ".join(self.page("/plan?id=long" + at).text)
            self.assertLessEqual(len(re.findall(r"T\d\d:00:00 ", text)), 31 * 24)


if __name__ == "__main__":
    unittest.main()
