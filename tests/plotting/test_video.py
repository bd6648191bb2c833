"""Videos, read back from their files: frames, times, sizes, and what is on them."""

from __future__ import annotations

import importlib.util
import os
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import imageio.v3 as iio
import numpy as np
import pytest
from matplotlib.colors import to_rgb

import hopfield_sim as hs
from hopfield_sim.errors import (
    HopfieldError,
    InvalidInputError,
    InvalidTypeError,
    MissingDependencyError,
    ResultsDirError,
)
from hopfield_sim.plotting import race, style, video
from hopfield_sim.plotting.movies import file as video_file
from hopfield_sim.plotting.movies.palette import PIXELS, palette, to_palette
from hopfield_sim.plotting.movies.stage import EDGE, HEAD

HAS_FFMPEG = importlib.util.find_spec("imageio_ffmpeg") is not None


@pytest.fixture(scope="module")
def net() -> hs.HopfieldNetwork:
    board = hs.checkerboard(20, 4)
    return hs.HopfieldNetwork().store(np.vstack([board, hs.random_patterns(3, 400, rng=0)]))


@pytest.fixture(scope="module")
def run(net: hs.HopfieldNetwork) -> Any:
    cue = hs.flip(net.patterns[0], fraction=0.4, rng=1)
    return net.recall(cue, record=("states", "energy", "overlap"), every=10, rng=2)


def read(path: Path) -> tuple[np.ndarray, list[float]]:
    """Frames (F, h, w, 3) and how long each is shown, in seconds."""
    with iio.imopen(path, "r", plugin="pillow") as file:
        frames = file.read()[..., :3]
        times = [file.metadata(index=k).get("duration", 0) / 1000 for k in range(len(frames))]
    return frames, times


def board(frame: np.ndarray, side: int = 20, scale: int = 16) -> np.ndarray:
    """The image on a frame, one pixel a neuron, after checking that each neuron is one colour."""
    inner = frame[HEAD : HEAD + side * scale, EDGE : EDGE + side * scale]
    blocks = inner.reshape(side, scale, side, scale, 3)
    assert (blocks == blocks[:, :1, :, :1]).all(), "blurred pixels"
    return blocks[:, 0, :, 0]


def rgb(colour: str) -> np.ndarray:
    return np.round(255 * np.array(to_rgb(colour))).astype(int)


def test_a_gif_shows_every_recorded_state(run: Any, tmp_path: Path) -> None:
    path = video(run, tmp_path / "board.gif", tint=False)
    assert path == tmp_path / "board.gif"
    frames, seconds = read(path)
    moved = np.flatnonzero((run.trajectory[1:] != run.trajectory[:-1]).any(axis=1))
    assert len(frames) == moved[-1] + 2
    assert frames.shape[1] % 16 == frames.shape[2] % 16 == 0
    for frame, state in zip(frames, run.trajectory, strict=False):
        white = board(frame) == 255
        np.testing.assert_array_equal(white.all(axis=-1), state.reshape(20, 20) > 0)
        assert (white.all(axis=-1) | (board(frame) == 0).all(axis=-1)).all()
    assert seconds[0] == 1.0
    assert seconds[-1] == 1.5
    assert 4 < sum(seconds) < 9
    assert iio.immeta(path, index=0)["loop"] == 0
    assert path.stat().st_size < 1_500_000


def test_changed_neurons_are_tinted_for_a_moment(run: Any, tmp_path: Path) -> None:
    frames, _ = read(video(run, tmp_path / "board.gif"))
    states = run.trajectory.reshape(-1, 20, 20)
    for k in (3, 8):
        picture = board(frames[k]).astype(int)
        now, before = states[k] > 0, states[k - 1] > 0
        for selected, colour in (
            (now & before, PIXELS[1]),
            (~now & ~before, PIXELS[0]),
            (now & ~before, PIXELS[3]),
            (~now & before, PIXELS[2]),
        ):
            assert (picture[selected] == rgb(colour)).all()
    assert (np.isin(board(frames[-1]), (0, 255))).all()  # the end as it is


