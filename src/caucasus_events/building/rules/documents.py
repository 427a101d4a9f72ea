"""Rules of documents and sources: when they were published, in which language, and what can be known from them."""

import re
from collections.abc import Iterator, Mapping
from datetime import date

from caucasus_events.coding import dates
from caucasus_events.errors import Fact, shown
from caucasus_events.model.bounds import stated_days

from .registry import Finding, Shipped, TableRow, rule

# ISO 639-1 and the same languages in ISO 639-2; then the languages of the region that have three letters only.
_LANGUAGES = frozenset(
    """
    aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es
    et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki
    kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no
    nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta
    te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
    aar abk afr aka amh ara arg asm ava ave aym aze bak bam bel ben bis bod bos bre bul cat ces cha che chu chv cor cos
    cre cym dan deu div dzo ell eng epo est eus ewe fao fas fij fin fra fry ful gla gle glg glv grn guj hat hau hbs heb
    her hin hmo hrv hun hye ibo ido iii iku ile ina ind ipk isl ita jav jpn kal kan kas kat kau kaz khm kik kin kir kom
    kon kor kua kur lao lat lav lim lin lit ltz lub lug mah mal mar mkd mlg mlt mon mri msa mya nau nav nbl nde ndo nep
    nld nno nob nor nya oci oji ori orm oss pan pli pol por pus que roh ron run rus sag san sin slk slv sme smo sna snd
    som sot spa sqi srd srp ssw sun swa swe tah tam tat tel tgk tgl tha tir ton tsn tso tuk tur twi uig ukr urd uzb ven
    vie vol wln wol xho yid yor zha zho zul
    abq ady agx aii ani arc azb azj bbl bph cap cji ckb crh gag gin glk hyw inh jdt kap kbd khv kmr krc kry kum kva lbe
    lez dar lzz mzn nog oge oos pes prs rut rom sva syc syr tab tkr tly tsz ttt udi uum xmf zza
    """.split()  # noqa: SIM905 - four hundred words in quotes would fill a page
)
_STATED = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")


@rule("published")
def nothing_is_published_tomorrow(shipped: Shipped) -> Iterator[Finding]:
    """No document and no source is dated later than the day on which the data are built."""
    for row in shipped.rows["sources"]:
        if row["published"] and row["published"] > dates.today():
            yield _not_yet(row, "published", str(row["published"]))
    for row in shipped.rows["references"]:
        first = _first_days(row["date"])
        if first and first[0] > dates.today():
            yield _not_yet(row, "date", row["date"])


def _not_yet(row: TableRow, column: str, value: str) -> Finding:
    """Report a day of publication that has not come."""
    what = f"{column} is a day that has not come yet"
    return row.breaks(what, "write the day on which it was published", value, [Fact("found", value)])


@rule("date", "sources")
def readings_are_known_to_their_sources(shipped: Shipped) -> Iterator[Finding]:
    """No reading is of a day after its newest source was published; of an undated one, after today."""
    last_days = {row.key: _last_day(row) for row in shipped.rows["references"]}
    for row in shipped.rows["corroborations"]:
        yield from _not_yet_known(row, "date", row["date"], _newest(row["sources"], last_days), "the reading")


@rule("date", "start", "end", "known_until", "sources")
def reported_records_are_known_to_their_sources(shipped: Shipped) -> Iterator[Finding]:
    """What other sources report is not dated, nor known to go on, after the newest of them was published."""
    last_days = {row.key: _last_day(row) for row in shipped.rows["references"]}
    for row in shipped.records("reported"):
        newest = _newest(row["reference_ids"], last_days)
        for column in ("date",) if row.table == "events" else ("start", "end"):
            yield from _not_yet_known(row, column, row[column], newest, f"the {column}")
        # Of a stated end the horizon is the day on which the file was compiled.
        if row.table == "statuses" and row["end"] in (None, ".."):
            yield from _not_yet_known(row, "day", str(row["speaks_until"]), newest, "known_until")


def _newest(sources: str | None, last_days: Mapping[str, date]) -> date:
    """Return the last day on which the newest of some sources can have been published."""
    return max(last_days.get(name, dates.today()) for name in (sources or "").split("; "))


def _not_yet_known(row: TableRow, label: str, text: str | None, newest: date, what: str) -> Iterator[Finding]:
    """Report a date that begins after the newest source of a row."""
    if any(day > newest for day in _first_days(text)):
        facts = Fact(label, str(text)), Fact("known", f"until {newest}, the date of the newest source")
        do = "cite a source that is later, or mend the date: after its own day no source says that it is so"
        yield row.breaks(f"{what} is later than every source that it cites", do, str(text), facts)


def _first_days(text: str | None) -> list[date]:
    """Return the first day of every date in an EDTF text; what is none of the calendar is told elsewhere."""
    found = []
    for each in _STATED.findall(text or ""):
        try:
            days = stated_days(each)
        except ValueError:
            continue
        found += [days[0]] if days else []
    return found


def _last_day(reference: TableRow) -> date:
    """Return the last day on which a source can have been published: today, where that is not known."""
    try:
        return (reference["date"] and dates.parse_window(reference["date"]).latest) or dates.today()
    except dates.DateError:
        return dates.today()


@rule("language")
def languages_exist(shipped: Shipped) -> Iterator[Finding]:
    """The language of a document is a code of ISO 639."""
    for row in shipped.rows["sources"]:
        if row["language"] not in _LANGUAGES:
            do = "write its two letters: en, hy, az, ka, ru, tr; or the three, of a language that has no two"
            what = f"language {shown(row['language'])} is no code of ISO 639"
            yield row.breaks(what, do, str(row["language"]))
