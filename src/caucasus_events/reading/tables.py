"""The released tables as DataFrames: the loaders, and the paths of the files."""

from __future__ import annotations

import atexit
from functools import cache
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from caucasus_events.errors import Fact, Problem, ProblemsError, UnknownNameError
from caucasus_events.model import layers, versions
from caucasus_events.model.asked import one_of
from caucasus_events.model.rows import FILES, TABLES

# What to do where an installed file is not what it was.
AGAIN = "install this version again: pip install --force-reinstall --no-deps caucasus-events"
# The tables that say when.
DATED = ("events", "statuses", "timeline")


def load(name: str, layer: str = layers.BEST) -> pd.DataFrame:
    """Load one table of the dataset.

    Parameters
    ----------
    name
        ``sources``, ``entities``, ``events``, ``participants``, ``statuses``, ``evidence``,
        ``coverage``, ``timeline``, ``corroborations``, ``references`` or ``external_ids``.
    layer
        ``"seed"``: the records coded from documents, as these alone date them.
        ``"corroborated"``: the same, with the windows that other sources narrow; that a start from
        another source and the document's "is so" on its own day are one unbroken spell is an
        assumption. ``"reported"`` (the default): these and the records that only other public
        sources state. Events, statuses and timeline have layers; the other tables are the same.

    Returns
    -------
    DataFrame
        The table; ``attrs`` holds name, version, licence and content digest, and ``layer``. In the
        layer ``reported`` it is what plain ``pd.read_parquet`` reads: ``layer`` says whose record a
        row is, ``start_basis`` and ``end_basis`` who set its windows, ``seed_start_earliest`` …
        ``seed_end_latest`` what the document alone says. ``"corroborated"`` has no columns of
        reported records (says, confidence, reference_ids …), ``"seed"`` one of each bound only.

    Raises
    ------
    UnknownNameError
        If there is no such table (a ``KeyError``).
    InvalidValueError
        If there is no such layer (a ``ValueError``).
    ProblemsError
        If the installed file is missing or damaged.

    Examples
    --------
    >>> load("events").set_index("event_id").loc["georgia-russia-escalation-2008", "type"]
    'clash'
    >>> load("timeline").set_index("record_id").loc["armenia-csto-membership", "start_basis"]
    'corroborated'
    """
    layers.checked(layer)
    if one_of("table", name, FILES, UnknownNameError) not in DATED or layer == layers.BEST:
        frame = _read(name)
    else:
        frame = layers.view(name, _read(name, layers.of_file(name, layer)), layer)
    frame.attrs["layer"] = layer
    return frame


def load_events(layer: str = layers.BEST) -> pd.DataFrame:
    """Load the events: one row per clash, ceasefire, closure or statement.

    Parameters
    ----------
    layer
        ``"seed"``, ``"corroborated"`` or ``"reported"``; see :func:`load`.

    Returns
    -------
    DataFrame
        One row per event, key ``event_id``. When it began and when it ended are windows of days
        (``start_earliest`` … ``end_latest``); null is unknown.

    Raises
    ------
    InvalidValueError
        If there is no such layer (a ``ValueError``).

    Examples
    --------
    >>> load_events().set_index("event_id").loc["armenia-azerbaijan-clashes-2020", "date"]
    '2020-07'
    """
    return load("events", layer)


def load_statuses(layer: str = layers.BEST) -> pd.DataFrame:
    """Load the statuses: one row per thing that was the case, or is denied.

    Parameters
    ----------
    layer
        ``"seed"``, ``"corroborated"`` or ``"reported"``; see :func:`load`.

    Returns
    -------
    DataFrame
        One row per status, key ``status_id``. ``holds`` is False for an explicit denial only.
        After ``speaks_until`` the row knows nothing; ``end_latest`` is null for what was still so
        on that day. ``place`` tells rows of one proposition apart that speak of several bases,
        crossings, posts or formats.

    Raises
    ------
    InvalidValueError
        If there is no such layer (a ``ValueError``).

    Examples
    --------
    >>> row = load_statuses("seed").set_index("status_id").loc["turkey-armenia-border-closed"]
    >>> row["start_latest"].date(), row["end_state"]
    (datetime.date(1993, 12, 31), 'ongoing')
    """
    return load("statuses", layer)


