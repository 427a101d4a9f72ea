"use strict";

// Everything shown is text: nothing of the data is ever parsed as markup, but for the words of the
// chart, which are escaped where they are written.

const all = JSON.parse(document.getElementById("data").textContent);
const MILLISECONDS = 86400000;
const COLUMNS = [["title", "Record"], ["lane", "Lane"], ["when", "When"], ["answer", "Answer on the day"]];
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const at = (id) => document.getElementById(id);

// All layers are in the page; `data` is the one that is shown.
let data;
let records;
function choose(layer) {
  if (data === all.layers[layer]) return;
  data = all.layers[layer];
  records = new Map(data.records.map((record) => [record.id, record]));
  buildChoices();
}

const initial = () => ({ layer: all.layer, day: data.day, carry: "", record: "", q: "", off: [], entity: "", answer: "", sort: "", down: false });
choose(all.layer);
let state = initial();
let zoom = null;
let opener = null;

function make(tag, text, attributes = {}) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

// ------------------------------------------------------------------ days and answers

function dayNumber(text) {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
  const moment = new Date(text + "T00:00:00Z");
  return Number.isNaN(moment.getTime()) || moment.toISOString().slice(0, 10) !== text ? null : moment.getTime() / MILLISECONDS;
}

const dayText = (number) => new Date(number * MILLISECONDS).toISOString().slice(0, 10);

// The stretches were computed with the function behind as_of; here the one that holds the day is looked up. Up to the
// day that a reader carries to, they are those of what was still so going on.
function answerOf(record) {
  const day = dayNumber(state.day);
  const goesOn = state.carry && day <= dayNumber(state.carry) && data.carried[record.stretches];
  const stretch = (goesOn || data.stretches[record.stretches]).find(([first, last]) => first <= day && day <= last);
  return { answer: stretch[2], why: stretch[3], carried: stretch[4] ? "taken to go on" : "" };
}

const reasonOf = ({ why, carried }) => (why || carried ? ` (${why || carried})` : "");
const answerWords = (found) => found.answer + reasonOf(found);

// ------------------------------------------------------------------ what is shown

function matches(record) {
  const words = state.q.toLowerCase();
  return !state.off.includes(record.lane)
    && (!state.entity || record.entities.includes(state.entity))
    && (!state.answer || answerOf(record).answer === state.answer)
    && (!words || record.search.includes(words));
}

function sortKey(record) {
  return state.sort === "answer" ? answerWords(answerOf(record)) : state.sort === "when" ? record.order : record[state.sort];
}

function shown() {
  const found = data.records.filter(matches);
  if (!state.sort) return found;
  const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  found.sort((a, b) => compare(sortKey(a), sortKey(b)) * (state.down ? -1 : 1));
  return found;
}

// ------------------------------------------------------------------ the table

function drawHead() {
  const cells = COLUMNS.map(([name, title]) => {
    const sorted = state.sort === name ? (state.down ? "descending" : "ascending") : "none";
    const head = make("th", undefined, { scope: "col", "aria-sort": sorted, class: name === "lane" ? "wide" : "" });
    const button = make("button", title + { none: "", ascending: " ▲", descending: " ▼" }[sorted], { type: "button", "data-sort": name });
    button.addEventListener("click", () => {
      update({ sort: name, down: state.sort === name && !state.down });
      document.querySelector(`[data-sort="${name}"]`).focus();
    });
    head.append(button);
    return head;
  });
  document.querySelector("thead tr").replaceChildren(...cells);
}

function drawRow(record) {
  const found = answerOf(record);
  const row = make("tr", undefined, { "data-record": record.id, class: record.id === state.record ? "chosen" : "" });
  const button = make("button", record.title, { type: "button" });
  button.addEventListener("click", () => open(record.id, button));
  row.append(make("td"), make("td", record.lane, { class: "wide" }), make("td", record.when), make("td"));
  row.children[0].append(button);
  row.children[3].append(make("span", found.answer, { class: found.answer, "data-answer": found.answer }));
  row.children[3].append(reasonOf(found));
  return row;
}

function counted(list, kind) {
  const found = list.filter((record) => record.kind === kind).map((record) => answerOf(record).answer);
  return data.answers.filter((answer) => found.includes(answer))
    .map((answer) => `${found.filter((other) => other === answer).length} ${answer}`).join(", ");
}

function drawSummary(list) {
  const words = [["statuses", counted(list, "status")], ["events", counted(list, "event")]];
  const said = words.filter(([, counts]) => counts).map(([name, counts]) => `${name}: ${counts}`).join("; ");
  at("summary").textContent = `${state.day}: ${said || "nothing to answer"}. ${list.length} of ${data.records.length} records shown.`;
}

// ------------------------------------------------------------------ the panel

