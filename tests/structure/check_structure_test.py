"""The structure check itself: a small house that stands, and one broken wall at a time."""

import pathlib
import tempfile
import unittest

import check_structure
import rules

HEADER = "// A paragraph.\n#pragma once\n"


class structure(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        for name in rules.ALLOWED:
            self.write(f"lib/{name}/CMakeLists.txt", f"partmark_library({name})\n")
        self.write("docs/architecture.md", " ".join(f"`lib/{name}/`" for name in rules.ALLOWED))
        self.write("lib/core/calendar.hpp", HEADER + "#include <vector>\n#include <boost/system/result.hpp>\n")
        self.write("lib/can/request.hpp", HEADER + '#include "core/calendar.hpp"\n')
        self.write("lib/reconcile/journal.hpp", "// Port: the journal.\n#pragma once\n" + '#include "core/calendar.hpp"\n')
        self.write("lib/reconcile/loop.hpp", HEADER + '#include "can/request.hpp"\n#include "reconcile/journal.hpp"\n')
        self.write("lib/sqlite/connection.hpp", HEADER + "inline void f() { sqlite3_open(); }\n")
        self.write("lib/journal/reader.cpp", '#include "sqlite/connection.hpp"\n#include "reconcile/journal.hpp"\n')

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def assert_refused(self, path, text, line, words):
        self.write(path, text)
        found = check_structure.check(self.root)
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(f"{path}:{line}: "), found)
        self.assertIn(words, found[0])

    def test_a_house_within_the_rules_stands(self):
        self.assertEqual(check_structure.check(self.root), [])

    def test_every_arrow_that_is_not_drawn_is_refused(self):
        for folder, allowed in rules.ALLOWED.items():
            for wanted in rules.ALLOWED:
                if wanted == folder or wanted in allowed:
                    continue
                with self.subTest(f"{folder} to {wanted}"):
                    self.assert_refused(f"lib/{folder}/wrong.cpp", f'#include <string>\n#include "{wanted}/thing.hpp"\n', 2, "may include only")
                    self.write(f"lib/{folder}/wrong.cpp", "")

    def test_an_adapter_sees_the_ports_of_reconcile_and_nothing_else_there(self):
        self.assert_refused("lib/state/store.cpp", '#include "reconcile/journal.hpp"\n#include "reconcile/loop.hpp"\n', 2, "reconcile/loop.hpp")

    def test_a_port_that_includes_more_than_its_adapters_may_is_refused(self):
        self.assert_refused("lib/reconcile/remote.hpp", '// Port: far away.\n#pragma once\n#include "can/request.hpp"\n', 3, "a port may include")

    def test_core_stands_on_the_standard_library(self):
        for header in ["boost/json.hpp", "sys/stat.h", "unistd.h", "spdlog/spdlog.h"]:
            with self.subTest(header):
                self.assert_refused("lib/core/wrong.cpp", f"#include <{header}>\n", 1, "lib/core stands on")

    def test_includes_start_at_the_root_of_lib(self):
        self.assert_refused("lib/can/wrong.cpp", '#include "request.hpp"\n', 1, '"can/request.hpp"')
        self.write("lib/can/wrong.cpp", "")
        self.assert_refused("daemon/wrong.cpp", '#include "../lib/can/request.hpp"\n', 1, "include from the root")

    def test_programs_include_everything(self):
        self.write("daemon/main.cpp", '#include "reconcile/loop.hpp"\n#include "wiring.hpp"\n#include <boost/asio.hpp>\n')
        self.write("cli/main.cpp", '#include "journal/writer.hpp"\n')
        self.assertEqual(check_structure.check(self.root), [])

    def test_only_the_clock_adapter_asks_for_the_time(self):
        self.write("daemon/real_clock.cpp", "auto t = std::chrono::steady_clock::now();\n")
        self.write("tests/unit/core/x_test.cpp", "auto t = std::chrono::steady_clock::now();\n")
        self.assertEqual(check_structure.check(self.root), [])
        for call in ["std::chrono::steady_clock::now()", "clock::now ()", "clock_gettime(CLOCK_REALTIME, &t)", "std::time(nullptr)"]:
            with self.subTest(call):
                self.assert_refused("lib/observe/wrong.cpp", f"\nauto t = {call};\n", 2, "clock adapter")

    def test_only_lib_sqlite_says_sqlite3(self):
        for path in ["lib/journal/wrong.cpp", "daemon/wrong.cpp", "tests/integration/wrong.cpp"]:
            with self.subTest(path):
                self.assert_refused(path, "sqlite3_close(db);\n", 1, "only lib/sqlite")
                self.write(path, "")

    def test_decisions_know_no_event_loop_and_no_chance(self):
        for folder in ["can", "reconcile"]:
            self.assert_refused(f"lib/{folder}/wrong.cpp", "#include <boost/asio/awaitable.hpp>\n", 1, "no Asio")
            self.assert_refused(f"lib/{folder}/wrong.cpp", "boost::beast::flat_buffer b;\n", 1, "no Asio")
            self.assert_refused(f"lib/{folder}/wrong.cpp", "std::random_device d;\n", 1, "seeded generator")
            self.write(f"lib/{folder}/wrong.cpp", "")
        self.assert_refused("lib/core/wrong.cpp", "boost::asio::io_context c;\n", 1, "no Asio")

    def test_comments_may_speak_of_what_code_may_not_do(self):
        self.write("lib/core/right.cpp", '// sqlite3_step, boost/asio\n/* steady_clock::now()\n#include "can/x.hpp" */\n')
        self.assertEqual(check_structure.check(self.root), [])

    def test_a_comment_sign_within_a_text_hides_nothing(self):
        self.assert_refused("lib/http/wrong.cpp", 'auto u = "http://"; sqlite3_close(db);\n', 1, "only lib/sqlite")
        self.assert_refused("lib/http/wrong.cpp", "auto n = 1'000; /* ' */ sqlite3_close(db);\n", 1, "only lib/sqlite")

    def test_a_header_opens_with_a_paragraph_and_pragma_once(self):
        self.assert_refused("lib/core/wrong.hpp", "#pragma once\n", 1, "opens with a paragraph")
        self.assert_refused("lib/core/wrong.hpp", "// A paragraph.\n#include <vector>\n#pragma once\n", 1, "#pragma once")

    def test_a_file_has_an_end(self):
        self.write("lib/core/long.cpp", "int i;\n" * rules.LINES_MAX)
        self.assertEqual(check_structure.check(self.root), [])
        self.assert_refused("lib/core/long.cpp", "int i;\n" * (rules.LINES_MAX + 1), rules.LINES_MAX + 1, "split it")

    def test_put_off_work_is_refused(self):
        self.assert_refused("cli/wrong.cpp", "int i;\n// TO" + "DO: later\n", 2, "do it")

    def test_a_folder_that_nobody_described_is_refused(self):
        self.write("lib/extra/CMakeLists.txt", "partmark_library(extra)\n")
        found = check_structure.check(self.root)
        self.assertEqual(len(found), 2, found)
        self.assertIn("a new folder", found[0])
        self.assertIn("`lib/extra/` is not described", found[1])

    def test_a_library_links_along_the_arrows_only(self):
        self.write("lib/journal/CMakeLists.txt", "partmark_library(journal DEPENDS partmark_sqlite partmark_reconcile)\n")
        self.assertEqual(check_structure.check(self.root), [])
        self.assert_refused("lib/http/CMakeLists.txt", "partmark_library(http\n  DEPENDS partmark_core partmark_can)\n", 2, "partmark_can")


if __name__ == "__main__":
    unittest.main()
