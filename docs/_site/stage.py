"""Writes the folder that the site is built from: our pages with drawings, and the reference that comes from the code.

`python docs/_site/stage.py FOLDER` empties FOLDER. The pages in docs/ stay as they are read in the repository: links to
files that are no page of the site lose their link, mermaid blocks become drawings.
"""

import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(HERE)]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chimera.settings")
os.environ.setdefault("SECRET_KEY", "only-to-read-docstrings")
os.environ["COLUMNS"] = "100"  # argparse breaks lines by the terminal; the page has one width

import drawing  # noqa: E402
import mermaid  # noqa: E402

# What the site holds besides docs/: the file in the repository -> its page.
MORE = {"CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changes.md"}
NAVIGATION: dict[str, tuple[str, ...]] = {
    "Start here": ("start",),
    "Concepts": (
        "how-it-works",
        "promises",
        "nodes-and-circuits",
        "house",
        "states",
        "money",
        "record",
        "bench",
        "chaos",
        "limits",
    ),
    "How to": (
        "own-agent",
        "own-feeds",
        "figures",
        "provenance",
        "models",
        "memory",
        "studio-providers",
        "reviewing",
        "groups",
        "board",
        "people",
        "told",
        "auditing",
        "passport",
        "judging",
        "studio",
        "servers",
        "scheduling",
        "platforms/x",
        "platforms/instagram",
        "stopping",
        "grants",
        "campaigns",
        "cohorts",
        "replay",
        "runs",
        "planning",
        "backup",
        "assets",
        "growth",
        "adding-a-policy",
        "policies",
        "honesty",
        "injection",
        "inbox",
        "metrics",
        "trends",
        "contributing",
    ),
    "Reference": ("reference/commands", "commands", "reference/settings", "reference/python", "traceability"),
    "Requirements and decisions": ("specs/README", "adr/README", "changes"),
}
SOCKETS = {
    "Kind: what a task does": "agents.worker.base",
    "Policy: one rule of the judge": "governance.policies.base",
    "Provider: a model": "chimera.core.llm.base",
    "Source: a kind of feed": "publishing.trends.sources.base",
    "Connector: a platform": "publishing.connectors.base",
    "ImageMaker: pictures": "publishing.media.images.base",
    "Maker: images and clips for money": "publishing.media.making.base",
    "Anchor: where checkpoints stand": "governance.audit.anchors.base",
}
SERVICES = {
    "Transitions: the one door of state": "governance.transitions",
    "Leases": "governance.leases.services",
    "Budgets": "governance.budgets.services",
    "The sealed record: proofs": "governance.audit.proofs",
    "Controls: pause and stop": "governance.controls.services",
    "Effects": "governance.effects.services",
    "Grants": "governance.grants.services",
    "Governor": "governance.governor",
    "Routing": "governance.routing",
    "Thresholds": "governance.thresholds.services",
    "Reviews": "governance.reviews.services",
}

LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(<?([^)\s>]+)>?\)")
MERMAID = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FENCED = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)


def pages() -> dict[Path, Path]:
    """Every page that is written by hand or by a command: its file -> its place in the site."""
    found = {path: path.relative_to(ROOT / "docs") for path in sorted((ROOT / "docs").rglob("*.md"))}
    found |= {path: path.relative_to(ROOT) for path in sorted((ROOT / "specs").glob("*.md"))}
    return found | {ROOT / name: Path(page) for name, page in MORE.items()}


def linked(text: str, *, page: Path, known: Mapping[Path, Path]) -> str:
    """The text with its links as the site needs them."""

    def mend(match: re.Match[str]) -> str:
        sign, words, target = match.groups()
        path, mark, fragment = target.partition("#")
        if not path or re.match(r"[a-z][a-z0-9+.-]*:", target):
            return match[0]
        file = (page.parent / path).resolve()
        if file in known:
            return f"{sign}[{words}]({os.path.relpath(known[file], known[page].parent)}{mark}{fragment})"
        return match[0] if sign else words  # a picture lies beside its page

    return "".join(part if part.startswith("```") else LINK.sub(mend, part) for part in FENCED.split(text))


