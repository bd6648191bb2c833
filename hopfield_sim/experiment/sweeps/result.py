"""Results of studies: a table, a summary and recorded runs."""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from hopfield_sim import checks
from hopfield_sim.errors import MissingDependencyError
from hopfield_sim.support import disk, display, table

if TYPE_CHECKING:
    import pandas
    import xarray

__all__ = ["Result", "Row"]

Row = dict[str, str | int | float]


@dataclass
class Result:
    """Result of a study.

    Parameters
    ----------
    name : str
        Name of the study.
    rows : list of dict
        Table, all rows with the same columns in the same order.
    config : dict
        All that the rows depend on, the seed included.
    summary : dict
        Numbers derived from the rows (capacities, death points, ...), as stated in the report.
    runs : dict of str to Recording
        Recorded runs of figures and videos; may be empty.
    dims : tuple of str
        The columns that number the rows, outermost first; a name that is no column counts the rows
        within the others.

    Examples
    --------
    >>> result = Result("demo", [{"rule": "hebbian", "load": 0.1}], config={})
    >>> result.rows[0]["load"]
    0.1
    """

    name: str
    rows: list[Row]
    config: Mapping[str, Any]
    summary: dict[str, Any] = field(default_factory=dict)
    runs: dict[str, Any] = field(default_factory=dict)
    dims: tuple[str, ...] = ("row",)

    def to_csv(self, path: str | os.PathLike[str]) -> Path:
        """Write the rows to a CSV file, floats with all digits.

        Raises
        ------
        InvalidInputError, InvalidTypeError
            For an invalid path.
        ResultsDirError
            When the file cannot be written.
        """
        place = checks.path(path)
        text = io.StringIO(newline="")
        if self.rows:
            writer = csv.DictWriter(text, list(self.rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.rows)
        # A name of a file may hold what UTF-8 does not.
        return disk.write(place, text.getvalue().encode("utf-8", "backslashreplace"))

    def to_markdown(self) -> str:
        """Return the rows as a table of Markdown, numbers with as many digits as count.

        Examples
        --------
        >>> result = Result("demo", [{"rule": "hebbian", "load": 0.1}], config={})
        >>> print(result.to_markdown(), end="")
        | rule    | load |
        |:--------|-----:|
        | hebbian |  0.1 |
        """
        return table.markdown(self.rows)

    def to_parquet(self, path: str | os.PathLike[str]) -> Path:
        """Write the rows to a Parquet file, floats with all digits.

        Raises
        ------
        InvalidInputError, InvalidTypeError
            For an invalid path.
        ResultsDirError
            When the file cannot be written.
        MissingDependencyError
            If pandas or pyarrow is not installed.
        """
        return self._write(path, "to_parquet", "pyarrow", index=False, engine="pyarrow")

    def to_hdf(self, path: str | os.PathLike[str]) -> Path:
        """Write the rows to an HDF5 file, as the table whose name is that of the study.

        Raises
        ------
        InvalidInputError, InvalidTypeError
            For an invalid path.
        ResultsDirError
            When the file cannot be written.
        MissingDependencyError
            If pandas or PyTables is not installed.
        """
        return self._write(path, "to_hdf", "tables", key=self.name, mode="w")

    def _write(self, path: Any, method: str, package: str, **how: Any) -> Path:
        """Let pandas write a file, whole or not at all."""
        place = checks.path(path)
        try:
            import_module(package)
            rows = self.to_dataframe()
        except ImportError as error:
            raise _missing(f"pandas and {package}", method, "files") from error
        with TemporaryDirectory() as folder:
            draft = Path(folder) / "table"
            getattr(rows, method)(draft, **how)
            return disk.write(place, draft.read_bytes())

    def to_dataframe(self) -> pandas.DataFrame:
        """Return the rows as a pandas DataFrame.

        Raises
        ------
        MissingDependencyError
            If pandas is not installed.
        """
        try:
            import pandas
        except ImportError as error:
            raise _missing("pandas", "to_dataframe") from error
        return pandas.DataFrame(self.rows)

    def to_xarray(self) -> xarray.Dataset:
        """Return the columns as labelled arrays over ``dims``; cells that do not exist are nan.

        Raises
        ------
        MissingDependencyError
            If xarray is not installed.
        """
        try:
            import pandas
            import xarray
        except ImportError as error:
            raise _missing("xarray", "to_xarray") from error
        frame = pandas.DataFrame(self.rows)
        for dim in self.dims:
            if dim not in frame:
                others = [name for name in self.dims if name in frame]
                frame[dim] = frame.groupby(others).cumcount() if others else range(len(frame))
        dataset = xarray.Dataset.from_dataframe(frame.set_index(list(self.dims)))
        dataset.attrs = {"study": self.name}
        return dataset

    def _repr_html_(self) -> str:
        shown = self.rows[: display.MOST]
        columns = {
            name: [escape(_short(row[name])) for row in shown] for name in (shown or [{}])[0]
        }
        return display.titled(repr(self), display.table(columns), len(self.rows))

    def __repr__(self) -> str:
        columns = ", ".join(self.rows[0]) if self.rows else "none"
        return f"<Result of {self.name}: {len(self.rows)} rows; columns: {columns}>"


def _short(value: str | int | float) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def mean_and_error(values: list[float]) -> tuple[float, float]:
    """Return mean and standard error, s/√n with s² = Σ (x − mean)²/(n − 1); nan if undefined.

    Examples
    --------
    >>> mean_and_error([0.0, 1.0])
    (0.5, 0.5)
    >>> mean_and_error([1.0])
    (1.0, nan)
    """
    n = len(values)
    mean = math.fsum(values) / n if n else math.nan
    if n < 2:
        return mean, math.nan
    variance = math.fsum((value - mean) ** 2 for value in values) / (n - 1)
    return mean, math.sqrt(variance / n)


def means(trials: Sequence[Mapping[str, Any]], names: Sequence[str], points: int) -> list[Row]:
    """Return means over trials, and standard errors as "name_se", at each point of a curve.

    Parameters
    ----------
    trials : sequence of mapping
        Payloads with a list of ``points`` numbers for each name; there may be none.
    names : sequence of str
        Measures.
    points : int
        Number of points.

    Examples
    --------
    >>> means([{"overlap": [1.0, 0.0]}, {"overlap": [1.0, 1.0]}], ["overlap"], 2)
    [{'overlap': 1.0, 'overlap_se': 0.0}, {'overlap': 0.5, 'overlap_se': 0.5}]
    """
    rows: list[Row] = [{} for _ in range(points)]
    for name in names:
        for point, row in enumerate(rows):
            row[name], row[f"{name}_se"] = mean_and_error([trial[name][point] for trial in trials])
    return rows


def with_error(value: float, error: float) -> str:
    """Format a number with its standard error, to its significant digits.

    Where the error is below 1e-6 the number alone is given, to six digits.

    Examples
    --------
    >>> with_error(163.97, 1.24), with_error(671.9, 3.6), with_error(9283.2, 130), with_error(9, 0)
    ('164.0 ± 1.2', '672 ± 4', '9280 ± 130', '9')
    >>> with_error(0.95188, 0.00021), with_error(1.5, math.nan), with_error(math.nan, 1)
    ('0.9519 ± 0.0002', '1.5', '—')
    >>> with_error(0.9999999991, 4e-10)
    '1'
    """
    if math.isnan(value):
        return "—"
    if not (error > 0 and math.isfinite(error)):
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
    places = -math.floor(math.log10(error))
    if round(error * 10.0**places) < 2:  # a leading 1 is rounded too coarsely alone
        places += 1
    if places > 6 and abs(value) * 10.0**places > 1e6:
        return f"{value:.6g}"
    shown = max(places, 0)
    return f"{round(value, places):.{shown}f} ± {round(error, places):.{shown}f}"


def _missing(package: str, method: str, extra: str = "xarray") -> MissingDependencyError:
    return MissingDependencyError(
        f"{method}() needs {package}: pip install hopfield_sim[{extra}]; "
        ".rows and .to_csv() need nothing"
    )
