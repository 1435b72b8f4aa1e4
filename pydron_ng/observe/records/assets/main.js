// Pointer, wheel, keys and buttons.
const timeline = document.getElementById("timeline");
const pointers = new Map();
let hasMoved = false;
let lastScroll = -Infinity;

function tellRange() {
  const whole = view.from <= 0 && view.to >= total;
  document.getElementById("range").textContent = whole
    ? `the whole run: ${span(total)}`
    : `${moment(view.from)} to ${moment(view.to)}: ${span(view.to - view.from)}`;
}

function hover(event) {
  const hit = at(event.offsetX, event.offsetY);
  const isSame = hit?.track === hovered?.track && hit?.id === hovered?.id;
  hovered = hit;
  canvas.classList.toggle("on-span", hit !== null && hit.id !== null);
  if (hit) showTip(describe(hit), event.clientX, event.clientY);
  else tip.hidden = true;
  if (!isSame) redraw();
}

function leave() {
  tip.hidden = true;
  if (hovered) redraw();
  hovered = null;
}

canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  pointers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
  hasMoved = false;
});

canvas.addEventListener("pointermove", (event) => {
  const known = pointers.get(event.pointerId);
  if (!known) {
    if (event.pointerType !== "touch") hover(event);
    return;
  }
  const now = { x: event.offsetX, y: event.offsetY };
  if (!hasMoved && Math.hypot(now.x - known.x, now.y - known.y) < 4) return;
  hasMoved = true;
  leave();
  canvas.classList.add("dragging");
  if (pointers.size === 2) pinch(event.pointerId, known, now);
  else drag(known, now, event.pointerType);
  pointers.set(event.pointerId, now);
});

function drag(known, now, kind) {
  pan((known.x - now.x) / plot.width);
  if (kind !== "touch") scroller.scrollTop += known.y - now.y; // touch scrolls by itself
}

function pinch(id, known, now) {
  const [other] = [...pointers].filter(([key]) => key !== id).map(([, point]) => point);
  const before = Math.max(10, Math.abs(known.x - other.x));
  const after = Math.max(10, Math.abs(now.x - other.x));
  pan((known.x - now.x) / 2 / plot.width);
  zoom(after / before, timeAt((now.x + other.x) / 2));
}

function release(event) {
  const wasTap = pointers.delete(event.pointerId) && !hasMoved && event.type === "pointerup";
  canvas.classList.remove("dragging");
  if (wasTap) hover(event);
}
canvas.addEventListener("pointerup", release);
canvas.addEventListener("pointercancel", release);
canvas.addEventListener("pointerleave", (event) => {
  if (event.pointerType !== "touch") leave();
});
canvas.addEventListener("dblclick", (event) => zoom(3, timeAt(event.offsetX)));
document.addEventListener("pointerdown", (event) => {
  if (event.target !== canvas) leave();
});

// The page goes on scrolling where it did already, or where nothing is left to zoom out of.
window.addEventListener("scroll", () => (lastScroll = performance.now()), { passive: true });

function isForPage(event) {
  if (event.offsetX < plot.left) return true; // over the names the lanes are scrolled
  if (event.ctrlKey) return false;
  const isOut = event.deltaY > 0 && view.to - view.from >= total;
  return performance.now() - lastScroll < 300 || (isOut && !event.shiftKey);
}

canvas.addEventListener(
  "wheel",
  (event) => {
    if (isForPage(event)) return;
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 16 : 1;
    const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
    if (event.shiftKey || Math.abs(sideways) > Math.abs(event.deltaY)) {
      pan((sideways * unit) / plot.width);
    } else {
      const speed = event.ctrlKey ? 0.01 : 0.002; // pinches on a touchpad come in small steps
      zoom(Math.exp(-event.deltaY * unit * speed), timeAt(event.offsetX));
    }
    hover(event);
  },
  { passive: false },
);

const keys = {
  "+": () => zoom(1.6),
  "=": () => zoom(1.6),
  "-": () => zoom(1 / 1.6),
  0: () => show(0, total),
  ArrowLeft: () => pan(-0.2),
  ArrowRight: () => pan(0.2),
  ArrowUp: () => (scroller.scrollTop -= 60),
  ArrowDown: () => (scroller.scrollTop += 60),
  Home: () => show(0, view.to - view.from),
  End: () => show(total - (view.to - view.from), total),
  Escape: leave,
};
timeline.addEventListener("keydown", (event) => {
  const act = keys[event.key];
  if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  act();
});

document.getElementById("zoom-in").addEventListener("click", () => zoom(2));
document.getElementById("zoom-out").addEventListener("click", () => zoom(0.5));
document.getElementById("zoom-all").addEventListener("click", () => show(0, total));
document.getElementById("show-path").addEventListener("change", (event) => {
  isPathShown = event.target.checked;
  redraw();
});
document.getElementById("search").addEventListener("input", (event) => {
  search(event.target.value);
  redraw();
});
scroller.addEventListener(
  "scroll",
  () => {
    leave();
    redraw();
  },
  { passive: true },
);

function renew() {
  measure();
  measureOverview();
  readColours();
  redraw();
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", renew);
new ResizeObserver(renew).observe(timeline);
fillLegend();
renew();

// For the console, and for tests.
window.pydron = {
  view,
  run,
  show,
  drawAll,
  // Where a call is in the window: the middle of what can be seen of it.
  whereIsCall(number) {
    const i = calls.number.indexOf(number);
    const { left, top } = canvas.getBoundingClientRect();
    const [x, width] = across(calls.began[i], calls.ended[i]);
    return {
      x: left + x + width / 2,
      y: top + workerY(calls.worker[i]) + workerHeight[calls.worker[i]] / 2,
    };
  },
  // The same for the longest piece of the critical path.
  whereIsPath() {
    const [lane, from, to] = [...run.path].sort((a, b) => b[2] - b[1] - (a[2] - a[1]))[0];
    const [x, width] = across(from, to);
    return { x: x + width / 2, y: laneY(lane) };
  },
};
