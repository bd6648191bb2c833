"""Drawn patterns: the checkerboard and a small alphabet."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError, InvalidTypeError

# Five rows of five pixels per character, drawn for this package. They touch all four edges, so
# that the patterns are not mostly background.
_FONT = {
    "A": ".###. #...# ##### #...# #...#",
    "B": "####. #...# ####. #...# ####.",
    "C": ".#### #.... #.... #.... .####",
    "D": "####. #...# #...# #...# ####.",
    "E": "##### #.... ###.. #.... #####",
    "F": "##### #.... ###.. #.... #....",
    "G": ".#### #.... #..## #...# .####",
    "H": "#...# #...# ##### #...# #...#",
    "I": "##### ..#.. ..#.. ..#.. #####",
    "J": "..### ....# ....# #...# .###.",
    "K": "#..#. #.#.. ##... #.#.. #..##",
    "L": "#.... #.... #.... #.... #####",
    "M": "#...# ##.## #.#.# #...# #...#",
    "N": "#...# ##..# #.#.# #..## #...#",
    "O": ".###. #...# #...# #...# .###.",
    "P": "####. #...# ####. #.... #....",
    "Q": ".###. #...# #.#.# #..#. .##.#",
    "R": "####. #...# ####. #..#. #...#",
    "S": ".#### #.... .###. ....# ####.",
    "T": "##### ..#.. ..#.. ..#.. ..#..",
    "U": "#...# #...# #...# #...# .###.",
    "V": "#...# #...# .#.#. .#.#. ..#..",
    "W": "#...# #...# #.#.# ##.## #...#",
    "X": "#...# .#.#. ..#.. .#.#. #...#",
    "Y": "#...# .#.#. ..#.. ..#.. ..#..",
    "Z": "##### ...#. ..#.. .#... #####",
    "0": ".###. #..## #.#.# ##..# .###.",
    "1": ".##.. #.#.. ..#.. ..#.. #####",
    "2": "####. ....# .###. #.... #####",
    "3": "####. ....# ..##. ....# ####.",
    "4": "#..#. #..#. ##### ...#. ...#.",
    "5": "##### #.... ####. ....# ####.",
    "6": ".###. #.... ####. #...# .###.",
    "7": "##### ....# ...#. ..#.. .#...",
    "8": ".###. #...# .###. #...# .###.",
    "9": ".###. #...# .#### ....# .###.",
}
_PIXELS = 5


@checks.by_name
def checkerboard(side: int = 50, square: int = 5) -> NDArray[np.int8]:
    """Checkerboard pattern, s = (-1)^(row//k + column//k); the upper-left square is +1.

    Parameters
    ----------
    side : int
        Number of sites along an edge of the board.
    square : int
        Number of sites along an edge of a square, k. The last squares are cut off if k does not
        divide ``side``.

    Returns
    -------
    (side*side,) ndarray of int8
        The pattern, row by row.

    Raises
    ------
    InvalidInputError
        If ``side`` or ``square`` is below 1.

    Examples
    --------
    >>> checkerboard(3, 1)
    array([ 1, -1,  1, -1,  1, -1,  1, -1,  1], dtype=int8)
    """
    side = checks.integer(side, "side", minimum=1)
    square = checks.integer(square, "square", minimum=1)
    checks.memory(2 * side * side, "the checkerboard", "draw a smaller one")
    along = (1 - 2 * (np.arange(side) // min(square, side) % 2)).astype(np.int8)
    return np.multiply.outer(along, along).ravel()


@checks.by_name
def glyphs(text: str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", size: int = 10) -> NDArray[np.int8]:
    """Letters and digits as square patterns: strokes +1, background -1.

    The characters are defined on 5 by 5 pixels and enlarged; strokes have equal widths if ``size``
    is a multiple of 5. Any two characters differ at every size.

    Parameters
    ----------
    text : str
        Characters from A-Z and 0-9, one pattern each.
    size : int
        Number of sites along an edge, at least 5.

    Returns
    -------
    (len(text), size*size) ndarray of int8
        One pattern per character, row by row.

    Raises
    ------
    InvalidInputError
        If ``text`` is empty or has other characters, or ``size`` is below 5.

    Examples
    --------
    >>> for row in glyphs("T", size=5).reshape(5, 5):
    ...     print("".join("#" if site > 0 else "." for site in row))
    #####
    ..#..
    ..#..
    ..#..
    ..#..
    """
    if not isinstance(text, str):
        raise InvalidTypeError(f"text must be a string; got {checks.show(text)}")
    if not text:
        raise InvalidInputError("text must have at least one character; got ''")
    size = checks.integer(size, "size", minimum=_PIXELS)
    for place, character in enumerate(text):
        if character not in _FONT:
            hint = "; use text.upper()" if character.upper() in _FONT else ""
            raise InvalidInputError(
                f"text must be made of A-Z and 0-9; found {character!r} at [{place}]{hint}"
            )
    checks.memory(2 * len(text) * size * size, "the glyphs", "draw smaller or fewer ones")
    # Which of the 5 pixels is drawn at each site of an edge. All 5 appear, so none is lost.
    pixel = np.arange(size) * _PIXELS // size
    out = np.empty((len(text), size, size), np.int8)
    for glyph, character in zip(out, text, strict=True):
        drawn = [[1 if dot == "#" else -1 for dot in row] for row in _FONT[character].split()]
        glyph[:] = np.array(drawn, np.int8)[np.ix_(pixel, pixel)]
    return out.reshape(len(text), size * size)