def load_participants() -> pd.DataFrame:
    """Load who took part in which event, and in which role.

    Returns
    -------
    DataFrame
        One row per event, entity and role; joins ``events`` and ``entities``.

    Examples
    --------
    >>> load_participants().set_index(["event_id", "entity_id"]).loc["nagorno-karabakh-ceasefire-1994", "role"]["RUS"]
    'mediator'
    """
    return load("participants")


def load_entities() -> pd.DataFrame:
    """Load the actors and places, with their codes in other datasets.

    Returns
    -------
    DataFrame
        One row per entity, key ``entity_id``; ISO, Correlates of War, Gleditsch-Ward, UCDP and
        Wikidata codes, null where no source gives one.

    Examples
    --------
    >>> load_entities().set_index("entity_id").loc["GEO", "cow_abbrev"]
    'GRG'
    """
    return load("entities")


def load_sources() -> pd.DataFrame:
    """Load the seed documents that everything else was coded from.

    Returns
    -------
    DataFrame
        One row per seed, key ``source_id``, with the shares (0 to 1) of its characters that are
        cited and set aside.

    Examples
    --------
    >>> load_sources().set_index("source_id").loc["markedonov-2020", "author"]
    'Sergei Markedonov'
    """
    return load("sources")


def load_evidence() -> pd.DataFrame:
    """Load the passages that prove the records.

    Returns
    -------
    DataFrame
        One row per record and passage; ``quote`` is verbatim but for white space, ``start_char``
        and ``end_char`` are code points into the text of the seed.

    Examples
    --------
    >>> evidence = load_evidence().set_index("record_id")
    >>> evidence.loc["turkey-armenia-border-closed", "quote"]
    'and since 1993, Turkey has kept its border with Armenia closed.'
    """
    return load("evidence")


def load_coverage() -> pd.DataFrame:
    """Load what became of every stretch of every seed: cited, or set aside and why.

    Returns
    -------
    DataFrame
        One row per stretch, in code points; the stretches tile each seed.

    Examples
    --------
    >>> "forecast" in set(load_coverage()["disposition"])
    True
    """
    return load("coverage")


def load_timeline(layer: str = layers.BEST) -> pd.DataFrame:
    """Load events and statuses in one flat table: the one to open when you open one.

    Parameters
    ----------
    layer
        ``"seed"``, ``"corroborated"`` or ``"reported"``; see :func:`load`.

    Returns
    -------
    DataFrame
        One row per record, with its four bounds, its first quote or what its sources say, citation
        and address.

    Raises
    ------
    InvalidValueError
        If there is no such layer (a ``ValueError``).

    Examples
    --------
    >>> load_timeline().set_index("record_id").loc["turkey-armenia-border-closed", ["kind", "parties"]].tolist()
    ['status', 'Turkey → Armenia']
    """
    return load("timeline", layer)


def load_corroborations() -> pd.DataFrame:
    """Load what other sources say of the dates of records, applied or not, and why.

    Returns
    -------
    DataFrame
        One row per reading, key ``reading_id``: the date that sources give for the ``date`` of an
        event or the ``start`` or ``end`` of a status, parsed into bounds; whether it confirms,
        refines or contradicts the seed; ``applied``, or ``why_not``; ``sources``, ids of the table
        ``references``.

    Examples
    --------
    >>> readings = load_corroborations().query("record_id == 'armenia-eaeu-membership'")
    >>> readings.loc[readings["applied"], "date"].tolist()
    ['2015-01-02']
    """
    return load("corroborations")


def load_references() -> pd.DataFrame:
    """Load the sources that readings, reported records and identifiers cite.

    Returns
    -------
    DataFrame
        One row per source, key ``reference_id``: title, publisher, date, address, kind, and what
        of it was read.

    Examples
    --------
    >>> load_references().set_index("reference_id").loc["atop-4-01", "kind"]
    'dataset'
    """
    return load("references")


