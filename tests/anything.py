"""Arguments of every kind, for functions that must take them or refuse them in words."""

from __future__ import annotations

from typing import Any

import numpy as np
from properties import st


class Rude:
    """An object that answers nothing."""

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise RuntimeError


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 12),
    st.sampled_from([10**18, -(10**18), 10**400]),  # between them are sizes that would be made
    st.floats(),
    st.complex_numbers(),
    st.text(max_size=5),
    st.binary(max_size=3),
)
KINDS = ["i1", ">i4", "u8", "f2", "f8", ">f4", "g", "?", "c8", "M8[s]", "m8[ns]", "U2", "S3", "O"]
VALUES = [-1, 1, 0, 2, np.nan, np.inf]
SHAPES = [(0,), (1,), (2,), (6,), (2, 6), (6, 6), (6, 2), (0, 6), (2, 0), (2, 2, 3), (1, 2, 2, 2)]


@st.composite
def arrays(draw: st.DrawFn) -> np.ndarray[Any, Any]:
    """Arrays of every kind, many of them nearly right."""
    shape, kind = draw(st.sampled_from(SHAPES)), draw(st.sampled_from(KINDS))
    values = draw(st.lists(st.sampled_from(VALUES), min_size=1, max_size=4))
    with np.errstate(invalid="ignore"):
        array = np.resize(np.array(values), shape).astype(kind)
    if draw(st.booleans()):
        array.flags.writeable = False
    return array


ANYTHING = st.one_of(
    SCALARS,
    arrays(),
    st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4), max_leaves=8),
    st.dictionaries(st.text(max_size=2), SCALARS, max_size=2),
    st.sampled_from([Rude(), object(), len, np.ma.masked, Ellipsis, slice(2), float, np.int8(2)]),
    st.sampled_from([np.array(3), np.array(0.5), np.array(True), np.array(None), np.array("a")]),
)
