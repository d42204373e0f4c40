"""An object store that checks signatures: who may ask it, presigned addresses, interrupted uploads. GEN-6."""

import hashlib
import os
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from chimera.core import storage
from chimera.core.errors import Unavailable
from chimera.core.storage import checks
from chimera.core.storage.s3 import S3Store
from tests import object_store

FILM = b"\x00\x00\x00\x18ftypmp42" + os.urandom(64) * (9 << 14)  # some 9 MiB: two parts


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, str]]:
    with object_store.served() as told:
        yield told


@pytest.fixture
def bucket(server: dict[str, str], settings: Any, db: None) -> dict[str, str]:
    object_store.chosen(settings, server)
    return server


def fetched(url: str, **headers: str) -> tuple[int, bytes, Any]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:
            return answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(), error.headers


@pytest.mark.spec("GEN-6")
def test_who_has_the_wrong_secret_neither_reads_nor_writes(bucket: dict[str, str], settings: Any) -> None:
    key = storage.put(b"known")
    object_store.chosen(settings, bucket, secret="another-secret-of-somebody")
    for act in (lambda: storage.put(b"smuggled"), lambda: storage.get(key)):
        with pytest.raises(Unavailable, match=r"bucket media\) said 403: .* See MEDIA_S3_"):
            act()
    object_store.chosen(settings, bucket)
    assert not storage.exists(hashlib.sha256(b"smuggled").hexdigest()) and storage.get(key) == b"known"


@pytest.mark.spec("GEN-6")
def test_a_presigned_address_shows_one_thing_for_a_while_and_nothing_when_it_is_tampered_with(
    bucket: dict[str, str], settings: Any
) -> None:
    key, other = storage.put(FILM), storage.put(b"another brand's")
    url = storage.address(key, expires_s=60)
    assert url is not None and url.startswith(bucket["outside"])
    status, content, headers = fetched(url)
    assert (status, content, headers["Content-Type"]) == (200, FILM, "video/mp4")
    _, content, headers = fetched(url, Range="bytes=2-9")  # this server says 200 all the same
    assert (content, headers["Content-Range"]) == (FILM[2:10], f"bytes 2-9/{len(FILM)}")
    name = f"{key[:2]}/{key}"
    assert fetched(url.replace(name, f"{other[:2]}/{other}"))[0] == 403
    assert fetched(url.replace("X-Amz-Expires=60", "X-Amz-Expires=6000"))[0] == 403
    assert fetched(url[:-4] + "0000")[0] == 403
    assert fetched(f"{bucket['endpoint']}/media/{name}")[0] in (400, 403), "nothing is public"
    ending = storage.address(key, expires_s=1)
    time.sleep(2.1)
    assert ending is not None and fetched(ending)[0] in (400, 403)
    object_store.chosen(settings, {**bucket, "outside": ""})
    assert storage.address(key, expires_s=60) is None


@pytest.mark.spec("GEN-6")
def test_an_upload_that_breaks_off_shows_nothing_and_leaves_no_parts(
    bucket: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, asked = S3Store._asked, []

    def broken(self: S3Store, operation: str, **named: Any) -> Any:
        asked.append(operation)
        if operation == "upload_part" and named["PartNumber"] == 2:
            raise Unavailable("the wire was cut")
        return real(self, operation, **named)

    monkeypatch.setattr(S3Store, "_asked", broken)
    content = FILM + b"of this test"
    key = hashlib.sha256(content).hexdigest()
    with pytest.raises(Unavailable, match="the wire was cut"):
        storage.put(content)
    assert asked[-1] == "abort_multipart_upload"
    monkeypatch.undo()
    assert not storage.exists(key) and storage.tidy(older_than_s=0) == 0
    assert storage.get(storage.put(content)) == content


@pytest.mark.spec("GEN-6")
def test_parts_of_a_process_that_was_killed_are_cleared_away_when_they_are_old(bucket: dict[str, str]) -> None:
    store = storage.store()
    assert isinstance(store, S3Store)
    key = hashlib.sha256(b"never whole").hexdigest()
    upload = store._asked("create_multipart_upload", Key=f"{key[:2]}/{key}")["UploadId"]
    store._asked("upload_part", Key=f"{key[:2]}/{key}", UploadId=upload, PartNumber=1, Body=b"x" * (5 << 20))
    assert not storage.exists(key) and key not in {one.content_hash for one in storage.stored()}
    assert storage.tidy(older_than_s=3_600) == 0, "it may still be going on"
    assert storage.tidy(older_than_s=0) == 1 and storage.tidy(older_than_s=0) == 0


@pytest.mark.spec("GEN-6")
def test_what_was_changed_in_the_store_is_not_read_as_if_it_were_right(bucket: dict[str, str]) -> None:
    for content in (b"small", FILM):
        key = storage.put(content)
        store = storage.store()
        assert isinstance(store, S3Store)
        store._asked("put_object", Key=f"{key[:2]}/{key}", Body=content[:-1] + bytes([content[-1] ^ 1]))
        with pytest.raises(storage.Spoilt, match="are not its bytes any more"):
            storage.get(key)
        store._asked("put_object", Key=f"{key[:2]}/{key}", Body=content[:-2])
        assert storage.put(content) == key and storage.get(key) == content, "what is too short is stored anew"


def test_a_store_that_is_away_is_a_sentence(bucket: dict[str, str], settings: Any) -> None:
    object_store.chosen(settings, bucket, endpoint="http://127.0.0.1:1")
    with pytest.raises(Unavailable, match=r"The object store http://127.0.0.1:1 \(bucket media\) could not be reached"):
        storage.exists("a" * 64)
    with pytest.raises(CommandError, match="could not be reached"):
        call_command("assets", "--collect", "--dry-run")
    object_store.chosen(settings, bucket, name="nobodys")
    with pytest.raises(Unavailable, match=r"bucket nobodys\) said NoSuchBucket"):
        storage.put(b"nowhere")


def test_settings_that_name_no_store_are_found_before_anything_starts(settings: Any) -> None:
    assert checks.check_store() == []
    settings.MEDIA_STORE = "ftp"
    assert [one.id for one in checks.check_store()] == ["chimera.E021"]
    settings.MEDIA_STORE, settings.MEDIA_S3_CLASSES = "s3", ["STANDARD"]
    settings.MEDIA_S3 = {"name": "", "endpoint": "", "region": "x", "key": "half", "secret": "", "outside": ""}
    assert [one.id for one in checks.check_store()] == ["chimera.E022", "chimera.E023", "chimera.E024"]
