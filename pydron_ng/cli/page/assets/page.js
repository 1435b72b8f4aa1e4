// What the server tells once a second becomes elements here. Texts are only ever texts, and what
// is there already is filled anew: buttons stay where they are while one presses them.
const at = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";
const MOST = 60; // looks in a line of throughput
const AGAIN = 2000; // ms until the next attempt to connect
const KEPT = "pydron-token";

let token = sessionStorage.getItem(KEPT);
let mayEnd = false;
let listening = new AbortController();
const histories = new Map();

// --- elements ---

function element(kind, name, ...children) {
  const made = document.createElement(kind);
  if (name) made.className = name;
  made.append(...children);
  return made;
}

// Children for items, in their order, each known by its key; make gives one with a show(item).
function fill(parent, items, keyOf, make) {
  const left = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  items.forEach((item, index) => {
    const key = String(keyOf(item));
    const child = left.get(key) ?? make(item);
    left.delete(key);
    child.dataset.key = key;
    child.show(item);
    if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null);
  });
  left.forEach((child) => child.remove());
}

function write(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

function bar(name) {
  const full = element("span", "full");
  const text = element("span", "text");
  const made = element("div", "bar", text, element("span", "track", full));
  made.setAttribute("role", "meter");
  made.setAttribute("aria-label", name);
  made.setAttribute("aria-valuemin", "0");
  made.setAttribute("aria-valuemax", "100");
  made.show = (share, said) => {
    made.hidden = share === null;
    const width = Math.max(0, Math.min(100, share ?? 0));
    full.style.width = `${width}%`;
    made.setAttribute("aria-valuenow", width.toFixed(0));
    write(text, `${name} ${said}`);
  };
  return made;
}

// --- words ---

function size(bytes) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  for (; bytes >= 999.5 && unit < units.length - 1; unit++) bytes /= 1000;
  return `${bytes.toFixed(unit > 2 && bytes < 10 ? 1 : 0)} ${units[unit]}`;
}

