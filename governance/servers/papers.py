"""The papers of an entry: its list of dependencies (SBOM, CycloneDX JSON) and a vulnerability scan, by hash.

The file is kept in the storage under its hash, a summary with the entry. Scans are read as `pip-audit -f json`, OSV
(osv-scanner) or CycloneDX with vulnerabilities (VEX). Requirements: MCP-2.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chimera.core import storage
from chimera.core.errors import Denied

BYTES_MAX = 20_000_000
COMPONENTS_MAX = 50_000
SHOWN_MAX = 200  # components and findings in a summary; the file has them all
SEVERITIES = ("critical", "high", "medium", "low", "none", "unknown")
ANSWERED = frozenset({"not_affected", "false_positive", "resolved", "resolved_with_pedigree"})


class Unreadable(Denied):
    """The file is no paper of the kind that was asked for: says what it is and what is wanted."""


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A file that was read: its hash, under which it is stored, and what is shown of it."""

    sha256: str
    summary: dict[str, Any]


def sbom(path: Path) -> Paper:
    """Read and store a list of dependencies: `{"format", "components", "licences", "names"}`. Raises Unreadable."""
    content, found = _json(path, "a list of dependencies")
    if found.get("bomFormat") != "CycloneDX":
        raise Unreadable(f"{path} is no CycloneDX list of dependencies: it has no bomFormat. Make one in JSON.")
    summary = bill(found, what=str(path))
    return Paper(sha256=storage.put(content), summary=summary)


def bill(found: Mapping[str, Any], *, what: str) -> dict[str, Any]:
    """What is shown of a CycloneDX document. `what` names it in refusals."""
    components = found.get("components")
    if not isinstance(components, list) or not all(isinstance(one, dict) and one.get("name") for one in components):
        raise Unreadable(f"{what} lists no components; make the list of dependencies again, with its components.")
    if not components or len(components) > COMPONENTS_MAX:
        raise Unreadable(f"{what} lists {len(components)} components; expected are 1 to {COMPONENTS_MAX:,}.")
    licences = Counter(licence for one in components for licence in _licences(one))
    names = sorted(f"{one['name']} {one.get('version') or '(no version)'}"[:120] for one in components)
    return {
        "format": f"CycloneDX {str(found.get('specVersion', '?'))[:10]}",
        "components": len(components),
        "licences": dict(licences.most_common(40)),
        "names": names[:SHOWN_MAX],
    }


def scan(path: Path) -> Paper:
    """Read and store a scan: `{"tool", "date", "scanned", "findings", "answered", "ids"}`. Raises Unreadable.

    `findings` counts by severity. What a VEX says does not affect the server is counted as `answered` instead.
    """
    content, found = _json(path, "a scan")
    if isinstance(found.get("dependencies"), list):
        told = _pip_audit(found)
    elif isinstance(found.get("results"), list):
        told = _osv(found)
    elif found.get("bomFormat") == "CycloneDX" and isinstance(found.get("vulnerabilities"), list):
        told = _vex(found)
    else:
        raise Unreadable(
            f"{path} is no scan that can be read: give the JSON of pip-audit or osv-scanner, or CycloneDX with "
            "vulnerabilities."
        )
    date = told.get("date") or datetime.fromtimestamp(path.stat().st_mtime, tz=UTC).isoformat(timespec="seconds")
    return Paper(sha256=storage.put(content), summary={**told, "date": str(date)[:40]})


def _json(path: Path, what: str) -> tuple[bytes, dict[str, Any]]:
    try:
        if not path.is_file():
            raise Unreadable(f"{path} is not there, or is no file; give {what} in JSON.")
        if path.stat().st_size > BYTES_MAX:
            raise Unreadable(f"{path} has more than {BYTES_MAX // 1_000_000} MB; give {what} of this server alone.")
        content = path.read_bytes()
    except OSError as error:
        raise Unreadable(f"{path} cannot be read ({error.strerror}).") from error
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{path} is no JSON; give {what} in JSON.") from error
    if not isinstance(found, dict):
        raise Unreadable(f"{path} is no JSON object; give {what} in JSON.")
    return content, found


def _licences(component: Mapping[str, Any]) -> list[str]:
    found = []
    for one in component.get("licenses") or []:
        inner = one.get("license") if isinstance(one, dict) else None
        inner = inner if isinstance(inner, dict) else {}
        name = inner.get("id") or inner.get("name") or (one.get("expression") if isinstance(one, dict) else "")
        found.append(str(name or "(unnamed)")[:60])
    return found or ["(none given)"]


