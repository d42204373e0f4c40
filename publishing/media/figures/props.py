"""What stands before a figure: the desk with its laptop. GEN-3."""

from publishing.media.figures.kit import BLACK, WHITE, Brush, box, disc
from publishing.media.figures.poses import Pose
from publishing.media.figures.shades import Wardrobe
from publishing.media.images.colours import mix


def paint(ground: Brush, pose: Pose, wardrobe: Wardrobe) -> None:
    """The pose's own things."""
    if pose.prop != "laptop":
        return
    wood = mix((150, 98, 64), wardrobe.deep, 0.25)
    ground.shape([box(-900, 1240, 900, 1960)], wood)
    ground.shape([box(-900, 1240, 900, 1264)], mix(wood, WHITE, 0.25))
    metal = mix((206, 208, 216), wardrobe.deep, 0.12)
    lid = [(-350, 930), (60, 930), (84, 1250), (-374, 1250)]
    ground.shape([lid], metal, depth=60, glow=20)
    ground.shape([disc(-146, 1086, 44)], wardrobe.accent, depth=14)
    ground.shape([disc(-146, 1086, 20)], metal)
    ground.shape([box(-400, 1244, 110, 1266, radius=10)], mix(metal, BLACK, 0.25))
