"""The data folder keeps its secrets to itself and makes them once. OPS-1."""

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from chimera.embedded.errors import StartFailed
from chimera.embedded.home import ROLES, Home

CHECKOUT = Path(__file__).resolve().parents[2]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.spec("OPS-1")
def test_the_secrets_file_and_every_folder_are_for_the_owner_only(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.secrets()
    assert mode(home.root / "secrets.json") == 0o600
    for folder in (home.root, home.root / "data", home.valkey, home.run, home.logs, home.media, home.record):
        assert mode(folder) == 0o700, folder
    assert [path.name for path in home.root.iterdir() if path.is_file()] == ["secrets.json"]


def test_secrets_are_made_once_and_differ_between_homes_and_roles(tmp_path: Path) -> None:
    first, second = Home(tmp_path / "a"), Home(tmp_path / "b")
    assert first.secrets() == Home(tmp_path / "a").secrets()
    assert first.secrets() != second.secrets()
    assert set(first.secrets().roles) == set(ROLES)
    assert len(set(first.secrets().roles.values())) == len(ROLES)


def test_no_secret_shows_in_a_repr(tmp_path: Path) -> None:
    secrets = Home(tmp_path / "home").secrets()
    assert repr(secrets) == "Secrets()"


def test_the_public_grant_key_proves_what_the_private_one_signed(tmp_path: Path) -> None:
    secrets = Home(tmp_path / "home").secrets()
    signature = load_pem_private_key(secrets.grant_private_key.encode(), None).sign(b"grant")
    load_pem_public_key(secrets.grant_public_key.encode()).verify(signature, b"grant")


def test_a_widened_secrets_file_is_narrowed_again(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    before = home.secrets()
    (home.root / "secrets.json").chmod(0o644)
    assert home.secrets() == before
    assert mode(home.root / "secrets.json") == 0o600


@pytest.mark.parametrize("broken", ["", "[]", "{}", '{"roles": 3}'])
def test_broken_secrets_are_a_sentence_and_stay_as_they_are(tmp_path: Path, broken: str) -> None:
    home = Home(tmp_path / "home").prepare()
    (home.root / "secrets.json").write_text(broken)
    with pytest.raises(StartFailed, match=r"secrets\.json cannot be read .* Restore that file from a backup"):
        home.secrets()
    assert (home.root / "secrets.json").read_text() == broken


def test_a_folder_from_before_the_seal_is_given_its_login_and_keeps_the_rest(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    made = home.secrets()
    path = home.root / "secrets.json"
    former = json.loads(path.read_text())
    del former["roles"]["chimera_sealer"]
    path.write_text(json.dumps(former))
    code = "import sys; from chimera.embedded.home import Home; from pathlib import Path;"
    code += "print(Home(Path(sys.argv[1])).secrets().roles['chimera_sealer'])"
    argv = [sys.executable, "-c", code, str(home.root)]
    started = [subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT) for _ in range(3)]
    answers = {process.communicate(timeout=30)[0].strip() for process in started}
    assert answers == {home.secrets().roles["chimera_sealer"]}
    assert answers != {made.roles["chimera_sealer"]}
    assert {**home.secrets().roles, "chimera_sealer": ""} == {**made.roles, "chimera_sealer": ""}
    assert home.secrets().service_token == made.service_token
    assert mode(path) == 0o600
    assert [found.name for found in home.root.iterdir() if found.is_file()] == ["secrets.json"]


def test_processes_that_come_first_together_agree_on_the_secrets(tmp_path: Path) -> None:
    code = "import sys; from chimera.embedded.home import Home; from pathlib import Path;"
    code += (
        "import hashlib; print(hashlib.sha256(Home(Path(sys.argv[1])).secrets().service_token.encode()).hexdigest())"
    )
    argv = [sys.executable, "-c", code, str(tmp_path / "home")]
    started = [subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT) for _ in range(3)]
    answers = {process.communicate(timeout=30)[0] for process in started}
    assert len(answers) == 1 and len(answers.pop()) > 60


def test_the_default_home_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHIMERA_HOME", str(tmp_path / "there"))
    assert Home.default().root == (tmp_path / "there").resolve()
    monkeypatch.delenv("CHIMERA_HOME")
    assert Home.default().root == CHECKOUT / ".chimera"


def test_a_home_that_cannot_be_made_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StartFailed, match="Set CHIMERA_HOME to a folder that belongs to you"):
        Home(tmp_path / "file" / "home").prepare()


def test_secrets_are_plain_json_that_a_backup_can_keep(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    assert json.loads((home.prepare().root / "secrets.json").read_text() if home.secrets() else "")["service_token"]