def test_a_slow_film_shows_each_state_tinted_and_then_plain(
    net: hs.HopfieldNetwork, tmp_path: Path
) -> None:
    cue = hs.flip(net.patterns[0], fraction=0.4, rng=1)
    run = net.recall(cue, update="sync", record=("states", "energy"))
    steps = run.sweeps - 1  # the last one only finds that nothing changes
    frames, seconds = read(video(run, tmp_path / "sync.gif"))
    if (run.trajectory[-1] != run.trajectory[-2]).any():
        steps = run.sweeps
    assert len(frames) == 1 + 2 * steps
    assert seconds[1] == pytest.approx(0.4)
    plain = board(frames[2]) == 255
    np.testing.assert_array_equal(plain.all(axis=-1).ravel(), run.trajectory[1] > 0)


@pytest.mark.slow
def test_the_marker_goes_along_the_curve(run: Any, tmp_path: Path) -> None:
    frames, _ = read(video(run, tmp_path / "board.gif", tint=False))
    marker = rgb(style.VERMILLION)
    places = []
    for frame in frames:
        right = frame[:, EDGE + 320 :].astype(int)
        here = np.argwhere((np.abs(right - marker) < 24).all(axis=-1))
        upper = here[here[:, 0] < frame.shape[0] / 2]  # energy is above, overlap below
        lower = here[here[:, 0] > frame.shape[0] / 2]
        assert len(upper) > 20
        assert len(lower) > 20
        places.append((upper[:, 1].mean(), upper[:, 0].mean(), lower[:, 0].mean()))
    x, energy, overlap = np.array(places).T
    assert (np.diff(x) > -0.5).all()
    assert x[-1] - x[0] > 200
    rows = len(frames)
    # Down the page is down in energy, and up in overlap.
    assert np.corrcoef(energy, -run.energy[:rows])[0, 1] > 0.999
    assert np.corrcoef(overlap, -run.overlaps[:rows, 0])[0, 1] > 0.999


def test_fps_scale_and_shape(run: Any, tmp_path: Path) -> None:
    frames, seconds = read(video(run, tmp_path / "a.gif", (10, 40), fps=5, scale=4, tint=False))
    assert set(seconds[1:-1]) == {0.2}
    wide = frames[0][:, EDGE : EDGE + 160]
    top = np.flatnonzero((wide == 0).all(axis=(1, 2)) | (wide == 255).all(axis=(1, 2)))
    assert frames.shape[2] < 736
    assert top.size  # there is paper above and below the flat image


def test_many_rows_make_at_most_120_states(tmp_path: Path) -> None:
    states = np.ones((1000, 16), np.int8)
    for k in range(1000):
        states[k:, k % 16] *= -1
    many = SimpleNamespace(
        trajectory=states, n_neurons=16, shape=None, patterns=None, updates=np.arange(1000)
    )
    frames, _ = read(video(many, tmp_path / "many.gif", tint=False))
    assert len(frames) == 120
    np.testing.assert_array_equal(board(frames[-1], 4, 80)[..., 0].ravel() > 0, states[-1] > 0)


def test_a_batch_and_a_network_of_images(net: hs.HopfieldNetwork, tmp_path: Path) -> None:
    images = hs.HopfieldNetwork().store(net.patterns.reshape(-1, 10, 40))
    cues = hs.flip(images.patterns, fraction=0.1, rng=1).reshape(-1, 10, 40)
    run = images.recall(cues, record=("states", "energy", "overlap"), every=100, rng=2)
    frames, _ = read(video(run, tmp_path / "batch.gif", state=2, tint=False, scale=8))
    top = HEAD + (270 - 80) // 2
    shown = frames[-1][top : top + 80 : 8, EDGE : EDGE + 320 : 8, 0]
    np.testing.assert_array_equal(shown > 0, run.states[2] > 0)
    with pytest.raises(InvalidInputError, match="state"):
        video(run, tmp_path / "batch.gif", state=4)
    with pytest.raises(InvalidInputError, match="pattern"):
        video(run, tmp_path / "batch.gif", pattern=4)


def test_a_run_that_recorded_only_states(net: hs.HopfieldNetwork, tmp_path: Path) -> None:
    run = net.recall(net.patterns[0], record="states")  # and that never moves
    frames, seconds = read(video(run, tmp_path / "still.gif"))
    assert len(frames) == 1
    assert frames.shape[2] == 352
    assert seconds == [1.0]


def test_the_same_run_gives_the_same_file(run: Any, tmp_path: Path) -> None:
    first = video(run, tmp_path / "a.gif").read_bytes()
    assert video(run, str(tmp_path / "b.GIF")).read_bytes() == first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.gif", "b.GIF"]