def _told(tool: str, *, scanned: int, findings: Sequence[tuple[str, str]], **more: Any) -> dict[str, Any]:
    """`findings`: id and severity of each."""
    count = Counter(severity if severity in SEVERITIES else "unknown" for _, severity in findings)
    return {
        "tool": tool[:80],
        "scanned": scanned,
        "findings": {severity: count[severity] for severity in SEVERITIES if count[severity]},
        "answered": 0,
        "ids": sorted(identity[:60] for identity, _ in findings)[:SHOWN_MAX],
        **more,
    }


def _mappings(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _pip_audit(found: Mapping[str, Any]) -> dict[str, Any]:
    packages = _mappings(found["dependencies"])
    skipped = [one for one in packages if one.get("skip_reason")]
    # pip-audit tells no severity.
    findings = [(str(vuln.get("id", "?")), "unknown") for one in packages for vuln in _mappings(one.get("vulns"))]
    return _told("pip-audit", scanned=len(packages) - len(skipped), findings=findings)


def _osv(found: Mapping[str, Any]) -> dict[str, Any]:
    packages = [one for result in _mappings(found["results"]) for one in _mappings(result.get("packages"))]
    findings = []
    for one in packages:
        scores = {
            identity: str(group.get("max_severity") or "")
            for group in _mappings(one.get("groups"))
            for identity in (group.get("ids") or [])
            if isinstance(identity, str)
        }
        for vuln in _mappings(one.get("vulnerabilities")):
            identity = str(vuln.get("id", "?"))
            own = vuln.get("database_specific")
            word = str(own.get("severity", "")) if isinstance(own, dict) else ""
            findings.append((identity, _severity(word, scores.get(identity, ""))))
    return _told("osv-scanner", scanned=len(packages), findings=findings)


def _severity(word: str, score: str) -> str:
    known = {"moderate": "medium"}.get(word.lower(), word.lower())
    if known in SEVERITIES:
        return known
    try:
        value = float(score)
    except ValueError:
        return "unknown"
    bars = ((9.0, "critical"), (7.0, "high"), (4.0, "medium"), (0.1, "low"))
    return next((name for bar, name in bars if value >= bar), "none")


def _vex(found: Mapping[str, Any]) -> dict[str, Any]:
    findings, answered = [], 0
    for vuln in _mappings(found["vulnerabilities"]):
        analysis = vuln.get("analysis")
        if isinstance(analysis, dict) and analysis.get("state") in ANSWERED:
            answered += 1
            continue
        named = [str(rating.get("severity", "")).lower() for rating in _mappings(vuln.get("ratings"))]
        worst = next((severity for severity in SEVERITIES if severity in named), "unknown")
        findings.append((str(vuln.get("id", "?")), worst))
    metadata = found.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    tools = metadata.get("tools")
    named_tools = _mappings(tools.get("components") if isinstance(tools, dict) else tools)
    tool = ", ".join(str(one.get("name", "?")) for one in named_tools) or "CycloneDX"
    components = found.get("components")
    scanned = len(components) if isinstance(components, list) else 0
    return _told(tool, scanned=scanned, findings=findings, answered=answered, date=metadata.get("timestamp"))


def installed() -> tuple[str, dict[str, Any]]:
    """The list of dependencies of our own servers: what is installed here, as CycloneDX. Its hash and the document."""
    from importlib import metadata

    found: dict[str, dict[str, Any]] = {}
    for one in metadata.distributions():
        name = str(one.metadata["Name"] or "").lower()
        if name:
            said = one.metadata.get_all("License-Expression") or [_classified(one.metadata.get_all("Classifier") or [])]
            licence = said[0]
            found[name] = {
                "type": "library",
                "name": name,
                "version": one.version,
                "purl": f"pkg:pypi/{name}@{one.version}",
                **({"licenses": [{"license": {"name": licence}}]} if licence else {}),
            }
    components = [found[name] for name in sorted(found)]
    document = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components}
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest(), document


def _classified(classifiers: Sequence[str]) -> str:
    return ", ".join(one.rpartition(":: ")[2] for one in classifiers if one.startswith("License :: "))[:60]
