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

    def test_every_event_has_one_id_and_every_id_one_explanation(self):
        pairs = re.findall(r'\{event_name::(\w+), "([0-9a-f]{32})"\}', (ROOT / "lib/reconcile/event_ids.hpp").read_text())
        self.assertEqual([name for name, _ in pairs], list(declared()), "one id an event, in the order of event_names.hpp")
        ids = [id for _, id in pairs]
        self.assertEqual(len(ids), len(set(ids)), "an id is used twice")
        catalog = (ROOT / "etc/catalog/partmark.catalog").read_text()
        self.assertEqual(sorted(re.findall(r"^-- ([0-9a-f]{32})$", catalog, re.MULTILINE)), sorted(ids))

    def test_an_explanation_names_only_fields_and_runbooks_that_there_are(self):
        fields = {row[0]: set(re.findall(r"[a-z_]+", row[1])) for row in re.findall(r"^\| `([a-z_.]+)` \|.*\|([^|]*)\|$", (ROOT / "docs/events.md").read_text(), re.MULTILINE)}
        runbooks = set(re.findall(r"^## (.*)$", (ROOT / "docs/operations.md").read_text(), re.MULTILINE))
        names = {id: declared()[name] for name, id in re.findall(r'\{event_name::(\w+), "([0-9a-f]{32})"\}', (ROOT / "lib/reconcile/event_ids.hpp").read_text())}
        for id, entry in re.findall(r"^-- ([0-9a-f]{32})\n(.*?)(?=^-- |\Z)", (ROOT / "etc/catalog/partmark.catalog").read_text(), re.MULTILINE | re.DOTALL):
            self.assertRegex(entry, r"\ASubject: .+\nDefined-By: partmark\nDocumentation: file:///usr/share/doc/partmark/\w+\.md\n\n\S", names[id])
            for field in re.findall(r"@PARTMARK_(\w+)@", entry):
                self.assertIn(field.lower(), fields[names[id]], names[id])
            for runbook in re.findall(r'More: "(.*)" in the operations document', entry):
                self.assertIn(runbook, runbooks, names[id])


if __name__ == "__main__":
    unittest.main()
