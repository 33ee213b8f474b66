"""`partmark explain`: from the record and its job, through the fold, to the call and the platform's reply."""

import http.server
import json
import re
import threading
import unittest

from cli_support import NOWHERE, cli_case

ACCEPTED = {"data": "success", "success": True, "code": "200", "errorMsg": None, "traceId": "t-yes"}
REFUSED = {"data": None, "success": False, "code": "4711", "errorMsg": "no such partition", "traceId": "t-no"}


class platform:
    """Answers as it is told to; None closes the connection without a word."""

    def __init__(self):
        self.reply = ACCEPTED
        outer = self

        class handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                if outer.reply is None:
                    self.close_connection = True
                    return
                body = json.dumps(outer.reply).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class explain(cli_case):
    def setUp(self):
        super().setUp()
        self.can = platform()
        self.addCleanup(self.can.close)
        self.space.configure(self.can.url, plans=[{"uuid": "u1", "name": "orders", "granularity": "DAY"}])
        self.init()

    def record(self, outcome, first, last=None, job=None, plan="u1"):
        more = (["--last", last] if last else []) + (["--job", job] if job else [])
        self.expect(0, "record", "--plan", plan, "--granularity", "DAY", "--first", first, "--outcome", outcome, *more)

    def deliver(self, code=0, deadline="30s"):
        self.assertEqual(self.space.once("--deadline", deadline).child.returncode, code)

    def json(self, *arguments, code=0):
        return json.loads(self.expect(code, "explain", *arguments, "--json").stdout)

    def text(self, *arguments):
        return self.expect(0, "explain", *arguments).stdout

    def test_an_accepted_mark_is_followed_from_its_record_to_the_reply(self):
        self.record("success", "2025-10-18", "2025-10-20", "nightly")
        self.record("failed", "2025-10-20", job="repair")
        self.record("success", "2025-10-21", job="other-day")
        self.deliver()
        told = self.json("orders", "2025-10-20")
        self.assertEqual((told["plan"], told["name"], told["partition"]), ("u1", "orders", "2025-10-20T00:00:00"))
        self.assertEqual((told["mark"], told["standing"], told["held"]), ("failed", "accepted", None))
        self.assertEqual([(r["seq"], r["job"], r["fate"]) for r in told["records"]], [(2, "repair", "decides"), (1, "nightly", "overridden")])
        self.assertEqual([(c["mark"], c["verdict"], c["http_status"], c["trace_id"]) for c in told["calls"]], [("failed", "accepted", 200, "t-yes")])
        text = self.text("orders", "2025-10-20")
        for piece in ["orders (u1)", "2025-10-20", "failed: the platform has accepted it", "repair", "decides", "overridden", "traceId t-yes"]:
            self.assertIn(piece, text)
        self.assertNotIn("other-day", text)

    def test_what_is_not_read_yet_is_said_also_without_any_state(self):
        self.record("success", "2025-10-20", job="nightly")
        told = self.json("u1", "2025-10-20")
        self.assertEqual((told["mark"], told["standing"]), (None, "unknown"))
        self.assertEqual([(r["seq"], r["fate"]) for r in told["records"]], [(1, "unread")])
        self.record("failed", "2025-10-20", plan="not-configured")
        self.assertEqual([r["seq"] for r in self.json("not-configured", "2025-10-20")["records"]], [2])

    def test_what_waits_shows_the_failed_tries(self):
        self.record("success", "2025-10-20")
        self.can.reply = None
        self.deliver(75, "500ms")
        told = self.json("u1", "2025-10-20")
        self.assertEqual((told["mark"], told["standing"]), ("success", "waiting"))
        self.assertEqual({c["verdict"] for c in told["calls"]}, {"ambiguous"})
        self.assertEqual(told["may_land"], ["success"])
        self.assertIn("A lost call may still land here with: success", self.text("u1", "2025-10-20"))

    def test_what_is_held_shows_the_refusal(self):
        self.record("success", "2025-10-20")
        self.can.reply = REFUSED
        self.deliver(1)
        told = self.json("u1", "2025-10-20")
        self.assertEqual(told["standing"], "held")
        self.assertEqual((told["held"]["code"], told["held"]["trace_id"]), ("4711", "t-no"))
        self.assertIn("no such partition", self.text("u1", "2025-10-20"))

    def test_a_partition_that_no_record_names_is_no_error(self):
        self.record("success", "2025-10-20")
        self.deliver()
        told = self.json("u1", "2025-10-19")
        self.assertEqual((told["mark"], told["standing"], told["records"], told["calls"]), (None, "unknown", [], []))
        self.assertIn("no record of it is folded", self.text("u1", "2025-10-19"))

    def test_a_full_refresh_has_no_partition(self):
        for outcome in ("success", "failed"):
            self.expect(0, "record", "--plan", "whole", "--full-refresh", "--outcome", outcome, "--job", "rebuild")
        self.deliver()
        told = self.json("whole")
        self.assertEqual((told["partition"], told["mark"], told["standing"]), (None, "failed", "untellable"))
        self.assertEqual([r["fate"] for r in told["records"]], ["decides", "overridden"])
        self.assertIn("leave it out", self.expect(2, "explain", "whole", "2025-10-20").stderr)

    def test_pruned_records_are_said_to_be_gone(self):
        self.record("success", "2025-10-20")
        self.deliver()
        connection = self.open_journal()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO plan_completion(plan, granularity, first, outcome) VALUES ('other', 'DAY', '2025-10-20', 'success')")
        connection.execute("COMMIT")
        self.deliver()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE journal_identity SET plans_pruned_through = 1")
        connection.execute("DELETE FROM plan_completion WHERE seq = 1")
        connection.execute("COMMIT")
        told = self.json("u1", "2025-10-20")
        self.assertEqual((told["mark"], told["cause_is_gone"], told["pruned_through_seq"]), ("success", True, 1))
        self.assertIn("pruned", self.text("u1", "2025-10-20"))

    def test_records_that_were_rejected_for_their_granularity_are_spoken_of(self):
        self.record("success", "2025-10-20")
        self.expect(0, "record", "--plan", "u1", "--granularity", "HOUR", "--first", "2025-10-21T00:00:00", "--outcome", "success")
        self.deliver(1)
        self.assertEqual(self.json("orders", "2025-10-21")["rejected_others"], 1)
        self.assertIn("partmark rejected", self.text("orders", "2025-10-21"))

    def test_of_a_call_of_many_ranges_it_is_said_that_only_the_first_are_kept(self):
        for month in range(1, 9):
            for day in range(1, 13, 2):
                self.record("success", f"2025-{month:02}-{day:02}")
        self.deliver()
        said = self.text("orders", "2025-08-11")
        self.assertIn("only the first 32 ranges are kept", said)
        self.assertNotIn("no longer among", said)

    def test_a_limit_that_was_lowered_since_hides_no_record(self):
        self.record("success", "2025-10-01", last="2025-10-20")
        self.deliver()
        self.space.configure(self.can.url, journal={"max_partitions_per_record": 5}, plans=[{"uuid": "u1", "name": "orders", "granularity": "DAY"}])
        told = self.json("orders", "2025-10-07")
        self.assertEqual((told["records"][0]["fate"], told["cause_is_gone"]), ("decides", False))

    def test_a_long_history_is_cut_and_its_cause_kept(self):
        for _ in range(30):
            self.record("success", "2025-10-20")
        self.deliver()
        told = self.json("u1", "2025-10-20")
        self.assertEqual((len(told["records"]), told["more_records"], told["records"][0]["fate"]), (20, True, "decides"))
        for _ in range(25):
            self.record("failed", "2025-10-20")
        told = self.json("u1", "2025-10-20")
        self.assertEqual([r["fate"] for r in told["records"]], ["unread"] * 20 + ["decides"])
        self.assertEqual((told["records"][-1]["seq"], told["mark"], told["more_records"]), (30, "success", True))

    def test_questions_that_mean_nothing_are_usage_errors(self):
        self.record("success", "2025-10-20")
        self.deliver()
        self.assertIn("nobody", self.expect(1, "explain", "nobody", "2025-10-20").stderr)
        for partition in ["2025-02-30", "yesterday", "", "2025-10-20T07:00:00"]:
            self.assertIn("PARTITION", self.expect(2, "explain", "u1", partition).stderr)
        self.assertIn("PARTITION", self.expect(2, "explain", "u1").stderr)

    def test_the_form_that_is_suggested_is_one_that_is_taken(self):
        first = {"MINUTE": "2025-10-20T07:01:00", "HOUR": "2025-10-20T07:00:00", "MONTH": "2025-11", "QUARTER": "2025-04", "YEAR": "2024"}
        for unit in ("MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR"):
            self.expect(0, "record", "--plan", unit, "--granularity", unit, "--first", first.get(unit, "2025-10-13"), "--outcome", "success")
            said = self.expect(2, "explain", unit).stderr
            suggested = re.search(rf"the start of a {unit}, such as (\S+);", said)[1]
            self.assertEqual(self.json(unit, suggested)["granularity"], unit)

    def test_a_plan_that_is_not_folded_yet_has_the_granularity_that_the_fold_will_give_it(self):
        for granularity, first in [("DAY", "2025-10-20"), ("YEAR", "2025")]:
            self.expect(0, "record", "--plan", "unread", "--granularity", granularity, "--first", first, "--outcome", "success")
        told = self.json("unread", "2025-10-20")
        self.assertEqual((told["granularity"], [r["seq"] for r in told["records"]]), ("DAY", [1]))

    def test_a_journal_that_cannot_be_read_is_trouble_and_the_rest_is_told(self):
        self.record("success", "2025-10-20")
        self.deliver()
        for file in self.space.journal_path.parent.iterdir():
            file.unlink()
        told = self.json("u1", "2025-10-20", code=1)
        self.assertEqual((told["mark"], told["records"]), ("success", []))
        self.assertIn("there is no journal", told["journal_trouble"])
        self.init()
        self.assertIn("adopt-journal", self.json("u1", "2025-10-20", code=1)["journal_trouble"])

    def test_hostile_words_are_shown_harmlessly(self):
        self.space.configure(NOWHERE)
        self.record("success", "2025-10-20", job="\N{SNOWMAN} <b>&")
        connection = self.open_journal()
        connection.execute("INSERT INTO plan_completion(plan, granularity, first, outcome, recorded_at) VALUES ('u1', 'DAY', '2025-10-20', 'failed', ?)",
                           ("\x1b[31mnow\n",))  # fmt: skip
        text = self.text("u1", "2025-10-20")
        self.assertNotIn("\x1b", text)
        self.assertIn("\N{SNOWMAN} <b>&", text)


if __name__ == "__main__":
    unittest.main()