function span(seconds) {
  if (seconds < 120) return `${Math.max(0, seconds).toFixed(seconds < 10 ? 1 : 0)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const percent = (share) => `${share.toFixed(0)} %`;
const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString();
const hostName = (host) => host.name || "this machine";

// --- programs ---

function showAll(told) {
  document.body.classList.remove("lost");
  mayEnd = told.may_end;
  at("access").hidden = !told.can_be_ended || mayEnd;
  const count = told.programs.length;
  write(at("state"), `${count} program${count === 1 ? "" : "s"}, ${clock(told.now)}`);
  at("nobody").hidden = count > 0;
  fill(at("troubles"), told.troubles, (trouble) => trouble, troubleOf);
  const programs = told.programs.map((program) => ({ ...program, now: told.now }));
  fill(at("programs"), programs, (program) => `${program.pid} ${program.since}`, programOf);
}

function troubleOf() {
  const made = element("li", "");
  made.show = (trouble) => write(made, trouble);
  return made;
}

function programOf() {
  const name = element("h2", "");
  const facts = element("p", "facts");
  const pools = element("div", "");
  const made = element("section", "program", name, facts, pools);
  made.show = (program) => {
    write(name, program.name);
    write(facts, `process ${program.pid}, for ${span(program.now - program.since)}`);
    const several = program.pools.map((pool) => ({ ...pool, program }));
    fill(pools, several, (pool) => pool.number, poolOf);
  };
  return made;
}

function poolOf() {
  const title = element("h3", "");
  const figures = ["running", "waiting", "done", "failed"].map(figure);
  const [speed, showSpeed] = speedOf();
  const hosts = element("div", "hosts");
  const workers = element("div", "workers");
  const failures = element("ul", "failures");
  const numbers = element("dl", "figures", ...figures.map(([shown]) => shown), speed);
  const made = element("section", "pool", title, numbers, hosts, workers, failures);
  made.show = (pool) => {
    write(title, `${pool.kind} ${pool.number}`);
    figures.forEach(([, show]) => show(pool));
    showSpeed(pool);
    fill(hosts, hostsOf(pool.workers), (host) => host.name, hostOf);
    const several = pool.workers.map((worker) => ({ ...worker, program: pool.program }));
    fill(workers, several, (worker) => worker.id, workerOf);
    const last = pool.failures.slice(-5).reverse();
    fill(failures, last, (failure) => `${failure.at} ${failure.label}`, failureOf);
  };
  return made;
}

function figure(name) {
  const value = element("dd", "");
  const shown = element("div", name, element("dt", "", name), value);
  const show = (pool) => {
    write(value, pool[name].toLocaleString());
    shown.classList.toggle("some", pool[name] > 0);
  };
  return [shown, show];
}

// How many calls were done from one look to the next, and how many a second, of late.
function speedOf() {
  const value = element("dd", "");
  const svg = document.createElementNS(SVG, "svg");
  const line = document.createElementNS(SVG, "polyline");
  svg.setAttribute("viewBox", `0 0 ${MOST - 1} 20`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  line.setAttribute("fill", "none");
  line.setAttribute("stroke", "currentColor");
  line.setAttribute("stroke-width", "1.5");
  line.setAttribute("vector-effect", "non-scaling-stroke");
  svg.append(line);
  const words = element("div", "", element("dt", "", "calls a second"), value);
  const shown = element("div", "speed", words, svg);
  const show = (pool) => {
    const rates = ratesOf(pool);
    const most = Math.max(1, ...rates);
    const first = MOST - rates.length;
    const points = rates.map((rate, n) => `${first + n},${(19 - (18 * rate) / most).toFixed(2)}`);
    line.setAttribute("points", points.join(" "));
    svg.setAttribute("aria-label", `at most ${most.toPrecision(3)} calls a second, lately`);
    write(value, pool.per_second < 100 ? pool.per_second.toFixed(1) : pool.per_second.toFixed(0));
  };
  return [shown, show];
}

function ratesOf({ program, number, done }) {
  const key = `${program.pid} ${program.since} ${number}`;
  const { now } = program;
  const history = histories.get(key) ?? { rates: [], done, now };
  if (now > history.now) {
    history.rates.push((done - history.done) / (now - history.now));
    history.rates = history.rates.slice(-MOST);
    Object.assign(history, { done, now });
  }
  histories.set(key, history);
  return history.rates;
}

function hostsOf(workers) {
  const hosts = new Map();
  for (const { host, sent_bytes, received_bytes } of workers) {
    const known = hosts.get(host.name) ?? { sent: 0, received: 0 };
    const sent = known.sent + sent_bytes;
    hosts.set(host.name, { ...host, sent, received: known.received + received_bytes });
  }
  return [...hosts.values()];
}

function hostOf() {
  const name = element("div", "name");
  const what = document.createTextNode("");
  const traffic = element("small", "");
  name.append(what, traffic);
  const cpu = bar("CPU");
  const memory = bar("RAM");
  const made = element("div", "host", name, cpu, memory);
  made.show = (host) => {
    const load = host.load === null ? "" : `, load ${host.load.toFixed(1)}`;
    write(what, `${hostName(host)}: ${host.cores} core${host.cores === 1 ? "" : "s"}${load}`);
    write(traffic, host.sent ? `sent ${size(host.sent)}, back ${size(host.received)}` : "");
    cpu.show(host.cpu_percent, percent(host.cpu_percent ?? 0));
    const used = host.memory_bytes - host.available_bytes;
    const isKnown = host.memory_bytes !== null && host.available_bytes !== null;
    const said = `${size(used)} of ${size(host.memory_bytes ?? 0)}`;
    memory.show(isKnown ? (100 * used) / host.memory_bytes : null, said);
  };
  return made;
}

function workerOf() {
  const name = element("div", "name");
  const place = element("small", "");
  const cpu = bar("CPU");
  const memory = bar("RAM");
  const tasks = element("ul", "tasks");
  const made = element("div", "worker", name, cpu, memory, tasks);
  const id = document.createTextNode("");
  name.append(id, place);
  const button = ender("end worker", "worker");
  made.show = (worker) => {
    write(id, worker.id);
    write(place, [hostName(worker.host), `pid ${worker.pid}`, ...worker.labels].join(", "));
    cpu.show(worker.cpu_percent, percent(worker.cpu_percent ?? 0));
    const all = worker.host.memory_bytes ?? Infinity;
    const rss = worker.rss_bytes;
    memory.show(rss === null ? null : (100 * rss) / all, size(rss ?? 0));
    const rests = [{ id: "", label: "rests" }];
    const several = worker.tasks.length ? worker.tasks : rests;
    const shown = several.map((task) => ({ ...task, worker }));
    fill(tasks, shown, (task) => task.id, taskOf);
    button.show(made, worker.program.pid, worker.id);
  };
  return made;
}

function taskOf({ id }) {
  const label = element("span", id ? "label" : "rests");
  const number = element("small", "", id);
  const age = element("span", "age");
  const made = element("li", "", label, number, age);
  const button = ender("cancel", "task");
  made.show = (task) => {
    write(label, task.label);
    write(age, id ? span(task.worker.seconds) : "");
    if (id) button.show(made, task.worker.program.pid, id);
  };
  return made;
}

function failureOf() {
  const what = element("span", "");
  const why = element("span", "why");
  const made = element("li", "", what, why);
  made.show = (failure) => {
    write(what, `${clock(failure.at)} ${failure.label}`);
    write(why, failure.why);
  };
  return made;
}

// --- ending ---

// A button that is there for those who may press it.
function ender(name, what) {
  const button = element("button", "", name);
  button.type = "button";
  button.show = (parent, pid, id) => {
    button.setAttribute("aria-label", `${name} ${id}`);
    button.onclick = () => end(button, { pid, what, id });
    if (mayEnd && !button.isConnected) parent.append(button);
    if (!mayEnd) button.remove();
  };
  return button;
}

async function end(button, ending) {
  if (!confirm(`End ${ending.what} ${ending.id} of process ${ending.pid}?`)) return;
  button.disabled = true;
  try {
    const headers = { ...credentials(), "Content-Type": "application/json" };
    const answer = await fetch("/end", { method: "POST", headers, body: JSON.stringify(ending) });
    const { done, why } = await answer.json();
    say(done ?? why);
  } catch (problem) {
    say(String(problem));
  } finally {
    button.disabled = false;
  }
}

function say(text) {
  write(at("said"), text);
  at("said").hidden = !text;
}

// --- listening ---

const credentials = () => (token ? { Authorization: `Bearer ${token}` } : {});
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function listen() {
  for (;;) {
    listening = new AbortController();
    const { signal } = listening;
    try {
      const answer = await fetch("/events", { headers: credentials(), signal });
      if (answer.status === 401) await refused();
      else if (!answer.ok) throw new Error(await answer.text());
      else await hear(answer.body.pipeThrough(new TextDecoderStream()).getReader());
    } catch (problem) {
      if (!signal.aborted) lost(problem);
    }
    if (!signal.aborted) await pause(AGAIN);
  }
}

async function hear(reader) {
  for (let text = ""; ; ) {
    const { value, done } = await reader.read();
    if (done) throw new Error("the server has ended");
    const events = (text + value).split("\n\n");
    text = events.pop();
    const last = events.at(-1);
    if (last) showAll(JSON.parse(last.slice("data: ".length)));
  }
}

function lost(problem) {
  document.body.classList.add("lost");
  write(at("state"), `not connected: ${problem.message}`);
}

// With another token than that, or none, there may be something to read; else wait for one.
async function refused() {
  if (token) {
    token = null;
    sessionStorage.removeItem(KEPT);
    say("that is not the token");
    listening.abort();
    return;
  }
  write(at("state"), "this page takes a token");
  at("access").hidden = false;
  document.body.classList.add("lost");
  await new Promise((done) => at("access").addEventListener("submit", done, { once: true }));
}

at("access").addEventListener("submit", (event) => {
  event.preventDefault();
  token = at("token").value.trim();
  sessionStorage.setItem(KEPT, token);
  at("token").value = "";
  say("");
  listening.abort();
});

listen();
