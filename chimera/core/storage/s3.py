"""Bytes in an object store that speaks S3: one bucket, keys `xx/sha256`, classes as tiers, nothing public. GEN-6.

Requests are signed (SigV4) and name the bucket in the path. boto3 tries a request twice, and it is the only one who
does. Nothing here holds more than a part (8 MiB) or a window of what is read (4 MiB).
"""

import base64
import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, BinaryIO, ClassVar

from chimera.core.errors import Unavailable
from chimera.core.storage import base, locks
from chimera.core.storage.base import HOT, TIERS, NotStored, Spoilt, Store, Stored
from chimera.core.storage.kinds import sniffed

PART_BYTES = 8 << 20
CONNECT_S, READ_S = 5, 30
TRIES = 2
EXPIRES_MAX_S = 7 * base.DAY_S  # S3 takes no longer
_ABSENT = frozenset({"404", "NoSuchKey", "NotFound", "NoSuchUpload"})


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """Where the bytes are and who we are there. `outside`: how others reach the same place; empty: they do not."""

    name: str
    endpoint: str = ""
    region: str = "us-east-1"
    key: str = ""
    secret: str = field(default="", repr=False)
    outside: str = ""
    classes: Sequence[str] = ("STANDARD", "STANDARD_IA", "GLACIER_IR")


