"use strict";

// The picture of the facts: a row each, its marks placed by days as shares of all days, so that the axis is moved and
// stretched by two numbers of each row, and paper of any width needs nothing at all.

const SVG = "http://www.w3.org/2000/svg";
const HALF = 4; // of the pixels within which marks are pointed at together
const SHORTEST = 90; // days that the axis shows at least
const [FIRST, LAST] = all.days;
const SPAN = LAST + 1 - FIRST;
const at = (id) => document.getElementById(id);

function make(tag, text, attributes = {}) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function draw(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const name in attributes) element.setAttribute(name, attributes[name]);
  element.append(...children);
  return element;
}

// ------------------------------------------------------------------ marks

// What every mark of a kind shares: patterns in the ink of each lane, and shapes that stand on a day.
const SHAPES = {
  diamond: "M0 5L7 12L0 19L-7 12Z", halo: "M0 3L9 12L0 21L-9 12Z", brief: "M-2 4H2V20H-2Z", narrow: "M-3 4.5H3V19.5H-3Z",
  head: "M-11 1.5L0 12L-11 22.5Z", under: "M-11 1H4V23H-11Z", cap: "M0 6V18", before: "M-26 4.5H0V19.5H-26", after: "M26 4.5H0V19.5H26",
};

function pattern(name, lane, strokes) {
  const paths = strokes.map((d) => draw("path", { d }));
  const square = { id: `${name}${lane}`, class: name, width: 7, height: 7, patternUnits: "userSpaceOnUse" };
  return draw("pattern", square, draw("rect", { width: 7, height: 7 }), ...paths);
}

function defineShapes() {
  const up = "M-2 2L2 -2M-1 8L8 -1M5 9L9 5";
  const down = "M-2 5L2 9M-1 -1L8 8M5 -2L9 2";
  const lanes = [...all.lanes.keys(), "legend"].map((lane) =>
    draw("g", { class: `l${lane}` }, pattern("hatch", lane, [up]), pattern("back", lane, [down]), pattern("cross", lane, [up, down])));
  const shapes = Object.entries(SHAPES).map(([id, d]) => draw("path", { id, d }));
  at("defs").append(draw("defs", {}, ...lanes, ...shapes));
}

const clamped = (day) => Math.max(FIRST - SPAN, Math.min(day, LAST + 1 + SPAN));
const share = (day) => (((clamped(day) - FIRST) / SPAN) * 100).toFixed(4) + "%";
const length = (first, last) => (((clamped(last + 1) - clamped(first)) / SPAN) * 100).toFixed(4) + "%";
const stand = (shape, day, attributes = {}) => draw("use", { href: "#" + shape, x: share(day), ...attributes });

function bar(mark, first, last, lane) {
  const hatch = { possible: "hatch", weak: "back", disagree: "cross" }[mark];
  const style = hatch ? { fill: `url(#${hatch}${lane})` } : {};
  const solid = mark === "certain";
  const rect = draw("rect", { x: share(first), width: length(first, last), y: solid ? 4 : 4.5, height: solid ? 16 : 15, ...style });
  // What is too short to be seen is seen all the same, behind what it is once the axis is stretched.
  const brief = (YES.has(mark) || NO.has(mark)) && (last + 1 - first) / SPAN < 1 / 150;
  return brief ? [stand(mark.startsWith("denied") ? "narrow" : "brief", (first + last + 1) / 2, style), rect] : [rect];
}

// The open side of a stub has no edge, and it is as long as there is room for.
function stub(mark, first, last, lane) {
  const starts = mark === "start unknown";
  const [from, to] = starts ? [Math.max(first, last - SPAN), last] : [first, Math.min(last, first + SPAN)];
  const room = { x: share(from), width: length(from, to), height: 24, overflow: "hidden" };
  const shape = draw("use", { href: starts ? "#before" : "#after", x: starts ? "100%" : 0, class: "stub", fill: `url(#hatch${lane})` });
  return [draw("svg", room, shape)];
}

function shapesOf({ mark, first, last }, lane) {
  const middle = (first + last + 1) / 2;
  if (mark.startsWith("day")) return [stand("halo", middle, { class: "halo" }), stand("diamond", middle)];
  if (mark.startsWith("ongoing")) return [stand("under", last + 1, { class: "under" }), stand("head", last + 1)];
  if (mark.endsWith("unknown")) return stub(mark, first, last, lane);
  if (mark !== "window") return bar(mark, first, last, lane);
  const line = draw("line", { x1: share(first), x2: share(last + 1), y1: 12, y2: 12 });
  return [line, stand("cap", first), stand("cap", last + 1), stand("halo", middle, { class: "halo" }), stand("diamond", middle, { class: "middle" })];
}