def drawn(text: str, *, page: str) -> str:
    """The text with a drawing in place of every mermaid block. Raises mermaid.Unreadable."""

    def draw(match: re.Match[str]) -> str:
        heading = re.findall(r"^#+ (.+)$", text[: match.start()], re.MULTILINE)
        graph = mermaid.read(text=match[1], title=f"{page}: {heading[-1] if heading else 'drawing'}")
        return f'<div class="drawing">{drawing.svg(graph)}</div>\n'

    return MERMAID.sub(draw, text)


def commands() -> str:
    """The page of `--help`, command by command."""
    from django.core.management import load_command_class

    found = sorted(
        (path.stem, ".".join(path.relative_to(ROOT).parts[:-3]))
        for app in ("chimera", "governance", "publishing", "agents")
        for path in (ROOT / app).rglob("management/commands/[a-z]*.py")
    )
    words = "What `manage.py <command> --help` prints. [Commands](../commands.md) says more about each."
    lines = ["# What --help says", "", words, ""]
    for name, app in found:
        help_text = load_command_class(app, name).create_parser("manage.py", name).format_help()
        lines += [f"## {name}", "", "```text", help_text.rstrip(), "```", ""]
    return "\n".join(lines)


def settings() -> str:
    """The page of variables, from `.env.example`: sections, what each is for, its default."""
    lines = ["# Settings", ""]
    words: list[str] = []
    for line in (ROOT / ".env.example").read_text(encoding="utf-8").splitlines():
        if section := re.fullmatch(r"# --- (.+?) -+", line):
            lines += [*words, "", f"## {section[1].capitalize()}", ""]
            words = []
        elif variable := re.fullmatch(r"#?([A-Z][A-Z0-9_]*)=(.*)", line):
            shown = f" Written: `{variable[2]}`." if variable[2] else ""
            lines += [f"`{variable[1]}`", f"  : {' '.join(words)}{shown}", ""]
            words = []
        elif line.startswith("# "):
            words.append(line.removeprefix("# "))
    return "\n".join(lines).replace("\n  : ", "\n: ")


def python() -> str:
    """The page of docstrings: the sockets that others plug into, and the services of governance."""
    lines = ["# Python", "", "From the docstrings: sockets first, then what governance offers to the floors above.", ""]
    for title, module in [*SOCKETS.items(), *SERVICES.items()]:
        lines += [f"## {title}", "", f"`{module}`", ""]
        lines += ["```{eval-rst}", f".. automodule:: {module}", "   :members:", "   :show-inheritance:", "```", ""]
    return "\n".join(lines)


def index() -> str:
    """The first page: what Chimera is, and where everything stands."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    first = readme.split("\n\n")[1]
    lines = ["# Chimera", "", first, "", "![The timeline](pictures/timeline.jpg)", ""]
    for caption, names in NAVIGATION.items():
        there = [name for name in names if name.startswith(("reference/", "specs/")) or _written(name)]
        lines += ["```{toctree}", f":caption: {caption}", ":maxdepth: 1", "", *there, "```", ""]
    return "\n".join(lines)


def _written(name: str) -> bool:
    return f"{name}.md" in MORE.values() or (ROOT / "docs" / f"{name}.md").exists()


def _children(folder: str) -> Iterator[str]:
    return (path.stem for path in sorted((ROOT / folder).glob("*.md")) if path.stem not in ("README",))


def _with_children(text: str, folder: str) -> str:
    """An overview that also names its pages for the side bar."""
    return "\n".join([text.rstrip(), "", "```{toctree}", ":hidden:", "", *_children(folder), "```", ""])


def stage(folder: Path) -> None:
    """Write everything into `folder`, which is emptied first. Raises mermaid.Unreadable."""
    shutil.rmtree(folder, ignore_errors=True)
    known = pages()
    for file, place in known.items():
        text = linked(file.read_text(encoding="utf-8"), page=file, known=known)
        text = drawn(text, page=place.stem)
        if place.name == "README.md":
            text = _with_children(text, "docs/adr" if place.parent.name == "adr" else "specs")
        _write(folder / place, text)
    shutil.copytree(ROOT / "docs" / "pictures", folder / "pictures")
    for name, text in {"commands": commands(), "settings": settings(), "python": python()}.items():
        _write(folder / "reference" / f"{name}.md", text)
    _write(folder / "index.md", index())


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    import django

    if len(sys.argv) != 2:
        sys.exit("Name the folder to write: python docs/_site/stage.py FOLDER")
    django.setup()
    stage(Path(sys.argv[1]))