@lru_cache(maxsize=8)
def _client(endpoint: str, region: str, key: str, secret: str) -> Any:
    import boto3
    from botocore.config import Config

    return boto3.client(
        "s3",
        endpoint_url=endpoint or None,
        region_name=region,
        aws_access_key_id=key or None,  # without one: whatever the machine is
        aws_secret_access_key=secret or None,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            connect_timeout=CONNECT_S,
            read_timeout=READ_S,
            retries={"total_max_attempts": TRIES, "mode": "standard"},
            # Other checksums than MD5 and our own hash are not known everywhere, and those of ranges are of the whole.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


class _Object:
    """An object, read by ranges of exactly the one that was found."""

    def __init__(self, store: "S3Store", found: Stored) -> None:
        self._store, self._hash, self.size_bytes = store, found.content_hash, found.size_bytes

    def read_at(self, start: int, count: int) -> bytes:
        """See `base.Source`."""
        end = min(start + count, self.size_bytes) - 1
        if end < start:
            return b""
        return self._store.ranged(self._hash, start, end)

    def close(self) -> None:
        """Nothing is kept open between two ranges."""


class S3Store(Store):
    """One bucket."""

    title: ClassVar[str] = "an object store (S3)"

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket

    def _asked(self, operation: str, **named: Any) -> Any:
        """One request about the bucket; None where it says that there is no such object."""
        from botocore.exceptions import BotoCoreError, ClientError

        at = self.bucket
        try:
            client = _client(at.endpoint, at.region, at.key, at.secret)
            return getattr(client, operation)(Bucket=at.name, **named)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in _ABSENT:
                return None
            raise self._away(f"said {code}: {error.response['Error'].get('Message', '')}"[:200]) from error
        except BotoCoreError as error:
            raise self._away(f"could not be reached ({type(error).__name__})") from error

    def _away(self, why: str) -> Unavailable:
        where = self.bucket.endpoint or "S3"
        return Unavailable(
            f"The object store {where} (bucket {self.bucket.name}) {why}. See MEDIA_S3_* in the settings."
        )

    def _key(self, content_hash: str) -> str:
        return f"{content_hash[:2]}/{content_hash}"

    def found(self, content_hash: str) -> Stored | None:
        """See `Store.found`."""
        told = self._asked("head_object", Key=self._key(content_hash))
        return None if told is None else self._stored(content_hash, told, told["ContentLength"])

    def _stored(self, content_hash: str, told: Any, size_bytes: int) -> Stored:
        named = str(told.get("StorageClass") or self.bucket.classes[0])
        tier = TIERS[list(self.bucket.classes).index(named)] if named in self.bucket.classes else HOT
        changed_s = told["LastModified"].timestamp()
        return Stored(content_hash=content_hash, size_bytes=size_bytes, tier=tier, changed_s=changed_s)

    def write(self, content_hash: str, content: BinaryIO, *, size_bytes: int) -> None:
        """See `Store.write`. An object shows as a whole, when its last request was answered."""
        content.seek(0)
        first = content.read(PART_BYTES)
        named = {"Key": self._key(content_hash)}
        look = {"ContentType": sniffed(first), "StorageClass": self.bucket.classes[0]}
        if len(first) < PART_BYTES:
            if hashlib.sha256(first).hexdigest() != content_hash:
                raise self._changed(content_hash)
            self._asked("put_object", **named, **look, Body=first, ContentMD5=_md5(first))
            return
        upload = {**named, "UploadId": self._asked("create_multipart_upload", **named, **look)["UploadId"]}
        try:
            parts = self._parts(upload, first, content, content_hash)
            if self._asked("complete_multipart_upload", **upload, MultipartUpload={"Parts": parts}) is None:
                raise self._away("ended an upload in its middle")
        except BaseException:
            self._asked("abort_multipart_upload", **upload)
            raise

    def _parts(self, upload: dict[str, Any], first: bytes, content: BinaryIO, content_hash: str) -> list[Any]:
        sha256, piece = hashlib.sha256(), first
        parts: list[dict[str, Any]] = []
        while piece:
            sha256.update(piece)
            number = len(parts) + 1
            told = self._asked("upload_part", **upload, PartNumber=number, Body=piece, ContentMD5=_md5(piece))
            if told is None:
                raise self._away("ended an upload in its middle")
            parts.append({"PartNumber": number, "ETag": told["ETag"]})
            piece = content.read(PART_BYTES)
        if sha256.hexdigest() != content_hash:  # before it is put together: nobody ever sees it
            raise self._changed(content_hash)
        return parts

    def _changed(self, content_hash: str) -> Spoilt:
        return Spoilt(f"What was to be stored under {content_hash[:12]}… was changed meanwhile; store it again.")

    def renew(self, content_hash: str, *, size_bytes: int | None = None) -> bool:
        """See `Store.renew`: an old object is copied onto itself, while nobody may delete it."""
        found = self.found(content_hash)
        if found is None or size_bytes not in (None, found.size_bytes):
            return False
        if time.time() - found.changed_s < base.RENEW_AFTER_S:
            return True  # nobody deletes what is so young: no lock is needed
        with locks.shared(content_hash):
            again = self.found(content_hash)
            return again is not None and self._copied(again, self.bucket.classes[TIERS.index(again.tier)])

    def _copied(self, found: Stored, storage_class: str) -> bool:
        """Onto itself, which is how an object gets another class or a new date. False when it is gone."""
        key = self._key(found.content_hash)
        told = self._asked(
            "copy_object",
            Key=key,
            CopySource={"Bucket": self.bucket.name, "Key": key},
            MetadataDirective="REPLACE",
            ContentType=sniffed(self.ranged(found.content_hash, 0, min(31, found.size_bytes - 1))),
            StorageClass=storage_class,
        )
        return told is not None

    def opened(self, content_hash: str) -> _Object:
        """See `Store.opened`. What is cold is read from where it lies: its class must be one that answers at once."""
        found = self.found(content_hash)
        if found is None:
            raise NotStored(f"No bytes are stored under {content_hash[:12]}…; make the asset again.")
        return _Object(self, found)

    def ranged(self, content_hash: str, start: int, end: int) -> bytes:
        """The bytes from `start` to `end`, both included; none of an object without any. Raises NotStored."""
        from botocore.exceptions import BotoCoreError

        if end < start:
            return b""
        told = self._asked("get_object", Key=self._key(content_hash), Range=f"bytes={start}-{end}")
        if told is None:
            raise NotStored(f"The bytes under {content_hash[:12]}… are gone; make the asset again.")
        try:
            content: bytes = told["Body"].read(end - start + 1)
        except (BotoCoreError, OSError) as error:
            raise self._away(f"broke off in the middle ({type(error).__name__})") from error
        finally:
            told["Body"].close()
        return content

    def remove(self, content_hash: str, *, unchanged_since_s: float) -> bool:
        """See `Store.remove`."""
        with locks.alone(content_hash) as is_ours:
            if not is_ours:
                return False
            found = self.found(content_hash)
            if found is not None and found.changed_s > unchanged_since_s:
                return False
            self._asked("delete_object", Key=self._key(content_hash))
        return True

    def move(self, content_hash: str, *, tier: str) -> bool:
        """See `Store.move`."""
        found = self.found(content_hash)
        return found is not None and found.tier != tier and self._copied(found, self.bucket.classes[TIERS.index(tier)])

    def stored(self) -> Iterator[Stored]:
        """See `Store.stored`."""
        named: dict[str, Any] = {}
        while True:
            page = self._asked("list_objects_v2", **named)
            for one in page.get("Contents", ()):
                content_hash = one["Key"].rpartition("/")[2]
                if len(content_hash) == 64 and one["Key"] == self._key(content_hash):
                    yield self._stored(content_hash, one, one["Size"])
            if not page.get("IsTruncated"):
                return
            named = {"ContinuationToken": page["NextContinuationToken"]}

    def tidy(self, *, older_than_s: float) -> int:
        """See `Store.tidy`: uploads that nobody put together, whose parts cost money and show nowhere."""
        count = 0
        for one in (self._asked("list_multipart_uploads") or {}).get("Uploads", ()):
            if time.time() - one["Initiated"].timestamp() >= older_than_s:
                self._asked("abort_multipart_upload", Key=one["Key"], UploadId=one["UploadId"])
                count += 1
        return count

    def address(self, content_hash: str, *, expires_s: int) -> str | None:
        """See `Store.address`: presigned, for one object and one method, without a redirect."""
        at = self.bucket
        if not at.outside:
            return None
        url: str = _client(at.outside, at.region, at.key, at.secret).generate_presigned_url(
            "get_object",
            Params={"Bucket": at.name, "Key": self._key(content_hash)},
            ExpiresIn=max(1, min(expires_s, EXPIRES_MAX_S)),
        )
        return url


def _md5(content: bytes) -> str:
    """What S3 compares with what arrived: against the wire, not against people."""
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
