"""What a backup holds of media: hot and cold files of a folder, and of an object store the news that it holds none."""

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from chimera.core import storage, tenancy
from chimera.embedded import backing_up
from chimera.embedded.postgres import SUPERUSER
from chimera.embedded.superuser import Superuser
from publishing.media import services
from publishing.media.models import Asset
from tests import object_store, servers
from tests.conftest import ALPHA, World


def superuser(world: World) -> Superuser:
    return Superuser(admin_url=servers._endpoints().postgres.url(SUPERUSER, "postgres"), database=world.name)


def names(path: Path) -> list[str]:
    with tarfile.open(path) as archive:
        return sorted(one.name.rpartition("/")[2] for one in archive if one.name.startswith("media/") and one.isfile())


@pytest.mark.spec("OPS-9", "GEN-6")
def test_cold_media_are_in_a_backup_wherever_their_folder_is(world: World, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    hot, cold, elsewhere = (storage.put(b"\x89PNG" + word) for word in (b"hot", b"cold", b"elsewhere"))
    storage.move(cold, tier=storage.COLD)
    settings.MEDIA_COLD_ROOT = str(tmp_path / "slow")
    storage.move(elsewhere, tier=storage.COLD)
    for name, folder, wanted in (("one.tar", None, [cold, hot]), ("two.tar", tmp_path / "slow", [elsewhere, hot])):
        made = backing_up.take(
            superuser=superuser(world), media=tmp_path / "media", cold=folder, target=tmp_path / name, secrets=None,
            tell=lambda _: None,
        )  # fmt: skip
        assert names(made.path) == sorted(wanted) and made.manifest.media_count == 2


@pytest.mark.spec("OPS-9", "GEN-6")
def test_a_backup_with_an_object_store_says_that_the_bytes_are_not_in_it(
    world: World, settings: Any, tmp_path: Path
) -> None:
    with object_store.served() as told:
        object_store.chosen(settings, told)
        sha256 = storage.put(b"\x89PNG in the bucket")
        payload = {"sha256": sha256, "mime": "image/png", "size_bytes": 18, "width": 1, "height": 1, "maker": "test"}
        with tenancy.brand(ALPHA, actor="test:make"):
            services.register(brand_id=ALPHA, payload=payload)
            assert Asset.objects.count() == 1
        done = subprocess.run(
            [sys.executable, str(servers.CHECKOUT / "manage.py"), "backup", "--to", str(tmp_path / "s3.tar"), "--json"],
            env={
                **world.variables("operator"),
                "CHIMERA_HOME": str(tmp_path / "home"),
                "CHIMERA_ADMIN_URL": servers._endpoints().postgres.url(SUPERUSER, "postgres"),
                "MEDIA_STORE": "s3", "MEDIA_S3_BUCKET": told["name"], "MEDIA_S3_ENDPOINT": told["endpoint"],
                "MEDIA_S3_KEY": told["key"], "MEDIA_S3_SECRET": told["secret"], "PATH": os.environ["PATH"],
            },
            capture_output=True, text=True, check=False, timeout=90,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "The media in the bucket media are not in it" in done.stdout
    found = json.loads(done.stdout.splitlines()[-1])
    assert (found["media"], found["media_store"], found["media_elsewhere"]) == (0, "s3", "media")
    assert names(tmp_path / "s3.tar") == []