def test_long_titles_are_not_cut_off(run: Any, tmp_path: Path) -> None:
    frames, _ = read(video(run, tmp_path / "long.gif", title="pseudo-inverse, asynchronous " * 4))
    assert (frames[0][:40, -EDGE + 4 :] == 255).all()
    assert (frames[0][:40] < 128).any()


def test_files_that_cannot_be_written(run: Any, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"\.gif or \.mp4; found 'board.avi'"):
        video(run, tmp_path / "board.avi")
    with pytest.raises(InvalidInputError, match="found 'board'"):
        video(run, tmp_path / "board")
    with pytest.raises(ResultsDirError, match="no folder"):
        video(run, tmp_path / "nowhere" / "board.gif")
    (tmp_path / "taken.gif").mkdir()
    with pytest.raises(ResultsDirError, match=r"taken\.gif"):
        video(run, tmp_path / "taken.gif")
    assert os.listdir(tmp_path) == ["taken.gif"]  # no draft is left behind


@pytest.mark.parametrize(
    ("kwargs", "error", "words"),
    [
        ({"shape": (20, 21)}, InvalidInputError, "height × width = 400"),
        ({"scale": 0}, InvalidInputError, "scale"),
        ({"scale": 500}, InvalidInputError, "take at most 102"),
        ({"fps": 0}, InvalidInputError, "fps"),
        ({"fps": "fast"}, InvalidTypeError, "fps"),
        ({"state": 1}, InvalidInputError, "state"),
        ({"tint": "yes"}, InvalidTypeError, "tint"),
    ],
)
def test_bad_arguments(
    run: Any, tmp_path: Path, kwargs: dict[str, Any], error: type, words: str
) -> None:
    with pytest.raises(error, match=words):
        video(run, tmp_path / "x.gif", **kwargs)
    assert not list(tmp_path.iterdir())


def test_a_run_without_a_trajectory(net: hs.HopfieldNetwork, tmp_path: Path) -> None:
    with pytest.raises(HopfieldError, match="record='states'"):
        video(net.recall(net.patterns, record="energy"), tmp_path / "x.gif")
    with pytest.raises(HopfieldError, match="record='states'"):
        video(SimpleNamespace(), tmp_path / "x.gif")


