"""What providers are told to draw: who, in what pose, where. Every word is ours or one of the persona's traits. GEN-3.

Nothing that was read or written about the news gets here: a prompt is made of values out of short lists.
"""

from publishing.media.figures.base import Traits

AGES = {"young": "in their twenties", "grown": "in their forties", "old": "in their sixties"}
POSES = {
    "talk": "talking to the camera, one hand open",
    "point": "pointing to the side with one hand",
    "phone": "looking at a phone in one hand",
    "think": "thinking, a hand at the chin",
    "walk": "walking towards the camera",
    "desk": "sitting at a desk with a laptop",
    "wave": "waving to the camera",
    "mug": "holding a mug with both hands",
}
SETTINGS = {
    "studio": "in front of a plain wall",
    "dusk": "on a street at dusk",
    "cafe": "in a small café",
    "office": "in a bright office",
    "park": "in a park",
    "stage": "on a stage with soft lights",
    "shore": "on a rocky shore",
    "kitchen": "in a kitchen",
}
STYLE = "Flat illustration in few colours, upright, the whole head in the upper half, room below. No text."
NEVER = "text, letters, numbers, logos, brands, watermarks, other people, children, real persons, weapons"
MOVES = "The person moves a little and stays the same person; the camera moves slowly closer. No text appears."


def picture(*, traits: Traits, pose: str, place: str) -> str:
    """The prompt of one picture, at most some 600 characters."""
    return f"{person(traits=traits)}; {POSES[pose]}, {SETTINGS[place]}. {STYLE}"


def person(*, traits: Traits) -> str:
    """Who is to be seen, by traits alone."""
    looks = [
        f"{traits.skin} skin",
        "no hair" if traits.hair == "bald" else f"{_said(traits.hair)} hair in {traits.hair_colour}",
        f"{traits.eyes} eyes",
        f"{traits.face} face",
    ]
    looks += [f"{traits.beard} beard"] if traits.beard != "none" else []
    looks += [f"{traits.glasses} glasses"] if traits.glasses != "none" else []
    looks += [f"wearing a {traits.clothes} near the colour {traits.accent}"]
    looks += [f"with {traits.accessory}"] if traits.accessory != "none" else []
    return f"One invented person {AGES[traits.age]}: {', '.join(looks)}"


def _said(name: str) -> str:
    return name.replace("_", " ")
