"""The tree of the record, checked against the definition and against the vectors of RFC 6962. AUD-2, AUD-3."""

import hashlib

import pytest

from governance.audit import tree

# The eight inputs that implementations of Certificate Transparency test with, and the roots over the first n of them.
INPUTS = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
INPUTS.append(bytes(range(0x60, 0x70)))
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
LEAVES = [hashlib.sha256(bytes([number])).digest() for number in range(70)]


def defined(leaves: list[bytes]) -> bytes:
    """The root as RFC 6962 defines it."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return tree.node_hash(defined(leaves[:half]), defined(leaves[half:]))


def nodes(level: int, index: int) -> bytes:
    return defined(LEAVES[index << level : (index + 1) << level])


@pytest.mark.spec("AUD-2")
@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_that_other_logs_compute(size: int) -> None:
    assert tree.root(map(tree.leaf_hash, INPUTS[:size])).hex() == ROOTS[size - 1]
    assert tree.root([]) == hashlib.sha256(b"").digest()


@pytest.mark.spec("AUD-3")
def test_every_entry_has_a_proof_and_nothing_else_has_one() -> None:
    for size in range(1, 40):
        root = tree.root(LEAVES[:size])
        assert root == defined(LEAVES[:size]) == tree.part(0, size, nodes)
        for seq in range(size):
            path = tree.inclusion(seq, size, nodes)
            assert tree.check_inclusion(LEAVES[seq], seq, size, path, root)
            assert not tree.check_inclusion(LEAVES[seq], seq, size, [*path, root], root)
            assert not tree.check_inclusion(LEAVES[seq + 1], seq, size, path, root)
            assert not path or not tree.check_inclusion(LEAVES[seq], seq, size, path[:-1], root)
            assert not path or not tree.check_inclusion(LEAVES[seq], seq ^ 1, size, path, root)
        assert not tree.check_inclusion(LEAVES[0], size, size, [], root)


@pytest.mark.spec("AUD-3")
def test_a_larger_tree_proves_that_it_begins_with_a_smaller_one() -> None:
    for new in range(1, 40):
        root = tree.root(LEAVES[:new])
        for old in range(1, new + 1):
            former = tree.root(LEAVES[:old])
            path = tree.consistency(old, new, nodes)
            assert tree.check_consistency(old, new, former, root, path), (old, new)
            assert not tree.check_consistency(old, new, LEAVES[0][::-1], root, path)
            assert not tree.check_consistency(old, new, former, LEAVES[0][::-1], path)
            assert not tree.check_consistency(old, new, former, root, [*path, root])
            assert not path or not tree.check_consistency(old, new, former, root, path[:-1])
    assert not tree.check_consistency(0, 3, LEAVES[0], LEAVES[0], [])
    assert not tree.check_consistency(3, 4, LEAVES[0], LEAVES[0], [])


def test_questions_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="there is no leaf 3 in a tree of 3"):
        tree.inclusion(3, 3, nodes)
    with pytest.raises(ValueError, match="a tree of 2 cannot be a later one of 3"):
        tree.consistency(3, 2, nodes)
    with pytest.raises(ValueError, match="a tree of 3 leaves has 2 perfect subtrees"):
        tree.Frontier(3, [LEAVES[0]])


def test_a_frontier_goes_on_where_it_was_left_and_tells_of_what_became_complete() -> None:
    whole, told = tree.Frontier(), []
    leaves = [hashlib.sha256(str(number).encode()).digest() for number in range(65_600)]
    for start in (0, 255, 256, 600, 65_535):
        following = next(other for other in (255, 256, 600, 65_535, 65_600) if other > start)
        again = tree.Frontier(whole.size, whole.hashes)
        told += list(again.extend(leaves[start:following]))
        whole = again
    assert whole.root() == tree.root(leaves)
    assert [(level, index) for level, index, _ in told if level == 8] == [(8, index) for index in range(256)]
    assert [one for one in told if one[0] != 8] == [(16, 0, tree.root(leaves[:65_536]))]
    assert told[0][2] == tree.root(leaves[:256])
    assert tree.frontier(70, nodes).root() == tree.root(LEAVES)