def load_external_ids() -> pd.DataFrame:
    """Load what records are called in other datasets, and how far each join goes.

    Returns
    -------
    DataFrame
        One row per record, ``scheme`` and ``external_id``. ``match`` says what may be read
        across: of what is only ``related``, nothing.

    Examples
    --------
    >>> ids = load_external_ids().query("record_id == 'nagorno-karabakh-ceasefire-1994' and match == 'exact'")
    >>> ids[["scheme", "external_id"]].values.tolist()
    [['pax_agreement', '990']]
    """
    return load("external_ids")


def changes(since: str | None = None, *, table: str | None = None) -> pd.DataFrame:
    """List every cell and row that changed between releases, with the reason.

    Parameters
    ----------
    since
        A version, "1.0.0": only what changed after it. Left out, everything since the first.
    table
        Only changes in this table.

    Returns
    -------
    DataFrame
        One row per changed cell or row, release by release: ``version``, ``table``, ``id`` (the
        key of the row), ``operation`` (added, changed, removed, withdrawn; columns and tables
        added and removed), ``column`` (null: the whole row), ``old`` and ``new`` as text (a whole
        row as JSON; of a withdrawn record ``new`` is the id that replaces it, if one does),
        ``reason`` (null for new records) and ``reason_code``.

    Raises
    ------
    InvalidValueError
        If ``since`` is no version X.Y.Z (a ``ValueError``).
    UnknownNameError
        If there is no such table (a ``KeyError``).

    Notes
    -----
    Carried out in their order on the tables of an old release, the changes since then give the
    tables of this one exactly; every release is checked for that.

    Examples
    --------
    >>> list(changes(table="events").columns[:5])
    ['version', 'table', 'id', 'operation', 'column']
    """
    frame = _read("changes")
    if table is not None:
        frame = frame[frame["table"] == one_of("table", table, TABLES, UnknownNameError)]
    if since is not None:
        after = versions.parse(since)
        frame = frame[frame["version"].map(lambda version: versions.parse(version) > after).astype(bool)]
    return frame.reset_index(drop=True)


def data_path(name: str | None = None) -> Path:
    """Return the real path of a table's Parquet file, for any program that reads Parquet.

    Parameters
    ----------
    name
        A table; left out, the folder with all of them.

    Returns
    -------
    Path
        A file, or a folder, that exists for as long as the program runs.

    Raises
    ------
    UnknownNameError
        If there is no such table (a ``KeyError``).

    Examples
    --------
    >>> data_path("sources").name
    'sources.parquet'
    """
    folder = _folder()
    return folder if name is None else folder / f"{one_of('table', name, FILES, UnknownNameError)}.parquet"


def _read(name: str, columns: list[str] | None = None) -> pd.DataFrame:
    """Read an installed table, or some columns of it.

    One that is missing or damaged is a :class:`ProblemsError` with the way out.
    """
    path = data_path(name)
    # A folder of that name would be read as a table without rows.
    if not path.is_file():
        what = "a folder stands where the file should" if path.is_dir() else "the file is missing"
        raise ProblemsError([Problem(path.name, "", what, AGAIN)])
    try:
        return pd.read_parquet(path, columns=columns)
    except Exception as error:
        fact = Fact("reader", (str(error) or type(error).__name__).split("\n", 1)[0])
        raise ProblemsError([Problem(path.name, "", "the file cannot be read", AGAIN, (fact,))]) from error


@cache
def _folder() -> Path:
    """Find the installed data; of a zipped package a copy is made that lasts until exit."""
    files = resources.files("caucasus_events.data")
    if isinstance(files, Path):
        return files
    # as_file takes folders from Python 3.12 on only.
    copied = TemporaryDirectory(prefix="caucasus-events-")
    atexit.register(copied.cleanup)
    for file in files.iterdir():
        if file.is_file():
            (Path(copied.name) / file.name).write_bytes(file.read_bytes())
    return Path(copied.name)