function pieceWords(piece) {
  const [, said] = all.marks[MARKS.indexOf(piece.mark)];
  return said === "unknown" && piece.why ? `unknown (${piece.why})` : said;
}

function nameOf(piece, fact) {
  if (fact.event) return all.records[piece.records[0]].n + ", " + whenOf(all.records[piece.records[0]], state.layer);
  return `${pieceWords(piece)}: ${stretchDays(piece)}`;
}

function drawMark(piece, fact) {
  const shapes = shapesOf(piece, fact.lane);
  const named = { class: "mark " + piece.mark, role: "button", tabindex: -1, "aria-label": nameOf(piece, fact) };
  const element = draw("g", named, ...shapes);
  element.piece = piece;
  return element;
}

// ------------------------------------------------------------------ rows

// What is drawn of a line: what was still so as far as it is carried, and no stub where something now is.
function drawnPieces(fact, carry) {
  const tiles = tilesUpTo(fact, carry);
  const gapAt = (day) => tiles.find((tile) => day <= tile.last)?.mark === "gap";
  const over = fact.over.filter((one) => fact.event || !one.mark.endsWith("unknown") || gapAt(one.mark === "start unknown" ? one.last : one.first));
  return [...tiles.filter((tile) => tile.mark !== "gap"), ...over];
}

const rows = new Map();
let rowsOf = "";

function rowOf(fact, carry) {
  if (rows.has(fact.id)) return rows.get(fact.id);
  const row = make("li", undefined, { class: "row" });
  const name = make("button", fact.label, { type: "button", class: "name", tabindex: -1, title: fact.label });
  const inner = draw("svg", { height: 24 }, ...drawnPieces(fact, carry).map((piece) => drawMark(piece, fact)));
  row.append(name, make("span"), draw("svg", { class: "track" }, inner));
  Object.assign(row, { fact, inner });
  rows.set(fact.id, row);
  return row;
}

function drawChart(list) {
  const terms = [state.layer, state.confidence, state.carry].join();
  if (terms !== rowsOf) rows.clear();
  rowsOf = terms;
  const carry = dayNumber(state.carry);
  const lanes = new Map();
  for (const fact of list) lanes.set(fact.lane, [...(lanes.get(fact.lane) || []), fact]);
  const sections = [...lanes].map(([lane, facts], place) => {
    const section = make("section", undefined, { class: `lane l${lane} ${place % 2 ? "" : "odd"}` });
    const head = make("h2", all.lanes[lane]);
    const rowsHere = make("ol");
    rowsHere.append(...facts.map((fact) => rowOf(fact, carry)));
    section.append(head, rowsHere);
    return section;
  });
  at("chart").replaceChildren(overlay("grid"), ...sections, overlay("days"));
  list.forEach(drawAnswer);
  drawAxis();
  rove(document.querySelector(".name"));
}

function drawAnswer(fact) {
  const row = rows.get(fact.id);
  const { answer } = answerOf(fact, state);
  const said = row.children[1];
  if (said.dataset.answer !== answer) {
    said.dataset.answer = answer;
    said.className = answer === "happened" ? "yes" : answer === "yes" || answer === "no" ? answer : "unknown";
    said.textContent = { "not on this day": "", "may have happened": "may have" }[answer] ?? answer;
  }
  row.classList.toggle("chosen", fact.id === state.fact);
  const record = state.record && all.records.findIndex((one) => one.id === state.record);
  for (const mark of row.inner.children) mark.classList.toggle("chosen", fact.event && fact.id === state.fact && mark.piece.records.includes(record));
}

function overlay(name) {
  return draw("svg", { class: "overlay", id: name, "aria-hidden": true });
}

// ------------------------------------------------------------------ the axis

// The first day that is shown, and the midnight after the last.
const opening = () => [all.early, Math.max(LAST + 1, (dayNumber(state.carry) ?? 0) + 60)];
const shownDays = () => state.axis || opening();

function withinReach([first, last]) {
  const [low, high] = [FIRST, opening()[1]];
  const days = Math.min(Math.max(last - first, SHORTEST), high - low);
  const from = Math.min(Math.max(last - first < SHORTEST ? (first + last - days) / 2 : first, low), high - days);
  return [from, from + days];
}

