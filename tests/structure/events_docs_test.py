"""Holds docs/events.md, lib/reconcile/event_names.hpp and the code together: no event undocumented, none documented that is never emitted."""

import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(sys.argv.pop() if len(sys.argv) > 1 else ".")
NAME = re.compile(r'inline constexpr std::string_view (\w+) = "([a-z_.]+)";')


def declared():
    """Identifier to event name."""
    return dict(NAME.findall((ROOT / "lib/reconcile/event_names.hpp").read_text()))


class Events(unittest.TestCase):
    def test_every_event_is_documented_and_none_else(self):
        documented = re.findall(r"^\| `([a-z_.]+)` \|", (ROOT / "docs/events.md").read_text(), re.MULTILINE)
        self.assertEqual(len(documented), len(set(documented)), "an event is documented twice")
        self.assertEqual(set(documented), set(declared().values()))

    def test_every_declared_event_is_emitted_somewhere(self):
        code = "\n".join(p.read_text() for folder in ("lib", "daemon") for p in (ROOT / folder).rglob("*.cpp"))
        for identifier in declared():
            self.assertRegex(code, rf"\bevent_name::{identifier}\b", f"{identifier} is never emitted")


if __name__ == "__main__":
    unittest.main()
