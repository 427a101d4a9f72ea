"use strict";

// What is known: the lines of every layer, and what each of them is on a day. All of it was computed with the functions
// behind as_of; here the stretch that holds a day is looked up.

const all = JSON.parse(document.getElementById("data").textContent);
const DAY = 86400000;
const EVER = 2932896;
const NONE = -1;
const MARKS = all.marks.map(([name]) => name);
const LAYERS = ["seed", "corroborated", "reported"];
const YES = new Set(["certain", "corroborated", "carried"]);
const NO = new Set(["denied", "denied corroborated", "denied carried"]);
const ANSWERS = ["yes", "no", "unknown", "happened", "may have happened", "not on this day"];
const names = new Map(all.entities);

function dayNumber(text) {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
  const moment = new Date(text + "T00:00:00Z");
  return Number.isNaN(moment.getTime()) || moment.toISOString().slice(0, 10) !== text ? null : moment.getTime() / DAY;
}

const dayText = (number) => new Date(number * DAY).toISOString().slice(0, 10);

// The first and the last day of a year, a month or a day.
function daysOf(text) {
  const first = dayNumber((text + "-01-01").slice(0, 10));
  if (!/^\d{4}(-\d{2}){0,2}$/.test(text) || first === null) return null;
  const [year, month, day] = text.split("-").map(Number);
  return [first, day ? first : month ? Date.UTC(year, month, 1) / DAY - 1 : dayNumber(`${text}-12-31`)];
}

// ------------------------------------------------------------------ lines

const listed = (records) => (Array.isArray(records) ? records : [records]);

function tilesFrom(flat) {
  const tiles = [];
  for (let at = 0; at < flat.length; at += 4) {
    const last = at + 4 < flat.length ? flat[at + 4] - 1 : EVER;
    const why = flat[at + 2] === NONE ? "" : all.reasons[flat[at + 2]];
    tiles.push({ first: flat[at], last, mark: MARKS[flat[at + 1]], why, records: listed(flat[at + 3]) });
  }
  return tiles;
}

function overFrom(flat) {
  const over = [];
  for (let at = 0; at < flat.length; at += 4) {
    over.push({ mark: MARKS[flat[at]], first: flat[at + 1], last: flat[at + 2], why: "", records: listed(flat[at + 3]) });
  }
  return over;
}

const sets = new Map();
const setName = (layer, confidence) => (layer === "reported" ? `reported ${confidence}` : layer);

// The facts of a layer at a confidence, by the ids of their lines, in the order of drawing.
function factsOf(layer, confidence) {
  const name = setName(layer, confidence);
  if (!sets.has(name)) {
    const facts = all.sets[name].lines.map(([line, label, tiles, goingOn, over], order) => {
      const [id, event, type, records] = all.lines[line];
      const pieces = { tiles: tilesFrom(all.tiles[tiles]), over: overFrom(all.over[over]) };
      const going = goingOn === null ? null : tilesFrom(all.tiles[goingOn]);
      const own = layer === "reported" ? records : records.filter((record) => !all.records[record].l);
      return [id, { id, event, type, lane: all.types[type]?.[0] ?? 0, label: all.labels[label], records: own, order, going, ...pieces }];
    });
    sets.set(name, new Map(facts));
  }
  return sets.get(name);
}

const quoteOf = ([, , , words]) => words || "";

const boundsOf = (record, layer) => (layer === "seed" && record.b0) || record.b;
const wordsOf = (record, layer) => (layer === "seed" && record.w0) || record.w;
const spokenOf = (record, layer) => (layer === "seed" && record.u0) || record.u;

function whenOf(record, layer) {
  const [start, end] = wordsOf(record, layer);
  return end === undefined ? start : `${start} – ${end.startsWith("still") ? "" : "end "}${end}`;
}

// Up to the day that a reader carries to, the tiles are those of what was still so going on.
function tilesUpTo(fact, carry) {
  if (carry === null || !fact.going) return fact.tiles;
  const until = fact.going.filter((tile) => tile.first <= carry).map((tile) => ({ ...tile, last: Math.min(tile.last, carry) }));
  const after = fact.tiles.filter((tile) => tile.last > carry).map((tile) => ({ ...tile, first: Math.max(tile.first, carry + 1) }));
  return [...until, ...after].reduce((joined, tile) => {
    const before = joined.at(-1);
    if (!before || before.mark !== tile.mark || before.why !== tile.why) return [...joined, tile];
    return [...joined.slice(0, -1), { ...before, last: tile.last, records: [...new Set([...before.records, ...tile.records])] }];
  }, []);
}

// ------------------------------------------------------------------ answers

const answerOfMark = (mark) => (YES.has(mark) ? "yes" : NO.has(mark) ? "no" : "unknown");

function tileOn(fact, day, carry) {
  const tiles = carry !== null && day <= carry && fact.going ? fact.going : fact.tiles;
  return tiles.find((tile) => day <= tile.last);
}

