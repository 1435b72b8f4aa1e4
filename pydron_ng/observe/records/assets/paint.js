// Drawing the lanes. What is narrower than a pixel is merged with its neighbours.
const context = canvas.getContext("2d");
const probe = getComputedStyle(document.documentElement);
let paint = {};

function readColours() {
  // Custom properties with light-dark() are resolved only where they are used.
  const element = document.body.appendChild(document.createElement("i"));
  const of = (name) => {
    element.style.color = `var(--${name})`;
    return getComputedStyle(element).color;
  };
  const names = [
    "paper",
    "ink",
    "dim",
    "rule",
    "track",
    "own",
    "frame",
    "wait",
    "wait-soft",
    "path",
    "busy",
  ];
  paint = Object.fromEntries(names.map((name) => [name, of(name)]));
  element.remove();
  paint.hatch = hatch();
  paint.sans = `12px ${probe.getPropertyValue("--sans")}`;
  paint.mono = `11.5px ${probe.getPropertyValue("--mono")}`;
  context.font = paint.mono;
  paint.letter = context.measureText("mmmmmmmmmm").width / 10;
}

function hatch() {
  const ratio = window.devicePixelRatio || 1;
  const size = 7;
  const tile = document.createElement("canvas");
  tile.width = tile.height = Math.round(size * ratio);
  const pen = tile.getContext("2d");
  pen.scale(tile.width / size, tile.height / size);
  pen.fillStyle = paint["wait-soft"];
  pen.fillRect(0, 0, size, size);
  pen.strokeStyle = paint.wait;
  pen.lineWidth = 1.9;
  pen.lineCap = "square";
  for (const shift of [-size, 0, size]) {
    pen.beginPath();
    pen.moveTo(shift, size);
    pen.lineTo(shift + size, 0);
    pen.stroke();
  }
  const pattern = context.createPattern(tile, "repeat");
  pattern.setTransform(new DOMMatrix().scale(size / tile.width, size / tile.height));
  return pattern;
}

let isWaiting = false;
function redraw() {
  if (isWaiting) return;
  isWaiting = true;
  requestAnimationFrame(() => {
    isWaiting = false;
    drawAll();
  });
}

function drawAll() {
  context.fillStyle = paint.paper;
  context.fillRect(0, 0, plot.full, plot.height);
  drawGrid();
  clipped(clipTop(), drawWorkers);
  clipped(isPinned() ? 0 : plot.axis, drawProgram);
  drawPath();
  drawHovered();
  drawAxis();
  drawOverview();
  tellRange();
}

function clipped(top, draw, bottom = plot.height) {
  context.save();
  context.beginPath();
  context.rect(0, top, plot.full, bottom - top);
  context.clip();
  draw();
  context.restore();
}

function drawGrid() {
  const { times } = ticks(view.from, view.to, room());
  context.fillStyle = paint.rule;
  for (const time of times) context.fillRect(Math.round(xOf(time)), plot.axis - 5, 1, plot.height);
}

function drawAxis() {
  const { step, times } = ticks(view.from, view.to, room());
  context.fillStyle = paint.paper;
  context.fillRect(0, 0, plot.full, plot.axis - 5);
  context.font = paint.sans;
  context.fillStyle = paint.dim;
  context.textBaseline = "middle";
  for (const time of times) {
    const label = tickLabel(time, step);
    const half = context.measureText(label).width / 2;
    const x = Math.min(Math.max(xOf(time), plot.left + half), plot.left + plot.width - half);
    context.textAlign = "center";
    context.fillText(label, x, (plot.axis - 5) / 2 + 1);
  }
}

// --- lanes ---

function drawProgram() {
  if (isPinned()) {
    context.fillStyle = paint.paper;
    context.fillRect(0, plot.axis - 5, plot.full, plot.pinned - plot.axis + 5);
    clipped(0, drawGrid, plot.pinned);
    context.fillStyle = paint.rule;
    context.fillRect(0, plot.pinned - 1, plot.full, 1);
  }
  run.threads.forEach((_, i) => {
    drawOwn(i);
    lane(threadName(i), doingY(i), DOING, true);
  });
  for (const track of tracks) if (track.kind !== "call") drawTrack(track);
}

// The program's own statements are what is left when it neither waits nor makes a call.
function drawOwn(thread) {
  context.fillStyle = paint.own;
  within(() => {
    const [x, width] = across(0, total);
    context.fillRect(x, doingY(thread) + DOING / 2 - 2, width, 4);
  });
}

