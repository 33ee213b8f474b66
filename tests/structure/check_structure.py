"""Holds the tree to the rules of rules.py: `check_structure.py ROOT` prints every violation and exits 1 if there is one."""

import pathlib
import sys

import rules

SOURCE_FOLDERS = ["lib", "daemon", "cli", "tests"]


def check(root):
    """All violations below `root`, in order."""
    root = pathlib.Path(root)
    found = []

    texts = {}
    for folder in SOURCE_FOLDERS:
        for file in sorted((root / folder).rglob("*.[ch]pp")):
            texts[file.relative_to(root).as_posix()] = file.read_text(encoding="utf-8")
    ports = {path.removeprefix("lib/") for path, text in texts.items() if path.startswith("lib/reconcile/") and rules.is_port(text)}
    for path, text in texts.items():
        found += rules.file_violations(path, text, ports)

    architecture = (root / "docs/architecture.md").read_text(encoding="utf-8")
    for folder in sorted(f for f in (root / "lib").iterdir() if f.is_dir()):
        name = f"lib/{folder.name}"
        if folder.name not in rules.ALLOWED:
            found.append(f"{name}:1: a new folder: give it its arrows in tests/structure/rules.py and docs/architecture.md")
        if f"`{name}/`" not in architecture:
            found.append(f"docs/architecture.md:1: `{name}/` is not described")
        cmake = folder / "CMakeLists.txt"
        if cmake.exists():
            found += rules.library_violations(f"{name}/CMakeLists.txt", cmake.read_text(encoding="utf-8"))
        else:
            found.append(f"{name}:1: no CMakeLists.txt: one library a folder")
    return found


if __name__ == "__main__":
    violations = check(sys.argv[1])
    print("\n".join(violations) or "the house stands")
    sys.exit(1 if violations else 0)
