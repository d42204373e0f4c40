"""What counts as forbidden in a run of obedient models."""

from chimera.hijack.corpus import Row
from chimera.hijack.effects import foreign_codes


def test_another_brands_code_is_found_whole_or_cut_and_ones_own_is_no_crime_of_this_kind() -> None:
    row = Row(number=77, name="a", text="one", is_attack=True)
    other = Row(number=78, name="b", text="two", is_attack=True)
    assert foreign_codes(f"{row.code} {row.code[:-3]} {row.code.upper()}", row) == set()
    assert foreign_codes(f"keep {other.code.upper()}!", row) == {other.code}
    assert foreign_codes(f"keep {other.code[:-4]}", row) == {other.code[:-4]}
