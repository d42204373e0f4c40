"""Equal content has equal bytes, and different content has not."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chimera.core import canonical

SCALARS = st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"]))
CONTENT = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcé ", max_size=4), inner),
    max_leaves=12,
)


def turned(value: Any) -> Any:
    """The same content with the keys of every dict in the opposite order."""
    if isinstance(value, dict):
        return {key: turned(inner) for key, inner in reversed(value.items())}
    return [turned(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.spec("REV-4")
@given(CONTENT)
def test_the_order_of_keys_does_not_matter(value: Any) -> None:
    assert canonical.dumps(value) == canonical.dumps(turned(value))
    assert canonical.digest(value) == canonical.digest(turned(value))


@given(CONTENT)
def test_nothing_of_the_content_is_lost(value: Any) -> None:
    assert json.loads(canonical.dumps(value)) == value


@pytest.mark.spec("REV-4")
@given(CONTENT, CONTENT)
def test_other_content_has_other_bytes(one: Any, other: Any) -> None:
    # Compared by repr: Python takes True for 1.
    assert (canonical.dumps(one) == canonical.dumps(other)) == (
        json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    )


@given(CONTENT, st.floats(), st.sampled_from(["list", "tuple", "dict", "bare"]))
def test_a_float_is_refused_however_deep_it_lies(value: Any, number: float, where: str) -> None:
    holder = {"list": [value, number], "tuple": (value, number), "dict": {"a": value, "b": number}, "bare": number}
    with pytest.raises(TypeError, match="is a float; canonical content holds integers and strings only"):
        canonical.dumps({"outer": [holder[where]]})


def test_the_refusal_says_where_the_float_is() -> None:
    with pytest.raises(TypeError, match=r"^\.claims\[1\]\.score is a float"):
        canonical.dumps({"claims": [{}, {"score": 0.5}]})
    with pytest.raises(TypeError, match=r"^value is a float"):
        canonical.dumps(0.5)


def test_the_bytes_are_fixed_for_good() -> None:
    """Hashes of these bytes are in the record: they never change."""
    value = {"b": [1, True, None, "ø“x”"], "a": {"z": "", "ä": -1}}
    assert canonical.dumps(value) == '{"a":{"z":"","ä":-1},"b":[1,true,null,"ø“x”"]}'
    assert canonical.digest(value) == hashlib.sha256(canonical.dumps(value).encode()).hexdigest()
    assert canonical.digest({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