let waiting = false;
function showDays(days) {
  state.axis = withinReach(days).map(Math.round);
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    drawAxis();
  });
  clearTimeout(showDays.later);
  showDays.later = setTimeout(writeHash, 200);
}

function zoomBy(factor, around) {
  const [first, last] = shownDays();
  const day = dayNumber(state.day);
  const middle = around ?? (first <= day && day <= last ? day : (first + last) / 2);
  showDays([middle - (middle - first) * factor, middle + (last - middle) * factor]);
}

function panBy(part) {
  const [first, last] = shownDays();
  const by = (last - first) * part;
  const [low, high] = [FIRST, opening()[1]];
  const shift = Math.min(Math.max(by, low - first), high - last);
  showDays([first + shift, last + shift]);
}

function ticks([first, last], width) {
  const most = Math.max(width / 62, 2);
  const days = last - first;
  const months = [1, 3, 6, 12, 24, 60, 120, 240].find((step) => days / (step * 30.44) <= most);
  if (days / 30.44 < most / 2.5) return everyDays(first, last, [1, 2, 7, 14].find((step) => days / step <= most) || 14);
  const found = [];
  const start = new Date(first * DAY);
  const step = months || 240;
  for (let month = Math.floor((start.getUTCFullYear() * 12 + start.getUTCMonth()) / step) * step; ; month += step) {
    const day = Date.UTC(Math.floor(month / 12), month % 12, 1) / DAY;
    if (day > last) return found;
    if (day >= first) found.push([day, step % 12 ? dayText(day).slice(0, 7) : dayText(day).slice(0, 4)]);
  }
}

function everyDays(first, last, step) {
  const found = [];
  for (let day = Math.ceil(first / step) * step; day <= last; day += step) found.push([day, dayText(day)]);
  return found;
}

// Of labels that would run into the one before, the later ones are left out.
function apart(ticks, place, side) {
  let taken = -Infinity;
  return ticks.filter(([tick, text]) => {
    const width = text.length * 7;
    const left = place(tick) - { start: 0, middle: 0.5, end: 1 }[side(tick)] * width;
    const free = left > taken + 6;
    if (free) taken = left + width;
    return free;
  });
}

function drawAxis() {
  const [first, last] = shownDays();
  const place = (day) => (((day - first) / (last - first)) * 100).toFixed(3) + "%";
  const inner = { x: place(FIRST), width: ((SPAN / (last - first)) * 100).toFixed(3) + "%" };
  for (const row of document.querySelectorAll("#chart li")) {
    row.inner.setAttribute("x", inner.x);
    row.inner.setAttribute("width", inner.width);
  }
  const axis = document.querySelector("#axis svg");
  const day = dayNumber(state.day);
  const found = ticks([first, last], axis.clientWidth || 700);
  const pixels = (axis.clientWidth || 700) / (last - first);
  const asked = first <= day && day <= last;
  const side = (other) => ((other - first) * pixels < 36 ? "start" : (last - other) * pixels < 36 ? "end" : "middle");
  const write = (other, text, name) => draw("text", { x: place(other), y: 16, class: name, "text-anchor": side(other) }, text);
  const free = found.filter(([tick]) => !asked || Math.abs(tick - day) * pixels > 36 + 14 + (side(day) === "middle" ? 0 : 36));
  const texts = apart(free, (tick) => (tick - first) * pixels, side).map(([tick, text]) => write(tick, text, "tick"));
  axis.replaceChildren(...texts, ...(asked ? [write(day, state.day, "asked")] : []));
  const line = (x, name) => draw("line", { x1: x, x2: x, y1: 0, y2: "100%", class: name });
  const silent = draw("rect", { x: place(spokenUntil() + 1), y: 0, height: "100%", width: "100%" });
  at("grid")?.replaceChildren(silent, ...found.map(([tick]) => line(place(tick), "tick")));
  at("days")?.replaceChildren(...(asked ? [line(place(day + 0.5), "asked")] : []));
}

// The last word of all: after it no source speaks of anything.
const lastWords = new Map();
function spokenUntil() {
  const name = setName(state.layer, state.confidence);
  if (!lastWords.has(name)) {
    const told = [...factsOf(state.layer, state.confidence).values()].flatMap((fact) => fact.records.map((record) => all.records[record]));
    const days = told.flatMap((record) => [spokenOf(record, state.layer) ?? FIRST, ...boundsOf(record, state.layer)]);
    lastWords.set(name, Math.max(FIRST, ...days));
  }
  return lastWords.get(name);
}

