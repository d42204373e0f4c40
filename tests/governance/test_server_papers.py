"""The papers of a server: every form that is read, and one sentence for what is not. MCP-2."""

import json
from pathlib import Path
from typing import Any

import pytest

from chimera.core import storage
from governance.servers import papers

pytestmark = pytest.mark.spec("MCP-2")


def written(folder: Path, content: Any) -> Path:
    path = folder / "paper.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


@pytest.fixture(autouse=True)
def shelf(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def test_a_list_of_dependencies_is_kept_by_its_hash_with_its_licences(tmp_path: Path) -> None:
    components = [
        {"name": "a", "version": "1", "licenses": [{"license": {"id": "MIT"}}]},
        {"name": "b", "licenses": [{"expression": "MIT OR Apache-2.0"}, {"license": {"name": "Own"}}]},
        {"name": "c", "version": "3"},
    ]
    path = written(tmp_path, {"bomFormat": "CycloneDX", "specVersion": "1.5", "components": components})
    found = papers.sbom(path)
    assert storage.get(found.sha256) == path.read_bytes()
    assert found.summary == {
        "format": "CycloneDX 1.5",
        "components": 3,
        "licences": {"MIT": 1, "MIT OR Apache-2.0": 1, "Own": 1, "(none given)": 1},
        "names": ["a 1", "b (no version)", "c 3"],
    }


@pytest.mark.parametrize(
    ("content", "findings", "answered"),
    [
        (
            {"dependencies": [{"name": "a", "vulns": [{"id": "P-1"}]}, {"name": "b", "skip_reason": "local"}]},
            {"unknown": 1},
            0,
        ),
        (
            {
                "results": [
                    {
                        "packages": [
                            {
                                "vulnerabilities": [
                                    {"id": "G-1", "database_specific": {"severity": "MODERATE"}},
                                    {"id": "G-2"},
                                    {"id": "G-3"},
                                    {"id": "G-4"},
                                ],
                                "groups": [
                                    {"ids": ["G-2"], "max_severity": "9.8"},
                                    {"ids": ["G-3"], "max_severity": "0.0"},
                                ],
                            }
                        ]
                    }
                ]
            },
            {"critical": 1, "medium": 1, "none": 1, "unknown": 1},
            0,
        ),
        (
            {
                "bomFormat": "CycloneDX",
                "metadata": {"timestamp": "2026-11-01T00:00:00Z", "tools": {"components": [{"name": "grype"}]}},
                "vulnerabilities": [
                    {"id": "C-1", "ratings": [{"severity": "low"}, {"severity": "high"}]},
                    {"id": "C-2", "analysis": {"state": "not_affected"}},
                    {"id": "C-3"},
                ],
            },
            {"high": 1, "unknown": 1},
            1,
        ),
        ({"dependencies": []}, {}, 0),
    ],
    ids=["pip-audit", "osv", "vex", "clean"],
)
def test_a_scan_is_read_by_severity(tmp_path: Path, content: Any, findings: dict[str, int], answered: int) -> None:
    found = papers.scan(written(tmp_path, content))
    assert (found.summary["findings"], found.summary["answered"]) == (findings, answered)
    assert found.summary["date"].startswith("20")
    assert len(found.summary["ids"]) == sum(findings.values())


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("not json", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[]", "is no JSON object"),
        ({"spdxVersion": "2.3"}, "is no CycloneDX list of dependencies"),
        ({"bomFormat": "CycloneDX"}, "lists no components"),
        ({"bomFormat": "CycloneDX", "components": ["a"]}, "lists no components"),
        ({"bomFormat": "CycloneDX", "components": []}, "lists 0 components"),
    ],
)
def test_what_is_no_list_of_dependencies_is_one_sentence(tmp_path: Path, content: Any, why: str) -> None:
    with pytest.raises(papers.Unreadable, match=why):
        papers.sbom(written(tmp_path, content))


def test_what_is_no_scan_and_no_file_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(papers.Unreadable, match="is no scan that can be read"):
        papers.scan(written(tmp_path, {"bomFormat": "CycloneDX", "components": []}))
    with pytest.raises(papers.Unreadable, match="is not there"):
        papers.scan(tmp_path / "nowhere.json")
    monkeypatch.setattr(papers, "BYTES_MAX", 5)
    with pytest.raises(papers.Unreadable, match="more than 0 MB"):
        papers.scan(written(tmp_path, {"dependencies": []}))


def test_our_own_list_is_of_what_is_installed_here() -> None:
    sha256, document = papers.installed()
    assert papers.bill(document, what="ours")["components"] > 50
    assert any(one["name"] == "django" and one["purl"].startswith("pkg:pypi/django@") for one in document["components"])
    assert papers.installed()[0] == sha256