function open(id, from) {
  opener = from || null;
  update({ record: id });
  at("panel").focus();
}

function close() {
  const id = state.record;
  update({ record: "" });
  const row = [...document.querySelectorAll("tbody tr")].find((element) => element.dataset.record === id);
  const target = opener && opener.isConnected ? opener : row && row.querySelector("button");
  if (target) target.focus();
}

function citationOf(source) {
  return /^https?:\/\//.test(source.url) ? make("a", source.text, { href: source.url, rel: "noreferrer" }) : make("span", source.text);
}

function citations(sources) {
  const list = make("p", undefined, { class: "muted" });
  for (const source of sources) list.append(citationOf(source), make("br"));
  return list;
}

function stated(record) {
  const found = [make("p", record.says)];
  if (record.note) found.push(make("p", record.note, { class: "muted" }));
  return [...found, citations(record.stated)];
}

function passage(evidence) {
  const quote = make("blockquote");
  if (evidence.context) {
    const [before, after] = evidence.context.split(evidence.quote);
    quote.append("… " + before, make("mark", evidence.quote), after + " …");
  } else if (evidence.quote) quote.append(make("mark", evidence.quote));
  else quote.append(make("span", "Words not shipped.", { class: "muted" }));
  const source = data.sources[evidence.source];
  const place = make("p", undefined, { class: "muted" });
  place.append(`Characters ${evidence.start} to ${evidence.end} of ${evidence.source}. ${source.citation} `);
  if (/^https?:\/\//.test(source.url)) place.append(make("a", "Open the document", { href: source.url, rel: "noreferrer" }));
  return [quote, place];
}

function drawPanel() {
  const record = records.get(state.record);
  at("panel").hidden = !record;
  document.body.classList.toggle("open", Boolean(record));
  if (!record) return;
  at("panel-title").textContent = record.title;
  const facts = [
    ["Lane", record.lane], ["Type", `${record.type}: ${record.definition}`], ["Parties", record.parties], ["Place", record.place],
    ["Start", record.start], ["End", record.end], ["Dated by", record.basis], [`On ${state.day}`, answerWords(answerOf(record))],
    ["Claim", record.claim], ["Confidence", record.confidence], ["Id", record.id],
  ].filter(([, value]) => value);
  document.querySelector("#panel dl").replaceChildren(...facts.flatMap(([name, value]) => [make("dt", name), make("dd", value)]));
  at("passages").replaceChildren(...record.evidence.flatMap(passage));
  at("stated").hidden = !record.says;
  at("stated-words").replaceChildren(...stated(record));
  at("readings").hidden = !record.readings.length;
  at("readings-list").replaceChildren(...record.readings.map(reading));
}

function reading(said) {
  const item = make("li", undefined, { "data-outcome": said.outcome });
  const contradicts = said.relation === "contradicts";
  item.append(make("strong", `${said.bound} ${said.date}`), ` ${said.relation} the seed, confidence ${said.confidence}, `);
  item.append(make("span", said.outcome, { class: contradicts ? "no" : "" }), `. ${said.says}.`);
  if (said.note) item.append(make("p", said.note, { class: "muted" }));
  item.append(citations(said.sources));
  return item;
}

// ------------------------------------------------------------------ the chart

function figureFor(width) {
  const text = JSON.stringify(width < all.measures.narrow ? data.narrow : data.wide);
  const themed = dark.matches ? text.replace(/#[0-9A-F]{6}/g, (colour) => data.dark[colour] || colour) : text;
  return JSON.parse(themed);
}

// Rows that are not shown are taken out, and the others close up; the figure says how rows stand.
function closeUp(figure, list) {
  const visible = new Set(list.map((record) => record.id));
  const meta = figure.layout.meta;
  const lanes = meta.lanes.map(([lane, ids]) => [lane, ids.filter((id) => visible.has(id))]).filter(([, ids]) => ids.length);
  const move = {};
  const place = {};
  let row = all.measures.first;
  lanes.forEach(([lane, ids], rank) => {
    row += meta.above || rank ? meta.gap : 0;
    const first = row;
    for (const id of ids) {
      move[id] = row - meta.rows[id];
      row += 1;
    }
    place["lane " + lane] = [first - meta.before, row - 1 + meta.after];
  });
  for (const trace of figure.data) {
    if (trace.meta === "legend" || !Array.isArray(trace.customdata)) continue;
    const kept = trace.customdata.map((id, index) => index).filter((index) => visible.has(trace.customdata[index]));
    trace.y = trace.y.map((y, index) => (y === null ? null : y + (move[trace.customdata[index]] || 0)));
    const length = trace.customdata.length;
    for (const [name, values] of Object.entries(trace)) {
      if (Array.isArray(values) && values.length === length) trace[name] = kept.map((index) => values[index]);
    }
  }
  const bottom = Math.max(row - 1 + all.measures.below, all.measures.empty);
  const layout = figure.layout;
  layout.yaxis.range = [bottom, 0];
  layout.yaxis.tickvals = list.map((record) => meta.rows[record.id] + move[record.id]);
  layout.height = layout.margin.t + layout.margin.b + bottom * meta.pitch;
  const settle = (item) => !item.name || !item.name.startsWith("lane ") || place[item.name];
  layout.shapes = layout.shapes.filter(settle);
  layout.annotations = layout.annotations.filter(settle);
  for (const shape of layout.shapes) if (place[shape.name]) [shape.y0, shape.y1] = place[shape.name];
  for (const note of layout.annotations) if (place[note.name]) note.y = place[note.name][0] + meta.name;
  return (id) => meta.rows[id] + move[id];
}

// What was still so is drawn as if it went on for ever: here up to the day that is asked for, or not at all.
function carryOn(figure) {
  const names = Object.values(all.carried);
  const isCarried = (trace) => trace.meta in all.carried || (trace.meta === "legend" && names.includes(trace.name));
  if (!state.carry) figure.data = figure.data.filter((trace) => !isCarried(trace));
  const limit = (dayNumber(state.carry) + 1) * MILLISECONDS;
  for (const trace of figure.data) {
    if (trace.meta in all.carried) trace.x = trace.x.map((length, index) => Math.max(Math.min(length, limit - trace.base[index]), 0));
  }
}

function markDay(layout) {
  const moment = dayNumber(state.day) * MILLISECONDS;
  const [first, last] = layout.xaxis.range;
  const within = first <= moment && moment <= last;
  layout.shapes = layout.shapes.filter((shape) => shape.name !== "as of" || within);
  layout.annotations = layout.annotations.filter((note) => note.name !== "as of" || within);
  for (const shape of layout.shapes) if (shape.name === "as of") shape.x0 = shape.x1 = moment;
  for (const note of layout.annotations) {
    if (note.name !== "as of") continue;
    Object.assign(note, { x: moment, text: `as of ${state.day}`, xanchor: moment - first > (last - first) / 2 ? "right" : "left" });
  }
}

function drawChart(list) {
  const chart = at("chart");
  const figure = figureFor(chart.clientWidth);
  carryOn(figure);
  const rowOf = closeUp(figure, list);
  if (zoom) figure.layout.xaxis.range = zoom;
  markDay(figure.layout);
  if (list.some((record) => record.id === state.record)) {
    const row = rowOf(state.record);
    const line = { color: getComputedStyle(document.documentElement).getPropertyValue("--accent").trim(), width: 2 };
    figure.layout.shapes.push({ type: "rect", xref: "paper", x0: 0, x1: 1, y0: row - 0.5, y1: row + 0.5, line });
  }
  Object.assign(figure.layout, { dragmode: false, title: { text: "" }, width: chart.clientWidth });
  const top = Math.min(figure.layout.margin.t, 30);
  figure.layout.height += top - figure.layout.margin.t;
  figure.layout.margin.t = top;
  const first = !chart.data;
  Plotly.react(chart, figure.data, figure.layout, { displayModeBar: false, responsive: false, showSendToCloud: false });
  chart.setAttribute("aria-label", `Timeline of ${list.length} records; the table below holds the same.`);
  if (first) chart.on("plotly_click", (event) => records.has(event.points[0].customdata) && open(event.points[0].customdata));
}

function zoomBy(factor) {
  const [first, last] = zoom || figureFor(at("chart").clientWidth).layout.xaxis.range;
  const day = dayNumber(state.day) * MILLISECONDS;
  const middle = first <= day && day <= last ? day : (first + last) / 2;
  zoom = [middle - (middle - first) * factor, middle + (last - middle) * factor];
  draw();
}

// ------------------------------------------------------------------ address, file, controls

function writeHash() {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(state)) {
    const text = Array.isArray(value) ? value.join("|") : value === true ? "1" : value || "";
    if (text) parts.set(name, text);
  }
  history.replaceState(null, "", "#" + parts.toString());
}

function readHash() {
  const parts = new URLSearchParams(location.hash.slice(1));
  const layer = Object.hasOwn(all.layers, parts.get("layer")) ? parts.get("layer") : all.layer;
  choose(layer);
  const read = { ...initial(), ...Object.fromEntries([...parts].filter(([name]) => name in initial())) };
  const lanes = data.lanes.map((lane) => lane.title);
  return {
    ...read,
    layer,
    day: dayNumber(read.day) === null ? data.day : read.day,
    carry: dayNumber(read.carry) === null ? "" : read.carry,
    record: records.has(read.record) ? read.record : "",
    off: parts.has("off") ? read.off.split("|").filter((lane) => lanes.includes(lane)) : [],
    entity: read.entity in data.entities ? read.entity : "",
    answer: data.answers.includes(read.answer) ? read.answer : "",
    sort: COLUMNS.some(([name]) => name === read.sort) ? read.sort : "",
    down: read.down === "1",
  };
}

function csvText() {
  const fields = ["id", "kind", "type", "title", "parties", ...data.bounds, "layer", "day", "answer", "why", "carried", "quote", "says", "confidence", "citation", "url"];
  const cell = (value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  const line = (record) => {
    const row = { ...record, ...record.days, layer: state.layer, day: state.day, ...answerOf(record) };
    return fields.map((name) => cell(String(row[name] ?? ""))).join(",");
  };
  return [fields.join(","), ...shown().map(line)].join("\r\n") + "\r\n";
}

function saveCsv() {
  const link = make("a", "", { download: `caucasus-events-${data.version}.csv` });
  link.href = URL.createObjectURL(new Blob([csvText()], { type: "text/csv;charset=utf-8" }));
  link.click();
  URL.revokeObjectURL(link.href);
}

function showControls() {
  at("day").value = state.day;
  at("day").removeAttribute("aria-invalid");
  // The range first: a value outside of it is cut. Each layer has its own.
  [at("slider").min, at("slider").max] = data.slider;
  at("slider").value = dayNumber(state.day);
  at("slider").setAttribute("aria-valuetext", state.day);
  at("layer").value = state.layer;
  at("carry").value = state.carry;
  at("carry").removeAttribute("aria-invalid");
  at("search").value = state.q;
  at("entity").value = state.entity;
  at("answer").value = state.answer;
  for (const box of document.querySelectorAll("#lanes input")) box.checked = !state.off.includes(box.value);
}

function draw() {
  const list = shown();
  drawHead();
  document.querySelector("tbody").replaceChildren(...list.map(drawRow));
  drawSummary(list);
  drawPanel();
  drawChart(list);
}

function update(changes) {
  state = { ...state, ...changes };
  choose(state.layer);
  showControls();
  draw();
  writeHash();
}

// Each layer has parties and lanes of its own.
function buildChoices() {
  const option = (value, text) => make("option", text, { value });
  at("entity").replaceChildren(option("", "all"), ...Object.entries(data.entities).map(([id, name]) => option(id, name)));
  at("answer").replaceChildren(option("", "all"), ...data.answers.map((answer) => option(answer, answer)));
  for (const label of document.querySelectorAll("#lanes label")) label.remove();
  for (const lane of data.lanes) {
    const label = make("label");
    const box = make("input", undefined, { type: "checkbox", value: lane.title });
    box.addEventListener("change", () => update({ off: [...document.querySelectorAll("#lanes input:not(:checked)")].map((b) => b.value) }));
    label.append(box, lane.title);
    at("lanes").append(label);
  }
  at("footer").textContent = `caucasus-events ${data.version} · ${data.digest} · ${data.licence} · no network is used by this page`;
}

function listen() {
  at("slider").addEventListener("input", () => update({ day: dayText(Number(at("slider").value)) }));
  at("day").addEventListener("input", () => {
    const valid = dayNumber(at("day").value) !== null;
    at("day").setAttribute("aria-invalid", String(!valid));
    if (valid) update({ day: at("day").value });
  });
  at("search").addEventListener("input", () => update({ q: at("search").value }));
  at("entity").addEventListener("change", () => update({ entity: at("entity").value }));
  at("layer").addEventListener("change", () => {
    zoom = null;
    const layer = at("layer").value;
    update({ layer, entity: state.entity in all.layers[layer].entities ? state.entity : "" });
  });
  at("carry").addEventListener("input", () => {
    const valid = !at("carry").value || dayNumber(at("carry").value) !== null;
    at("carry").setAttribute("aria-invalid", String(!valid));
    if (valid) update({ carry: at("carry").value });
  });
  at("answer").addEventListener("change", () => update({ answer: at("answer").value }));
  at("closer").addEventListener("click", () => zoomBy(0.5));
  at("wider").addEventListener("click", () => zoomBy(2));
  at("reset").addEventListener("click", () => {
    zoom = null;
    choose(all.layer);
    update(initial());
  });
  at("csv").addEventListener("click", saveCsv);
  at("close").addEventListener("click", close);
  document.addEventListener("keydown", (event) => event.key === "Escape" && state.record && close());
  window.addEventListener("hashchange", () => update(readHash()));
  window.addEventListener("resize", () => drawChart(shown()));
  dark.addEventListener("change", draw);
}

listen();
update(readHash());