function drawWorkers() {
  run.workers.forEach((worker, i) => {
    const y = workerY(i);
    if (y > plot.height || y + workerHeight[i] < clipTop()) return;
    drawIdle(worker, y, workerHeight[i]);
    const every = Math.ceil(14 / (workerHeight[i] + gap));
    if (i % every === 0)
      lane(workerName(i), y, Math.max(workerHeight[i], every > 1 ? 12 : 0), false);
  });
  for (const track of tracks) {
    const [top, height] = place(track);
    if (track.kind !== "call" || top > plot.height || top + height < clipTop()) continue;
    drawTrack(track);
  }
}

function drawIdle({ joined, lost }, y, height) {
  const end = lost < 0 ? total : lost;
  within(() => {
    context.fillStyle = paint.track;
    const [x, width] = across(joined, end);
    context.fillRect(x, y, width, height);
    if (lost < 0) return;
    context.fillStyle = paint.wait;
    context.fillRect(xOf(lost) - 1, y, 2, height);
  });
}

function lane(name, y, height, isStrong) {
  context.font = isStrong ? `600 ${paint.sans}` : paint.sans;
  context.fillStyle = isStrong ? paint.ink : paint.dim;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.save();
  context.beginPath();
  context.rect(0, 0, plot.left - 6, plot.height);
  context.clip();
  context.fillText(name, 10, y + height / 2 + 0.5);
  context.restore();
}

function within(draw) {
  context.save();
  context.beginPath();
  context.rect(plot.left, 0, plot.width, plot.height);
  context.clip();
  draw();
  context.restore();
}

// x and width, cut off a little outside of what is seen: huge numbers are drawn badly.
function across(from, to) {
  const left = Math.max(plot.left - 4, xOf(from));
  const right = Math.min(plot.left + plot.width + 4, xOf(to));
  return [left, Math.max(0, right - left)];
}

// --- spans ---

function drawTrack(track) {
  const [y, height] = place(track);
  const tiny = new Tiny(y, height);
  const scale = plot.width / (view.to - view.from);
  within(() => {
    for (let i = firstAfter(track, view.from); i < track.from.length; i++) {
      const from = track.from[i];
      if (from > view.to) break;
      const to = track.to[i];
      if (to < view.from || isHidden(track, i)) continue;
      const width = (to - from) * scale;
      if (width < 1) tiny.add(plot.left + (from - view.from) * scale, width, track, i);
      else drawSpan(track, i, ...across(from, to), y, height);
    }
    tiny.flush();
  });
}

function fillOf({ kind, of }, i) {
  if (kind === "wait") return paint.wait;
  return kind === "frame" ? paint.frame : colour[of[i]];
}

function drawSpan(track, i, x, width, y, height) {
  context.globalAlpha = isFaint(track, i) ? 0.16 : 1;
  context.fillStyle = track.kind === "wait" && width >= 3 ? paint.hatch : fillOf(track, i);
  context.fillRect(x, y, width > 3 ? width - 0.75 : width, height);
  if (width > 26 && height >= 13) caption(track, i, x, width, y, height);
  context.globalAlpha = 1;
}

function caption(track, i, x, width, y, height) {
  const start = Math.max(x, plot.left) + 5;
  const room = Math.floor((Math.min(x + width, plot.left + plot.width) - start - 3) / paint.letter);
  const text = captionOf(track, i, room);
  if (!text) return;
  context.font = paint.mono;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillStyle = track.kind === "frame" ? paint.ink : ink[track.of[i]];
  context.fillText(text, start, y + height / 2 + 0.5);
}

function captionOf({ kind, ids, of }, i, room) {
  if (kind === "wait" || room < 3) return "";
  const name = functions[of[i]];
  const label = kind === "call" ? calls.label[ids[i]] : name;
  if (label.length <= room) return label;
  return name.length <= room ? name : `${name.slice(0, room - 1)}…`;
}

// Spans that share a pixel: one bar in the colour of the longest, the paler the less they fill it.
class Tiny {
  constructor(y, height) {
    Object.assign(this, { y, height, pixel: NaN, filled: 0, longest: -1, fill: "", isFaint: true });
  }

  add(x, width, track, i) {
    const pixel = Math.floor(x);
    if (pixel !== this.pixel) {
      this.flush();
      Object.assign(this, { pixel, filled: 0, longest: -1, isFaint: true });
    }
    this.filled += width;
    this.isFaint &&= isFaint(track, i);
    if (width > this.longest) [this.longest, this.fill] = [width, fillOf(track, i)];
  }

  flush() {
    if (Number.isNaN(this.pixel)) return;
    context.globalAlpha = (this.isFaint ? 0.16 : 1) * Math.min(1, Math.max(0.4, this.filled));
    context.fillStyle = this.fill;
    context.fillRect(this.pixel, this.y, 1, this.height);
    context.globalAlpha = 1;
    this.pixel = NaN;
  }
}