// An event is no state of affairs: it happened on a day, may have, or was not then.
function happenedOn(record, day, layer, confidence) {
  const [start, startLatest, endEarliest, end] = boundsOf(record, layer);
  const last = end ?? spokenOf(record, layer) ?? EVER;
  if ((start !== null && day < start) || day > last) return { answer: "not on this day", why: "" };
  const weak = record.c && CONFIDENCES.indexOf(record.c) > CONFIDENCES.indexOf(confidence);
  if (weak) return { answer: "may have happened", why: "low confidence" };
  const certain = startLatest !== null && endEarliest !== null && startLatest <= day && day <= endEarliest;
  return certain ? { answer: "happened", why: "" } : { answer: "may have happened", why: "the day is not known" };
}

const CONFIDENCES = ["high", "medium", "low"];

function eventAnswer(fact, asked) {
  const day = dayNumber(asked.day);
  const said = fact.records.map((record) => ({ ...happenedOn(all.records[record], day, asked.layer, asked.confidence), record }));
  const answer = ANSWERS.slice(3).find((word) => said.some((one) => one.answer === word));
  const deciding = said.filter((one) => one.answer === answer);
  return { answer, why: deciding[0].why, carried: false, layer: "", records: answer === "not on this day" ? [] : deciding.map((one) => one.record) };
}

// What a line is on the day that is asked about, why that is unknown, and the smallest layer that says yes or no.
function answerOf(fact, asked) {
  if (fact.event) return eventAnswer(fact, asked);
  const day = dayNumber(asked.day);
  const carry = dayNumber(asked.carry);
  const { mark, why, records } = tileOn(fact, day, carry);
  const answer = answerOfMark(mark);
  const agrees = (layer) => {
    const same = factsOf(layer, asked.confidence).get(fact.id);
    return same && answerOfMark(tileOn(same, day, carry).mark) === answer;
  };
  const layer = answer === "unknown" ? "" : LAYERS.slice(0, LAYERS.indexOf(asked.layer)).find(agrees) || asked.layer;
  return { answer, why, carried: mark.includes("carried"), layer, records };
}

const shortly = (place) => all.refs[place][0] + all.refs[place][2];

// Who says so, in a few words: the authors of documents, and publishers and years of other sources.
function saidBy(records, most = 3) {
  const sources = records.flatMap((place) => {
    const record = all.records[place];
    return record.x ? [all.sources[record.x]?.[2] ?? record.x] : (record.r || []).map(shortly);
  });
  const found = [...new Set(sources)];
  const more = found.length - most;
  return found.slice(0, most).join("; ") + (more > 0 ? `; and ${more} more` : "");
}

function answerWords({ answer, why, carried, layer, records }) {
  if (answer === "unknown" || !layer) return answer + (why ? ` (${why})` : "");
  if (carried) return `${answer}, taken to go on`;
  if (layer === "seed") return `${answer}, by the document`;
  if (layer === "corroborated") return `${answer}, by the document as other sources date it`;
  return `${answer}, reported: ${saidBy(records)}`;
}

// The whole answer of a line: stretches of one answer and one reason, whoever says so.
function stretchesOf(fact, carry) {
  const found = [];
  for (const tile of tilesUpTo(fact, carry)) {
    const answer = answerOfMark(tile.mark);
    const before = found.at(-1);
    const carried = tile.mark.includes("carried");
    if (before && before.answer === answer && before.why === tile.why && before.carried === carried) {
      before.last = tile.last;
      before.records = [...new Set([...before.records, ...tile.records])];
    } else {
      found.push({ ...tile, answer, carried, records: [...tile.records] });
    }
  }
  return found;
}

const isOpen = (day) => Math.abs(day) > 719162 - 1;

function stretchDays({ first, last }) {
  if (isOpen(first) && isOpen(last)) return "at any time";
  if (isOpen(first)) return `until ${dayText(last)}`;
  if (isOpen(last)) return `from ${dayText(first)}`;
  return first === last ? dayText(first) : `${dayText(first)} … ${dayText(last)}`;
}

// When a line is so, in words: the days of its yes, else of its no; of events the first and the last day.
function spellOf(fact, asked) {
  const changed = changedIn(fact, asked);
  if (changed.length && changed.length < fact.records.length) return changed.map((record) => whenOf(all.records[record], asked.layer)).join("; ");
  if (fact.records.length === 1) return whenOf(all.records[fact.records[0]], asked.layer);
  if (fact.event) {
    const days = fact.records.flatMap((record) => boundsOf(all.records[record], asked.layer)).filter((day) => day !== null);
    return `${dayText(Math.min(...days))} … ${dayText(Math.max(...days))}, ${fact.records.length} records`;
  }
  const stretches = stretchesOf(fact, dayNumber(asked.carry));
  const known = ["yes", "no"].map((answer) => stretches.filter((one) => one.answer === answer)).find((some) => some.length);
  return known ? known.map(stretchDays).join("; ") : "no certain day";
}

// The records of a fact that begin, end or happen within the days that are asked for, as far as anybody states when.
function changedIn(fact, asked) {
  const days = daysOf(asked.changed);
  if (!days) return [];
  const within = (day) => day !== null && days[0] <= day && day <= days[1];
  return fact.records.filter((place) => {
    const record = all.records[place];
    const [start, startLatest, endEarliest, end] = boundsOf(record, asked.layer);
    const covers = record.k && startLatest !== null && startLatest <= days[0] && days[1] <= endEarliest;
    return covers || (start !== null && (within(start) || within(startLatest))) || (end !== null && (within(end) || within(endEarliest)));
  });
}
