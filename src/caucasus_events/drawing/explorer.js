"use strict";

// The page around the picture: what is asked, what is shown, the panel and the address. Everything shown is text:
// nothing of the data is ever parsed as markup.

const COLUMNS = [["label", "Fact"], ["lane", "Lane"], ["when", "When"], ["answer", "Answer on the day"]];

const openingDay = (layer, confidence) => dayText(all.sets[setName(layer, confidence)].day);

function initial(layer = all.layer, confidence = "medium") {
  const filters = { q: "", entity: "", type: "", answer: "", changed: "", off: [] };
  const view = { view: "", sort: "", down: false, axis: null, fact: "", record: "" };
  return { layer, confidence, day: openingDay(layer, confidence), carry: "", ...filters, ...view };
}

let state = initial();
let opener = null;

const facts = () => factsOf(state.layer, state.confidence);

// ------------------------------------------------------------------ what is shown

const searched = new Map();
function wordsFor(fact) {
  const key = fact.id + "/" + fact.records.length;
  if (!searched.has(key)) {
    const told = fact.records.flatMap((place) => {
      const record = all.records[place];
      const parties = (record.i || []).flatMap((entity) => all.entities[entity]);
      return [record.id, record.n, record.p, record.s, record.o, record.pl, ...record.w, ...parties, ...(record.q || []).map(quoteOf)];
    });
    searched.set(key, [fact.id, fact.label, all.lanes[fact.lane], ...told].join(" ").toLowerCase());
  }
  return searched.get(key);
}

function matches(fact) {
  const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
  return !state.off.includes(all.lanes[fact.lane])
    && (!state.type || fact.type === state.type)
    && (!state.entity || fact.records.some((record) => (all.records[record].i || []).some((entity) => all.entities[entity][0] === state.entity)))
    && (!state.changed || changedIn(fact, state).length)
    && (!state.answer || answerOf(fact, state).answer === state.answer)
    && words.every((word) => wordsFor(fact).includes(word));
}

function sortKey(fact) {
  if (state.sort === "answer") return answerWords(answerOf(fact, state));
  if (state.sort === "when") return spellOf(fact, state);
  return state.sort === "lane" ? fact.lane : fact.label;
}

function shown() {
  const found = [...facts().values()].filter(matches);
  if (!state.sort || state.view !== "table") return found;
  const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  const keyed = found.map((fact) => [sortKey(fact), fact]).sort((a, b) => compare(a[0], b[0]) * (state.down ? -1 : 1));
  return keyed.map(([, fact]) => fact);
}

function counted(list, event) {
  const found = list.filter((fact) => fact.event === event).map((fact) => answerOf(fact, state).answer);
  return ANSWERS.filter((answer) => found.includes(answer)).map((answer) => `${found.filter((other) => other === answer).length} ${answer}`).join(", ");
}

