"""Where pictures and videos lie, when they grow cold, and how long what nothing needs is kept. GEN-6."""

from chimera.settings.base import env

MEDIA_STORE: str = env.str("MEDIA_STORE", default="local")  # or s3
MEDIA_COLD_ROOT: str = env.str("MEDIA_COLD_ROOT", default="")  # of the local store; empty: cold/ in its folder
# `outside`: how platforms reach the same bucket; without it no address of the store is given to anybody.
MEDIA_S3: dict[str, str] = {
    "name": env.str("MEDIA_S3_BUCKET", default=""),
    "endpoint": env.str("MEDIA_S3_ENDPOINT", default=""),
    "region": env.str("MEDIA_S3_REGION", default="us-east-1"),
    "key": env.str("MEDIA_S3_KEY", default=""),
    "secret": env.str("MEDIA_S3_SECRET", default=""),
    "outside": env.str("MEDIA_S3_OUTSIDE_URL", default=""),
}
MEDIA_S3_CLASSES: list[str] = env.list("MEDIA_S3_CLASSES", default=["STANDARD", "STANDARD_IA", "GLACIER_IR"])
MEDIA_WARM_DAYS: int = env.int("MEDIA_WARM_DAYS", default=14)  # after the last use; 0: everything stays hot
MEDIA_COLD_DAYS: int = env.int("MEDIA_COLD_DAYS", default=90)  # 0: nothing grows cold
MEDIA_GRACE_S: int = max(3_600, env.int("MEDIA_GRACE_S", default=86_400))  # nothing younger is collected
RETENTION_ASSET_DAYS: int = env.int(
    "RETENTION_ASSET_DAYS", default=30
)  # after the last use, with nothing that names it
MEDIA_TEND_S = 120.0  # of one scheduled run