def test_mp4_without_its_package_says_how_to_install_it(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(video_file.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match=r"pip install hopfield_sim\[video\]"):
        video(run, tmp_path / "x.mp4")


@pytest.mark.slow
def test_mp4_frames_last_as_long_as_in_the_gif(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without ffmpeg itself: what would be sent to it."""
    sent: list[np.ndarray] = []

    class Film:
        def __enter__(self) -> Film:
            return self

        def __exit__(self, *_: object) -> None:
            return None

        def append_data(self, frame: np.ndarray) -> None:
            sent.append(frame)

    def get_writer(path: Path, **_: object) -> Film:
        path.write_bytes(b"moov")
        return Film()

    monkeypatch.setattr(video_file.importlib.util, "find_spec", lambda name: True)
    monkeypatch.setattr(video_file.iio2, "get_writer", get_writer)
    video(run, tmp_path / "x.mp4", fps=5, tint=False)
    frames, seconds = read(video(run, tmp_path / "x.gif", fps=5, tint=False))
    assert len(sent) == pytest.approx(25 * sum(seconds), abs=1)
    np.testing.assert_array_equal(sent[0], frames[0])
    np.testing.assert_array_equal(sent[-1], frames[-1])


@pytest.mark.slow
@pytest.mark.skipif(not HAS_FFMPEG, reason="needs imageio-ffmpeg, the extra 'video'")
def test_an_mp4_can_be_read_back(run: Any, tmp_path: Path) -> None:
    import imageio_ffmpeg

    path = video(run, tmp_path / "board.mp4", tint=False)
    gif, seconds = read(video(run, tmp_path / "board.gif", tint=False))
    # By ffmpeg itself: imageio's reader leaves its pipes open, and warnings are errors here.
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    to_raw = [ffmpeg, "-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    raw = subprocess.run(to_raw, capture_output=True, check=True).stdout
    frames = np.frombuffer(raw, np.uint8).reshape(-1, *gif.shape[1:])
    assert len(frames) == pytest.approx(25 * sum(seconds), abs=2)
    middle = board(gif[-1])[..., 0] > 128
    last = frames[-1][HEAD : HEAD + 320, EDGE : EDGE + 320].astype(int).mean(axis=-1)
    blocks = last.reshape(20, 16, 20, 16).mean(axis=(1, 3))
    np.testing.assert_array_equal(blocks > 128, middle)


@pytest.mark.parametrize(("kind", "shortest"), [("gif", 0.02), ("mp4", 0.04)])
@pytest.mark.parametrize("fps", [25, 40, 60, 80, 200, 1e4])
def test_a_fast_film_leaves_frames_out_and_keeps_its_speed(
    kind: str, shortest: float, fps: float
) -> None:
    """Browsers show a GIF's frames of less than 0.02 s for 0.1 s; an MP4 has 25 a second."""
    seconds = [1.0, *[1 / fps] * 118, 1.5]
    rate, least = (100, video_file.GIF_LEAST) if kind == "gif" else (video_file.MP4_FPS, 1)
    chosen, ticks = video_file._shown(seconds, rate, least)
    assert (chosen[0], chosen[-1]) == (0, 119)
    assert ticks.min() >= shortest * rate
    assert ticks.sum() / rate == pytest.approx(2.5 + 118 / fps, abs=0.06)
    # Each frame is shown near its own time.
    starts = np.append(0, np.cumsum(ticks)[:-1]) / rate
    due = np.append(0, np.cumsum(seconds)[:-1])[chosen]
    np.testing.assert_allclose(starts, due, atol=shortest)


@pytest.mark.slow
def test_no_frame_of_a_gif_is_too_short_for_a_browser(run: Any, tmp_path: Path) -> None:
    for fps in (60, 200):
        path = video(run, tmp_path / "fast.gif", fps=fps)
        frames, times = read(path)
        assert min(times) >= 0.02
        np.testing.assert_array_equal(frames[-1], read(video(run, path, fps=10))[0][-1])


@pytest.mark.skipif(not HAS_FFMPEG, reason="needs imageio-ffmpeg, the extra 'video'")
def test_an_mp4_that_ffmpeg_cannot_make_is_an_error_of_one_line(tmp_path: Path) -> None:
    """ffmpeg takes the few frames, refuses their size and ends without a word to its caller."""
    frames = np.zeros((2, 40_000, 16), np.uint8)
    with pytest.raises(ResultsDirError, match=r"video of 16×40000 pixels") as caught:
        video_file.write(tmp_path / "long.mp4", frames, [1.0, 1.0])
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_the_palette_has_every_colour_once_and_keeps_paper_white() -> None:
    colours = palette()
    assert len(colours) <= 256
    assert len(np.unique(colours, axis=0)) == len(colours)
    for colour in ("#FFFFFF", "#000000", style.BLUE, style.VERMILLION):
        pixel = np.append(rgb(colour), 255).astype(np.uint8).reshape(1, 1, 4)
        found = colours[to_palette(pixel)][0, 0].astype(int)
        assert np.abs(found - rgb(colour)).max() <= 8
    np.testing.assert_array_equal(
        colours[to_palette(np.full((1, 1, 4), 255, np.uint8))][0, 0], [255, 255, 255]
    )


# --- larger videos and races ----------------------------------------------------------------------


@pytest.mark.parametrize("size", [240, 720, 1080])
def test_a_video_for_a_projector_is_enlarged_as_a_whole(
    run: Any, tmp_path: Path, size: int
) -> None:
    few = run_of(run, 3)
    frames, _ = read(video(few, tmp_path / "board.gif", size=size, tint=False, fps=1))
    height, width = frames.shape[1:3]
    assert size - 40 < height <= size
    usual, _ = read(video(few, tmp_path / "usual.gif", tint=False, fps=1))
    assert width / height == pytest.approx(usual.shape[2] / usual.shape[1], rel=0.05)
    zoom = size // 16 * 16 / (HEAD + 320 + 48)
    scale = (size // 16 * 16 - round(zoom * HEAD) - round(zoom * 48)) // 20
    top, left = round(zoom * HEAD), round(zoom * EDGE)
    inner = frames[-1][top : top + 20 * scale, left : left + 20 * scale]
    blocks = inner.reshape(20, scale, 20, scale, 3)
    assert (blocks == blocks[:, :1, :, :1]).all()
    np.testing.assert_array_equal(blocks[:, 0, :, 0, 0] > 0, few.trajectory[-1].reshape(20, 20) > 0)


def run_of(run: Any, rows: int) -> SimpleNamespace:
    """The first rows of a run."""
    return SimpleNamespace(
        updates=run.updates[:rows], trajectory=run.trajectory[:rows], energy=run.energy[:rows],
        overlaps=run.overlaps[:rows], patterns=run.patterns, n_neurons=400, shape=(20, 20),
    )  # fmt: skip


def test_size_and_scale(run: Any, tmp_path: Path) -> None:
    for wrong, words in (
        ({"size": 100}, "size must be from 240 to 2160; got 100"),
        ({"size": 5000}, "size must be from 240 to 2160"),
        ({"size": 480, "scale": 3}, "size and scale exclude each other"),
    ):
        with pytest.raises(InvalidInputError, match=words):
            video(run, tmp_path / "no.gif", **wrong)


@pytest.fixture(scope="module")
def racing(net: hs.HopfieldNetwork) -> dict[str, Any]:
    cue = hs.flip(net.patterns[0], count=150, rng=1)
    modern = hs.ModernHopfield(0.1).store(net.patterns.astype(float))
    return {
        "Hebbian": net.recall(cue, record="states", every=40, rng=2),
        "modern": modern.recall(cue.astype(float), record="states"),
    }


def test_a_race_shows_all_on_one_clock(
    net: hs.HopfieldNetwork, racing: dict[str, Any], tmp_path: Path
) -> None:
    frames, seconds = read(race(racing, tmp_path / "race.gif", (20, 20)))
    assert frames.shape[1] % 16 == frames.shape[2] % 16 == 0
    assert seconds[-1] == 1.5
    board, orange = net.patterns[0].reshape(20, 20), (rgb("#8A3B00"), rgb("#FFB84D"))

    def lane(frame: np.ndarray, place: int) -> np.ndarray:
        left = 16 + place * (240 + 16)
        return frame[84 : 84 + 240, left : left + 240].reshape(20, 12, 20, 12, 3)[:, 6, :, 6]

    def wrong(image: np.ndarray) -> np.ndarray:
        return np.any([np.abs(image - colour).sum(axis=-1) == 0 for colour in orange], axis=0)

    for place in range(2):
        cue = lane(frames[0], place).astype(int)
        assert wrong(cue).sum() == 150
        white = (cue.sum(axis=-1) > 380).astype(bool)
        np.testing.assert_array_equal(white != (board > 0), wrong(cue))
        end = lane(frames[-1], place).astype(int)
        np.testing.assert_array_equal(end[..., 0] > 0, board > 0)
        assert not wrong(end).any()
    # Half a sweep from the start the network has looked at half of its neurons; the modern one has
    # not made its first step yet.
    times = np.unique(np.concatenate([racing["Hebbian"].updates / 400, racing["modern"].updates]))
    half = int(np.flatnonzero(times == 0.5)[0])
    row = int(np.flatnonzero(racing["Hebbian"].updates == 200)[0])
    left = (racing["Hebbian"].trajectory[row] != net.patterns[0]).sum()
    assert wrong(lane(frames[half], 0).astype(int)).sum() == left
    assert wrong(lane(frames[half], 1).astype(int)).sum() == 150


def test_a_race_for_a_projector_is_no_wider_than_it(racing: dict[str, Any], tmp_path: Path) -> None:
    many = {f"{name} {k}": run for k in range(2) for name, run in racing.items()}
    frames, _ = read(race(many, tmp_path / "race.gif", (20, 20), size=720))
    assert frames.shape[1] <= 720
    assert 1200 < frames.shape[2] <= 1296


def test_races_that_cannot_be(net: hs.HopfieldNetwork, racing: Any, tmp_path: Path) -> None:
    path = tmp_path / "race.gif"
    with pytest.raises(InvalidInputError, match="at least one recall"):
        race({}, path)
    with pytest.raises(InvalidTypeError, match="runs must map names to recalls"):
        race(racing["Hebbian"], path)
    other = hs.HopfieldNetwork().store(hs.random_patterns(2, 100, rng=0))
    small = other.recall(other.patterns[0], record="states", rng=0)
    with pytest.raises(InvalidInputError, match="'small' has 100, the first 400"):
        race(racing | {"small": small}, path)
    with pytest.raises(InvalidInputError, match="pattern must be one state of 400"):
        race(racing, path, pattern=[1, -1])
    with pytest.raises(HopfieldError, match="states"):
        race({"a": net.recall(net.patterns[0], record="energy")}, path)
    assert not path.exists()
