// What is said of the span under the pointer.
const tip = document.getElementById("tip");

function span(microseconds) {
  const round = (number) => number.toFixed(number < 9.995 ? 2 : number < 99.95 ? 1 : 0);
  if (microseconds < 999.5) return `${Math.round(microseconds)} µs`;
  if (microseconds < 999500) return `${round(microseconds / 1e3)} ms`;
  if (microseconds < 119.5e6) return `${round(microseconds / 1e6)} s`;
  const seconds = Math.round(microseconds / 1e6);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

// A moment, as exact as what is shown.
function moment(microseconds) {
  const shown = view.to - view.from;
  const digits = shown > 1e7 ? 2 : shown > 1e5 ? 4 : 6;
  return `${(microseconds / 1e6).toFixed(digits)} s`;
}

const meaning = (code) => (run.codes[code] ? `${code}: ${run.codes[code]}` : code);

function describe({ track, id, time }) {
  if (id === null) return describeIdle(track, time);
  const tell = { call: describeCall, made: describeMade, wait: describeWait, frame: describeFrame };
  return tell[track.kind](id, run.threads[track.owner], track);
}

function describeCall(i) {
  const worker = run.workers[calls.worker[i]];
  const rows = [
    ["on", worker.host ? `worker ${worker.number} on ${worker.host}` : `worker ${worker.number}`],
    ["took", span(calls.ended[i] - calls.began[i])],
    ["began", moment(calls.began[i])],
    ["issued", moment(calls.issued[i])],
  ];
  if (calls.calls[i] > 1) rows.unshift(["row", `of ${calls.calls[i]} calls, one after the other`]);
  if (calls.cause[i] >= 0) rows.push(["needed", calls.label[calls.cause[i]]]);
  if (calls.way[i] > 0) rows.push(["on its way", span(calls.way[i])]);
  rows.push([
    "taken",
    calls.taken[i] < 0 ? "never: nobody needed it, or the program made it" : moment(calls.taken[i]),
  ]);
  if (calls.waited[i] > 0) rows.push(["program waited", span(calls.waited[i])]);
  return card(calls.label[i], calls.place[i], rows, true);
}

function describeMade(i, { made }) {
  const label = made.label[i] || functionOf(made.place[i]);
  return card(
    label,
    made.place[i],
    [
      ["made", "by the program itself"],
      ["why", meaning(made.why[i])],
      ["took", span(made.ended[i] - made.began[i])],
      ["began", moment(made.began[i])],
    ],
    true,
  );
}

function describeWait(i, { waits }) {
  const call = waits.call[i];
  const rows = [
    ["for", span(waits.ended[i] - waits.began[i])],
    ["from", moment(waits.began[i])],
  ];
  if (call < 0) return card("The program waits", null, rows);
  const worker = run.workers[calls.worker[call]];
  rows.push([
    "which took",
    `${span(calls.ended[call] - calls.began[call])} on worker ${worker.number}`,
  ]);
  rows.push(["began", moment(calls.began[call])], ["issued", moment(calls.issued[call])]);
  return card(`Waits for ${calls.label[call]}`, calls.place[call], rows);
}

function describeFrame(i, { frames }) {
  const rows = [
    ["took", span(frames.ended[i] - frames.began[i])],
    ["entered", moment(frames.began[i])],
  ];
  if (frames.retired[i]) rows.push(["not run ahead to its end", meaning(frames.retired[i])]);
  return card(`${functionOf(frames.place[i])}(), scheduled`, frames.place[i], rows);
}

function describeIdle(track, time) {
  const { number, host, joined, lost, why } = run.workers[track.owner];
  const name = host ? `Worker ${number} on ${host}` : `Worker ${number}`;
  if (time < joined) return card(`${name} is not there yet`, null, [["joined", moment(joined)]]);
  if (lost >= 0 && time > lost)
    return card(`${name} is lost`, null, [
      ["at", moment(lost)],
      ["why", why],
    ]);
  let from = joined;
  let to = lost < 0 ? total : lost;
  for (const other of tracks) {
    if (other.kind !== "call" || other.owner !== track.owner) continue;
    const next = firstAfter(other, time);
    if (next > 0) from = Math.max(from, other.latest[next - 1]);
    if (next < other.from.length) to = Math.min(to, other.from[next]);
  }
  return card(`${name} has no work`, null, [
    ["for", span(to - from)],
    ["from", moment(from)],
  ]);
}

// An element; all texts are the program's, and none of them becomes HTML.
function element(name, text, className = "") {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = className;
  return made;
}

function card(title, place, rows, hasColour = false) {
  const heading = element("strong", title);
  if (hasColour) {
    const swatch = element("i", "", "swatch");
    swatch.style.setProperty("--colour", colour[functionIndex[place]]);
    heading.prepend(swatch);
  }
  const parts = [heading];
  if (place !== null) {
    const [, file, line] = run.places[place];
    parts.push(element("div", `${file.split(/[\\/]/).slice(-2).join("/")}:${line}`, "place"));
  }
  const list = document.createElement("dl");
  for (const [term, text] of rows) list.append(element("dt", term), element("dd", text));
  return [...parts, list];
}

function showTip(parts, x, y) {
  tip.replaceChildren(...parts);
  tip.hidden = false;
  const { width, height } = tip.getBoundingClientRect();
  const left = Math.max(8, Math.min(x + 14, window.innerWidth - width - 8));
  const below = y + 18 + height <= window.innerHeight - 8;
  const top = below ? y + 18 : Math.max(8, y - height - 14);
  tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
}
