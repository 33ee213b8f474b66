"""The rules of the house as functions from one file to its violations; docs/architecture.md says why each of them stands.

A violation is a string `path:line: what is wrong and what to do`. Nothing here touches the file system.
"""

import re

# Which folders of lib/ each folder may include. PORTS stands for the port headers of lib/reconcile: those whose first line begins "// Port:".
PORTS = "reconcile's ports"
ALLOWED = {
    "core": [],
    "can": ["core"],
    "reconcile": ["core", "can"],
    "sqlite": ["core"],
    "journal": ["core", "sqlite", "sql", PORTS],  # sql/: the headers that the build makes of the schemas
    "state": ["core", "sqlite", "sql", PORTS],
    "http": ["core"],
    "config": ["core"],
    "observe": ["core", PORTS],
    "status": ["core", PORTS],
}
PURE = ("lib/core/", "lib/can/", "lib/reconcile/")
CORE_THIRD_PARTY = ["boost/system/result.hpp"]
LINES_MAX = 350

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
CLOCK = re.compile(r"clock::now\s*\(|\bclock_gettime\b|\bgettimeofday\b|\bstd::time\s*\(")
ASIO = re.compile(r"\bboost/(asio|beast)\b|\bboost::(asio|beast)\b")

COMMENT_OR_TEXT = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"([^(\s]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9A-Za-z_])\'(?:\\.|[^\'\\\n])*\'', re.DOTALL
)


def without_comments(text):
    """The code alone: comments become blank, line for line."""

    def blank(match):
        return "\n" * match[0].count("\n") if match[0].startswith("/") else match[0]

    return COMMENT_OR_TEXT.sub(blank, text)


def folder_of(path):
    """The folder of lib/ that `path` lies in, or None."""
    parts = path.split("/")
    return parts[1] if parts[0] == "lib" and len(parts) > 2 else None


def is_port(text):
    return text.startswith("// Port:")


def include_violation(path, mark, target, ports, own_is_port):
    """What is wrong with one #include of `path`, or None. `ports` holds the names of the port headers, such as reconcile/journal.hpp."""
    folder = folder_of(path)
    if mark == "<":
        if folder == "core" and ("/" in target or "." in target) and target not in CORE_THIRD_PARTY:
            return f"<{target}>: lib/core stands on the standard library and {', '.join(CORE_THIRD_PARTY)} alone"
        return None
    if ".." in target.split("/"):
        return f'"{target}": include from the root lib/, as "folder/file.hpp"'
    if folder is None:
        return None
    if "/" not in target:
        return f'"{target}": include from the root lib/, as "{folder}/{target}"'
    wanted = target.split("/")[0]
    if own_is_port:
        if wanted == "core" or target in ports:
            return None
        return f'"{target}": a port may include core and other ports only, for its adapters may include no more'
    allowed = ALLOWED.get(folder, [])
    if wanted == folder or wanted in allowed or (PORTS in allowed and target in ports):
        return None
    return f'"{target}": lib/{folder} may include only: {", ".join([folder, *allowed])}'


def file_violations(path, text, ports):
    """All violations of one C++ file."""
    found = []

    def refuse(number, message):
        found.append(f"{path}:{number}: {message}")

    in_tests = path.startswith("tests/")
    pure = path.startswith(PURE)
    for number, line in enumerate(without_comments(text).split("\n"), 1):
        if match := INCLUDE.match(line):
            if message := include_violation(path, match[1], match[2], ports, folder_of(path) == "reconcile" and is_port(text)):
                refuse(number, message)
        if CLOCK.search(line) and not in_tests and "clock" not in path.rsplit("/", 1)[1]:
            refuse(number, "only the clock adapter (a file named *clock*) asks for the time; take it as a parameter")
        if re.search(r"\bsqlite3_", line) and not path.startswith(("lib/sqlite/", "tests/unit/sqlite/", "tests/storage/", "tests/bench/")):
            refuse(number, "only lib/sqlite says sqlite3_; use its connection and statement")
        if pure and ASIO.search(line):
            refuse(number, "no Asio or Beast in core, can and reconcile: decisions know no event loop")
        if pure and "random_device" in line:
            refuse(number, "core, can and reconcile take a seeded generator as a parameter")

    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if re.search(r"\b(TODO|FIXME|XXX)\b", line):
            refuse(number, "say it in an issue, or do it")
    if path.endswith(".hpp"):
        if not text.startswith("//"):
            refuse(1, "a header opens with a paragraph: what it is, who owns it, which thread")
        code = [line.strip() for line in without_comments(text).split("\n") if line.strip()]
        if not code or code[0] != "#pragma once":
            refuse(1, "#pragma once must be the first thing after the opening paragraph")
    if len(lines) - 1 > LINES_MAX:
        refuse(LINES_MAX + 1, f"{len(lines) - 1} lines; a file ends before {LINES_MAX}: split it")
    return found


def library_violations(path, text):
    """What a lib/<folder>/CMakeLists.txt links against must lie under the same arrows as what its files include."""
    folder = folder_of(path)
    allowed = ALLOWED.get(folder, [])
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        for wanted in re.findall(r"\bpartmark_([a-z]+)\b", line.split("#")[0]):
            if wanted not in ALLOWED or wanted in (folder, *allowed) or (wanted == "reconcile" and PORTS in allowed):
                continue
            found.append(f"{path}:{number}: partmark_{wanted}: lib/{folder} may stand only on: {', '.join(allowed) or 'nothing'}")
    return found