// ------------------------------------------------------------------ pointing

function dayAt(row, x) {
  const [first, last] = shownDays();
  const box = row.lastChild.getBoundingClientRect();
  const day = (pixel) => first + ((pixel - box.left) / box.width) * (last - first);
  return [day(x - HALF), day(x), day(x + HALF)];
}

// What is pointed at: the marks that lie near, or the gap between them.
function piecesAt(row, x) {
  const { fact, inner } = row;
  const near = [...inner.children].filter((mark) => {
    const shapes = [...mark.children].filter((shape) => !shape.matches(".under, .halo"));
    return shapes.some((shape) => {
      const box = shape.getBoundingClientRect();
      return box.left - HALF <= x && x <= box.right + HALF;
    });
  });
  if (near.length || fact.event) return near.map((mark) => mark.piece);
  const day = dayAt(row, x)[1];
  return [tilesUpTo(fact, dayNumber(state.carry)).find((tile) => day < tile.last + 1)];
}

function tipFor(fact, pieces) {
  const shown = [make("strong", fact.label)];
  for (const piece of fact.event ? [] : pieces) shown.push(make("p", `${stretchDays(piece)}: ${pieceWords(piece)}`));
  const records = [...new Set(pieces.flatMap((piece) => piece.records))];
  for (const place of records.slice(0, 5)) {
    const record = all.records[place];
    const quote = (record.q || []).map(quoteOf).find(Boolean);
    const words = quote ? `“${quote}”` : record.s || "";
    const told = make("p", record.n === fact.label ? "" : record.n + ": ");
    told.append(whenOf(record, state.layer), make("br"), words.length > 220 ? words.slice(0, 220) + " …" : words);
    told.append(make("span", ` ${saidBy([place])}`, { class: "muted" }));
    shown.push(told);
  }
  if (records.length > 5) shown.push(make("p", `and ${records.length - 5} more`, { class: "muted" }));
  return shown;
}

function showTip(fact, pieces, x, y) {
  const tip = at("tip");
  tip.hidden = !pieces.length;
  if (tip.hidden) return;
  tip.replaceChildren(...tipFor(fact, pieces));
  const { width, height } = tip.getBoundingClientRect();
  const right = Math.max(Math.min(x + 14, innerWidth - width - 8), 4);
  tip.style.left = right + "px";
  tip.style.top = (y + 18 + height < innerHeight ? y + 18 : Math.max(y - height - 14, 4)) + "px";
}

const hideTip = () => { at("tip").hidden = true; };

function openAt(row, pieces) {
  const records = pieces.flatMap((piece) => piece.records);
  openFact(row.fact.id, records.length ? all.records[records[0]].id : "");
}

// Two fingers stretch the axis, one finger or the mouse moves it; what does not move opens.
function listenToPointers() {
  const chart = at("chart");
  const held = new Map();
  let moved = false;
  const track = (event) => event.target.closest?.(".track");
  for (const area of [chart, at("axis")]) {
    area.addEventListener("pointerdown", (event) => {
      if (!track(event) || event.button) return;
      held.set(event.pointerId, event.clientX);
      moved = false;
    });
  }
  window.addEventListener("pointermove", (event) => {
    if (!held.has(event.pointerId)) return;
    const width = document.querySelector("#axis svg").clientWidth;
    const before = [...held.values()];
    const by = event.clientX - held.get(event.pointerId);
    if (!moved && Math.abs(by) < HALF) return;
    moved = true;
    hideTip();
    held.set(event.pointerId, event.clientX);
    if (held.size === 1) return panBy(-by / width);
    const after = [...held.values()];
    const left = document.querySelector("#axis svg").getBoundingClientRect().left;
    const [first, last] = shownDays();
    const middle = first + (((after[0] + after[1]) / 2 - left) / width) * (last - first);
    zoomBy(Math.abs(before[0] - before[1]) / Math.max(Math.abs(after[0] - after[1]), 8), middle);
  });
  for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, (event) => held.delete(event.pointerId));
  chart.addEventListener("click", (event) => {
    const row = event.target.closest("li.row");
    if (!row || (moved && track(event))) return;
    openAt(row, track(event) ? piecesAt(row, event.clientX) : []);
  });
  at("axis").addEventListener("click", (event) => {
    if (moved) return;
    const [, day] = dayAt(at("axis"), event.clientX);
    update({ day: dayText(Math.floor(day)) });
  });
  chart.addEventListener("pointermove", (event) => {
    const row = event.target.closest("li.row");
    if (held.size || !row || event.pointerType === "touch") return hideTip();
    showTip(row.fact, track(event) ? piecesAt(row, event.clientX) : [], event.clientX, event.clientY);
  });
  chart.addEventListener("pointerleave", hideTip);
  for (const area of [chart, at("axis")]) area.addEventListener("wheel", turnWheel, { passive: false });
}