function drawSummary(list) {
  const words = [["statuses", counted(list, false)], ["events", counted(list, true)]];
  const said = words.filter(([, counts]) => counts).map(([name, counts]) => `${name}: ${counts}`).join("; ");
  const records = new Set(list.flatMap((fact) => fact.records)).size;
  at("summary").textContent = `${state.day}: ${said || "nothing to answer"}. ${list.length} of ${facts().size} facts shown (${records} records).`;
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

function drawRow(fact) {
  const found = answerOf(fact, state);
  const row = make("tr", undefined, { "data-fact": fact.id, class: fact.id === state.fact ? "chosen" : "" });
  const button = make("button", fact.label, { type: "button" });
  button.addEventListener("click", () => openFact(fact.id, "", button));
  const lane = make("td", all.lanes[fact.lane], { class: `wide l${fact.lane}` });
  row.append(make("td"), lane, make("td", spellOf(fact, state)), make("td"));
  row.children[0].append(button);
  row.children[3].append(make("span", found.answer, { class: found.answer === "happened" ? "yes" : found.answer, "data-answer": found.answer }));
  row.children[3].append(answerWords(found).slice(found.answer.length));
  return row;
}

// ------------------------------------------------------------------ the panel

function openFact(id, record = "", from = null) {
  opener = from || document.activeElement;
  update({ fact: id, record });
  at("panel").focus();
  const chosen = document.querySelector("article.chosen");
  at("panel").scrollTop = chosen && chosen.previousElementSibling?.matches("article") ? chosen.offsetTop - 40 : 0;
}

function close() {
  const id = state.fact;
  update({ fact: "", record: "" });
  hideTip();
  const row = [...document.querySelectorAll("tbody tr")].find((element) => element.dataset.fact === id)?.querySelector("button");
  const target = opener?.isConnected && opener !== document.body ? opener : row || rows.get(id)?.firstChild;
  if (!target) return;
  if (target.closest("#chart")) goTo(target);
  target.focus();
}

const isAddress = (url) => /^https?:\/\//.test(url);
const linked = (text, url) => (isAddress(url) ? make("a", text, { href: url, rel: "noreferrer" }) : make("span", text));

function citations(places) {
  const list = make("ul", undefined, { class: "cited" });
  for (const place of places) {
    const [publisher, rest, , url] = all.refs[place];
    const item = make("li");
    item.append(linked(publisher + rest.replace(/[.\s]+$/, "."), url));
    list.append(item);
  }
  return list;
}

// Words stand in their context, as far as both are in the page; else it says where they stand.
function passage([source, start, end, words, before, after]) {
  const quote = make("blockquote");
  if (before) quote.append("… " + before);
  if (words) quote.append(make("mark", words));
  else quote.append(make("span", `words not shipped: characters ${start}–${end} of the document`, { class: "muted" }));
  if (after) quote.append(after + " …");
  const [text, url] = all.sources[source] || [source, ""];
  const place = make("p", `Characters ${start}–${end} of ${source}. ${text} `, { class: "muted cited" });
  if (isAddress(url)) place.append(make("a", "Open the document", { href: url, rel: "noreferrer" }));
  return [quote, place];
}

function reading([bound, date, relation, confidence, says, note, outcome, refs]) {
  const item = make("li", undefined, { "data-outcome": outcome });
  item.append(make("strong", `${bound} ${date}`), ` ${relation} the document, confidence ${confidence}, `);
  item.append(make("span", outcome, { class: relation === "contradicts" ? "no" : "" }), `. ${says}.`);
  if (note) item.append(make("p", note, { class: "muted" }));
  item.append(citations(refs));
  return item;
}

function listing(pairs) {
  const list = make("dl");
  list.append(...pairs.filter(([, value]) => value).flatMap(([name, value]) => [make("dt", name), make("dd", value)]));
  return list;
}

function recordArticle(place, fact) {
  const record = all.records[place];
  const words = wordsOf(record, state.layer);
  const seed = !record.l;
  const article = make("article", undefined, { "data-record": record.id, class: record.id === state.record ? "chosen" : "" });
  article.append(make("h4", record.n));
  if (changedIn(fact, state).includes(place)) article.append(make("span", `changes in ${state.changed}`, { class: "tag" }));
  const denial = record.h === 0 ? "an explicit denial" : "";
  const claim = [record.m, denial].filter(Boolean).join("; ");
  const dated = state.layer === "seed" ? "the document alone" : record.y || "the document alone";
  article.append(listing([
    ...(words.length > 1 ? [["Start", words[0]], ["End", words[1]]] : [["Day", words[0]]]),
    ["Stated by", seed ? "a document, word by word" : "other sources alone"], ["Dated by", seed ? dated : ""],
    ["Confidence", record.c], ["Claim", claim], ["Place", record.pl], ["Parties", record.p], ["Id", record.id],
  ]));
  if (record.s) article.append(make("p", record.s, { class: "says" }));
  if (record.o) article.append(make("p", record.o, { class: "muted note" }));
  if (record.r) article.append(citations(record.r));
  article.append(...(record.q || []).flatMap(passage));
  if (record.d && state.layer !== "seed") {
    const list = make("ul", undefined, { class: "readings" });
    list.append(...record.d.map(reading));
    article.append(make("p", "What other sources say of its dates:"), list);
  }
  return article;
}

// The answers of all days, each with who says so.
function spells(fact) {
  const list = make("ul", undefined, { class: "spells" });
  for (const one of stretchesOf(fact, dayNumber(state.carry))) {
    const item = make("li", `${stretchDays(one)}: `);
    const words = one.carried ? "taken to go on" : one.why ? `(${one.why})` : "";
    item.append(make("span", one.answer, { class: one.answer }), words ? " " + words : "");
    const still = fact.over.some((over) => over.mark.startsWith("ongoing") && over.last === one.last);
    if (one.answer !== "unknown") item.append(`${still ? ", still so then" : ""}. ${saidBy(one.records)}`);
    list.append(item);
  }
  return list;
}

function drawPanel() {
  const fact = facts().get(state.fact);
  at("panel").hidden = !fact;
  document.body.classList.toggle("open", Boolean(fact));
  if (!fact) return;
  at("panel-title").textContent = fact.label;
  const found = answerOf(fact, state);
  const answer = make("p", `On ${state.day}: `, { class: "answer" });
  answer.append(make("strong", found.answer, { class: found.answer === "happened" ? "yes" : found.answer }), answerWords(found).slice(found.answer.length));
  const type = make("p", "", { class: "muted" });
  type.append(make("span", all.lanes[fact.lane], { class: "tag" }), ` ${fact.type}: ${all.types[fact.type]?.[1] ?? ""}`);
  const start = (place) => boundsOf(all.records[place], state.layer).find((day) => day !== null) ?? FIRST;
  const changed = changedIn(fact, state);
  const order = (place) => [!changed.includes(place), start(place)];
  const records = [...fact.records].sort((a, b) => order(a)[0] - order(b)[0] || order(a)[1] - order(b)[1]);
  const count = records.length === 1 ? "One record" : `${records.length} records`;
  at("panel-body").replaceChildren(
    answer,
    ...(fact.event ? [] : [make("h3", "All days"), spells(fact)]),
    make("h3", `${count}, and who says so`),
    ...records.map((place) => recordArticle(place, fact)),
    make("h3", "How to cite"),
    citeLine(records),
    type,
  );
}

function citeLine(records) {
  const ids = records.map((place) => all.records[place].id);
  const line = make("p", `${all.cite[0]} ${ids.length > 1 ? "Records" : "Record"}: ${ids.join(", ")}. With it, cite the sources above. `, { class: "cited", id: "how-to-cite" });
  line.append(make("a", "A link to this view", { href: location.hash || "#" }));
  return line;
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

// Of what changed in some days, the days themselves and as many beside them.
function axisAround(changed) {
  const days = daysOf(changed);
  return days && withinReach([days[0] - (days[1] - days[0]) - 30, days[1] + (days[1] - days[0]) + 30]);
}

// Of what changed, the answers are those when it had.
const dayAfter = (changed, otherwise) => (changed ? dayText(daysOf(changed)[1]) : otherwise);

function readAxis(text) {
  const days = (text || "").split("|").map(Number);
  return days.length === 2 && days.every(Number.isFinite) && days[0] < days[1] ? days : null;
}

function readHash() {
  const parts = new URLSearchParams(location.hash.slice(1));
  const oneOf = (name, allowed, usual = "") => (allowed.includes(parts.get(name)) ? parts.get(name) : usual);
  const layer = oneOf("layer", LAYERS, all.layer);
  const confidence = oneOf("confidence", CONFIDENCES, "medium");
  const usual = initial(layer, confidence);
  const known = factsOf(layer, confidence);
  const record = all.records.findIndex((one) => one.id === parts.get("record"));
  const home = record < 0 ? undefined : [...known.values()].find((fact) => fact.records.includes(record));
  const changed = daysOf(parts.get("changed") || "") ? parts.get("changed") : "";
  const day = (name, otherwise) => (dayNumber(parts.get(name) || "") === null ? otherwise : parts.get(name));
  return {
    ...usual,
    day: day("day", dayAfter(changed, usual.day)),
    carry: day("carry", ""),
    q: parts.get("q") || "",
    entity: oneOf("entity", [...names.keys()]),
    type: oneOf("type", Object.keys(all.types)),
    answer: oneOf("answer", ANSWERS),
    changed,
    off: (parts.get("off") || "").split("|").filter((lane) => all.lanes.includes(lane)),
    view: oneOf("view", ["table"]),
    sort: oneOf("sort", COLUMNS.map(([name]) => name)),
    down: parts.get("down") === "1",
    axis: readAxis(parts.get("axis")) || axisAround(changed),
    fact: home ? home.id : known.has(parts.get("fact")) ? parts.get("fact") : "",
    record: home ? parts.get("record") : "",
  };
}

const FIELDS = [
  "line_id", "line", "record_id", "layer", "kind", "type", "title", "parties", "place", "holds",
  "start_earliest", "start_latest", "end_earliest", "end_latest", "end_state", "speaks_until", "confidence",
  "shown_layer", "shown_confidence", "carry_to", "day", "answer", "why", "carried", "answer_layer",
  "quote", "says", "note", "source_id", "reference_ids", "citation", "url",
];

function csvRow(fact, found, place) {
  const record = all.records[place];
  const days = boundsOf(record, state.layer).map((day) => (day === null ? "" : dayText(day)));
  const spoken = spokenOf(record, state.layer);
  const cited = (record.r || []).map((ref) => all.refs[ref]);
  const [citation, url] = record.x ? all.sources[record.x] : [cited.map(([publisher, rest]) => (publisher + rest).trim()).join(" "), cited.map((ref) => ref[3]).join(" ")];
  const values = [
    fact.id, fact.label, record.id, LAYERS[record.l || 0], record.k ? "event" : "status", record.t, record.n, record.p, record.pl, record.k ? "" : record.h !== 0,
    ...days, (state.layer === "seed" && record.e0) || record.e, spoken === undefined ? "" : dayText(spoken), record.c,
    state.layer, state.confidence, state.carry, state.day, found.answer, found.why, found.carried, found.layer,
    (record.q || []).map(quoteOf).find(Boolean), record.s, record.o, record.x, cited.map((ref) => ref[4]).join("; "), citation, url,
  ];
  return values.map((value) => String(value ?? "")).map((text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)).join(",");
}

function csvText() {
  const lines = shown().flatMap((fact) => fact.records.map((place) => csvRow(fact, answerOf(fact, state), place)));
  return [FIELDS.join(","), ...lines].join("\r\n") + "\r\n";
}

function saveCsv() {
  const link = make("a", "", { download: `caucasus-events-${all.version}.csv` });
  link.href = URL.createObjectURL(new Blob([csvText()], { type: "text/csv;charset=utf-8" }));
  link.click();
  URL.revokeObjectURL(link.href);
}

function showControls() {
  at("slider").value = dayNumber(state.day);
  at("slider").setAttribute("aria-valuetext", state.day);
  const values = { day: state.day, layer: state.layer, confidence: state.confidence, carry: state.carry, search: state.q, entity: state.entity, type: state.type, answer: state.answer, changed: state.changed };
  for (const [id, value] of Object.entries(values)) {
    at(id).removeAttribute("aria-invalid");
    if (at(id).value !== value) at(id).value = value;
  }
  at("confidence").disabled = state.layer !== "reported";
  at("as-lines").setAttribute("aria-pressed", state.view !== "table");
  at("as-table").setAttribute("aria-pressed", state.view === "table");
  for (const box of document.querySelectorAll("#lanes input")) box.checked = !state.off.includes(box.value);
}

function show() {
  const list = shown();
  const asTable = state.view === "table";
  at("table").hidden = !asTable;
  at("chart").hidden = at("axis").hidden = asTable;
  drawSummary(list);
  drawPanel();
  if (asTable) {
    drawHead();
    document.querySelector("tbody").replaceChildren(...list.map(drawRow));
  } else {
    drawChart(list);
  }
}

// Of a day alone the rows stay as they are, unless they are chosen by their answers.
function update(changes) {
  const rowsStay = Object.keys(changes).every((name) => ["day", "fact", "record"].includes(name)) && !state.answer && state.view !== "table";
  const terms = [state.layer, state.confidence, state.carry].join();
  state = { ...state, ...changes };
  if (state.fact && !facts().has(state.fact)) Object.assign(state, { fact: "", record: "" });
  showControls();
  if (terms !== [state.layer, state.confidence, state.carry].join()) {
    buildChoices();
    drawLegend();
  }
  if (rowsStay && rows.size) {
    const list = [...document.querySelectorAll("#chart li")].map((row) => row.fact);
    drawSummary(list);
    drawPanel();
    list.forEach(drawAnswer);
    drawAxis();
  } else {
    show();
  }
  writeHash();
}

// Each layer has parties, types and lanes of its own.
function buildChoices() {
  const option = (value, text) => make("option", text, { value });
  const list = [...facts().values()];
  const places = new Set(list.flatMap((fact) => fact.records.flatMap((record) => all.records[record].i || [])));
  const present = all.entities.filter((_, place) => places.has(place));
  if (!present.some(([id]) => id === state.entity)) state.entity = "";
  at("entity").replaceChildren(option("", "all"), ...present.map(([id, name]) => option(id, name)));
  const types = [...new Set(list.map((fact) => fact.type))].sort();
  if (!types.includes(state.type)) state.type = "";
  at("type").replaceChildren(option("", "all"), ...types.map((type) => option(type, type.replaceAll("_", " "))));
  at("answer").replaceChildren(option("", "all"), ...ANSWERS.map((answer) => option(answer, answer)));
  for (const label of document.querySelectorAll("#lanes label")) label.remove();
  for (const lane of [...new Set(list.map((fact) => fact.lane))].sort((a, b) => a - b)) {
    const label = make("label", undefined, { class: `l${lane}` });
    const box = make("input", undefined, { type: "checkbox", value: all.lanes[lane] });
    box.addEventListener("change", () => update({ off: [...document.querySelectorAll("#lanes input:not(:checked)")].map((one) => one.value) }));
    label.append(box, all.lanes[lane]);
    at("lanes").append(label);
  }
  showControls();
}

function drawAbout() {
  const layers = [
    ["Documents alone", "every record is proved by the words of a document, which are quoted; its dates are those of the document."],
    ["Narrowed", "the same records, their dates narrowed by what other sources say; that a start from one of them and the document's “is so” on its own day are one unbroken spell is an assumption."],
    ["Reported", "and the records that only other public sources state, in our words, with every source cited and a confidence; those of low confidence answer nothing unless they are asked to."],
  ];
  const rest = [
    ["Unknown", "is not no: before the stated start, after the last word of a source, between sources or where sources disagree nobody knows, and the answer says which."],
    ["Version", `${all.version}, content ${all.digest}, licence ${all.licence}.`],
  ];
  const links = make("p");
  links.append(linked(all.address, all.address));
  document.querySelector("#about div").replaceChildren(listing([...layers, ...rest]), make("p", all.cite[0]), make("pre", all.cite[1]), links);
  at("footer").textContent = `caucasus-events ${all.version} · ${all.digest} · ${all.licence} · no network is used by this page`;
}

function listen() {
  const on = (id, name, change) => at(id).addEventListener(name, change);
  const dated = (id, valid, changes) => on(id, "input", () => {
    const text = at(id).value.trim();
    if (valid(text)) update(changes(text));
    at(id).setAttribute("aria-invalid", String(!valid(text)));
  });
  const isDay = (text) => dayNumber(text) !== null;
  on("slider", "input", () => update({ day: dayText(Number(at("slider").value)) }));
  dated("day", isDay, (day) => ({ day }));
  dated("carry", (text) => !text || isDay(text), (carry) => ({ carry, axis: null }));
  dated("changed", (text) => !text || daysOf(text) !== null, (changed) => {
    return { changed, axis: axisAround(changed), day: dayAfter(changed, state.day) };
  });
  on("search", "input", () => update({ q: at("search").value }));
  for (const id of ["entity", "type", "answer"]) on(id, "change", () => update({ [id]: at(id).value }));
  for (const id of ["layer", "confidence"]) on(id, "change", () => update({ [id]: at(id).value }));
  on("as-lines", "click", () => update({ view: "" }));
  on("as-table", "click", () => update({ view: "table" }));
  on("closer", "click", () => zoomBy(0.5));
  on("wider", "click", () => zoomBy(2));
  on("earlier", "click", () => panBy(-0.25));
  on("later", "click", () => panBy(0.25));
  on("reset", "click", () => update(initial()));
  on("csv", "click", saveCsv);
  on("close", "click", close);
  on("chart", "keydown", pressKey);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (state.fact) close();
    hideTip();
  });
  window.addEventListener("hashchange", () => update(readHash()));
  window.addEventListener("resize", drawAxis);
  listenToPointers();
}

function start() {
  defineShapes();
  [at("slider").min, at("slider").max] = all.days;
  state = readHash();
  at("legend").open = innerWidth >= 640;
  const usual = initial(state.layer, state.confidence);
  at("more").open = ["type", "answer", "carry"].some((name) => state[name] !== usual[name]) || state.layer !== all.layer || state.confidence !== "medium";
  drawAbout();
  drawLegend();
  buildChoices();
  listen();
  update(state);
}

start();
