// The whole run in one strip: how many workers were busy, and when the program waited.
const overview = document.getElementById("overview");
const strip = { height: 46, busy: null, waits: null };

function measureOverview() {
  fit(overview, plot.full, strip.height);
  const count = Math.max(1, Math.floor(plot.width));
  strip.busy = shares(count, [calls]);
  strip.waits = shares(
    count,
    run.threads.map(({ waits }) => waits),
  );
}

// For each of so many pixels: how many spans there are at that time, on the average.
function shares(count, columns) {
  const found = new Float64Array(count);
  const scale = count / total;
  for (const { began, ended } of columns) {
    for (let i = 0; i < began.length; i++) {
      const to = Math.min(count, ended[i] * scale);
      for (let at = began[i] * scale; at < to;) {
        const pixel = Math.floor(at);
        const next = Math.min(to, pixel + 1);
        found[pixel] += next - at;
        if (next <= at) break;
        at = next;
      }
    }
  }
  return found;
}

const overviewX = (time) => plot.left + (time / total) * plot.width;
const overviewTime = (x) => ((x - plot.left) / plot.width) * total;

function drawOverview() {
  const pen = overview.getContext("2d");
  const base = strip.height - 9;
  const most = Math.max(1, run.workers.length, ...strip.busy);
  pen.fillStyle = paint.paper;
  pen.fillRect(0, 0, plot.full, strip.height);
  pen.fillStyle = paint.busy;
  strip.busy.forEach((busy, i) => {
    const height = (busy / most) * (base - 7);
    pen.fillRect(plot.left + i, base - height, 1, height);
  });
  pen.fillStyle = paint.wait;
  strip.waits.forEach((share, i) => {
    pen.globalAlpha = Math.min(1, share);
    pen.fillRect(plot.left + i, base + 2, 1, 4);
  });
  pen.globalAlpha = 1;
  pen.fillStyle = paint.dim;
  pen.font = paint.sans;
  pen.textBaseline = "middle";
  pen.fillText("busy", 10, base / 2 + 3);
  drawWindow(pen);
}

function drawWindow(pen) {
  if (view.from <= 0 && view.to >= total) return;
  const left = overviewX(view.from);
  const width = Math.max(3, overviewX(view.to) - left);
  pen.globalAlpha = 0.62;
  pen.fillStyle = paint.paper;
  pen.fillRect(plot.left, 0, left - plot.left, strip.height);
  pen.fillRect(left + width, 0, plot.full - left - width, strip.height);
  pen.globalAlpha = 1;
  pen.strokeStyle = paint.ink;
  pen.lineWidth = 1.5;
  pen.strokeRect(left, 1.5, width, strip.height - 3);
}

overview.addEventListener("pointerdown", (event) => {
  const span = view.to - view.from;
  const time = overviewTime(event.offsetX);
  const grip = time >= view.from && time <= view.to ? time - view.from : span / 2;
  const move = (moved) => {
    const from = overviewTime(moved.offsetX) - grip;
    show(from, from + span);
  };
  move(event);
  overview.setPointerCapture(event.pointerId);
  overview.classList.add("dragging");
  overview.onpointermove = move;
});
for (const over of ["pointerup", "pointercancel"]) {
  overview.addEventListener(over, () => {
    overview.onpointermove = null;
    overview.classList.remove("dragging");
  });
}
overview.addEventListener(
  "wheel",
  (event) => {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * 0.002));
  },
  { passive: false },
);