// The wheel alone scrolls the page; with Ctrl, which is also a pinch on a pad, or over the axis it stretches it.
function turnWheel(event) {
  if (!event.target.closest(".track")) return;
  const stretches = event.ctrlKey || event.metaKey || event.currentTarget.id === "axis";
  const sideways = event.shiftKey ? event.deltaX || event.deltaY : Math.abs(event.deltaX) > Math.abs(event.deltaY) ? event.deltaX : 0;
  if (!stretches && !sideways) return;
  event.preventDefault();
  hideTip();
  const row = event.target.closest(".row");
  if (stretches) zoomBy(Math.exp(Math.max(Math.min(event.deltaY, 60), -60) * 0.005), dayAt(row, event.clientX)[1]);
  else panBy(sideways / 1500);
}

// ------------------------------------------------------------------ keys

// One place of the chart is reached by Tab; from there arrows go to every name and mark.
function rove(element) {
  for (const other of document.querySelectorAll('#chart [tabindex="0"]')) other.setAttribute("tabindex", -1);
  element?.setAttribute("tabindex", 0);
}

function goTo(element) {
  if (!element) return;
  rove(element);
  element.focus();
  const row = element.closest("li");
  row.scrollIntoView({ block: "nearest" });
  const box = element.getBoundingClientRect();
  if (element.piece) showTip(row.fact, [element.piece], box.left, box.bottom);
  else hideTip();
}

function pressKey(event) {
  const zoom = { "+": 0.5, "=": 0.5, "-": 2 }[event.key];
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const row = event.target.closest("li.row");
  if (!row) return;
  const all = [...document.querySelectorAll("#chart li")];
  const places = [row.firstChild, ...[...row.inner.children].sort((a, b) => a.piece.first - b.piece.first)];
  const place = places.indexOf(event.target);
  const to = {
    ArrowDown: () => goTo(all[all.indexOf(row) + 1]?.firstChild),
    ArrowUp: () => goTo(all[all.indexOf(row) - 1]?.firstChild),
    Home: () => goTo(all[0].firstChild),
    End: () => goTo(all.at(-1).firstChild),
    ArrowRight: () => (event.shiftKey ? panBy(0.2) : goTo(places[place + 1])),
    ArrowLeft: () => (event.shiftKey ? panBy(-0.2) : goTo(places[place - 1])),
    0: () => { state.axis = null; update({}); },
  }[event.key];
  if (to) to();
  else if (zoom) zoomBy(zoom);
  else if ((event.key === "Enter" || event.key === " ") && event.target.piece) openAt(row, [event.target.piece]);
  else return;
  event.preventDefault();
}

// ------------------------------------------------------------------ the legend

function drawLegend() {
  const used = new Set([...factsOf(state.layer, state.confidence).values()].flatMap((fact) => drawnPieces(fact, dayNumber(state.carry)).map((piece) => piece.mark)));
  const items = all.marks.filter(([mark, , name]) => name && (used.has(mark) || mark === "gap")).map(([mark, , name]) => {
    const item = make("li");
    const picture = draw("svg", { class: "llegend", "aria-hidden": true }, ...legendMark(mark));
    item.append(picture, name);
    return item;
  });
  document.querySelector("#legend ul").replaceChildren(...items);
}

function legendMark(mark) {
  if (mark === "gap") return [draw("rect", { x: 1, y: 4, width: 32, height: 16, class: "gap" })];
  const piece = { mark, first: FIRST, last: LAST };
  const picture = draw("svg", { x: 1, width: 32, height: 24, overflow: "visible", class: mark }, ...shapesOf(piece, "legend"));
  if (mark.startsWith("ongoing")) picture.setAttribute("x", -8);
  return [picture];
}
