// The critical path, and what belongs to the call that is pointed at.
let isPathShown = true;
let hovered = null;

// Below the bars, where there is room.
const laneY = (lane) =>
  lane < 0
    ? doingY(-1 - lane) + DOING + 2
    : workerY(lane) + workerHeight[lane] + (gap > 1 ? gap / 2 : -1);

function drawPath() {
  if (!isPathShown || !run.path.length) return;
  const steps = pathSteps();
  within(() => {
    if (isPinned()) clipped(plot.axis - 5, () => strokePath(steps, belowIfScrolled), plot.pinned);
    clipped(clipTop(), () => strokePath(steps, laneY));
  });
}

// Among the pinned lanes, those of the workers are somewhere below, scrolled or not.
const belowIfScrolled = (lane) => (lane < 0 ? laneY(lane) : Math.max(laneY(lane), plot.pinned + 9));

// Segments in sight: lane, from, to, in pixels; of those within one pixel the last.
function pathSteps() {
  const steps = [];
  for (const [lane, from, to] of run.path) {
    if (to < view.from || from > view.to) continue;
    const [x, width] = across(from, to);
    const last = steps.at(-1);
    if (last && x + width - last[1] < 0.5) last[0] = lane;
    else steps.push([lane, x, x + width]);
  }
  return steps;
}

function strokePath(steps, yOf) {
  const along = new Path2D();
  const between = new Path2D();
  steps.forEach(([lane, from, to], i) => {
    const y = yOf(lane);
    if (i > 0) {
      between.moveTo(from, yOf(steps[i - 1][0]));
      between.lineTo(from, y);
    }
    if (to - from < 1.5) return;
    along.moveTo(from - 1, y);
    along.lineTo(to + 1, y);
  });
  const crowded = Math.min(1, plot.width / 14 / steps.length);
  if (crowded === 1) stroke(between, 4.6, paint.paper);
  stroke(along, 5, paint.paper);
  context.globalAlpha = Math.max(0.1, crowded);
  stroke(between, crowded === 1 ? 2 : 1, paint.path);
  context.globalAlpha = 1;
  stroke(along, 2.4, paint.path);
}

function stroke(line, width, style) {
  context.lineWidth = width;
  context.strokeStyle = style;
  context.stroke(line);
}

function drawHovered() {
  if (!hovered || hovered.id === null) return;
  const { track, i, id } = hovered;
  const [top, height] = place(track);
  within(() => {
    clipped(track.kind === "call" ? clipTop() : plot.axis, () => {
      const [x, width] = across(track.from[i], track.to[i]);
      context.lineWidth = 2;
      context.strokeStyle = paint.ink;
      context.strokeRect(x - 1, top - 1, Math.max(2, width) + 1, height + 2);
    });
    clipped(isPinned() ? plot.axis : clipTop(), () => drawWay(callOf(track, id)));
  });
}

const callOf = ({ kind, owner }, id) =>
  kind === "call" ? id : kind === "wait" ? run.threads[owner].waits.call[id] : -1;

// From the cause, or from where it was issued, to the call, and to where it was taken.
function drawWay(call) {
  if (call < 0) return;
  const { thread, cause, began, ended, issued, taken } = calls;
  const middle = (i) =>
    Math.max(clipTop(), workerY(calls.worker[i]) + workerHeight[calls.worker[i]] / 2);
  const doing = doingY(thread[call]) + DOING / 2;
  const from = cause[call] >= 0 ? [ended[cause[call]], middle(cause[call])] : [issued[call], doing];
  context.setLineDash([4, 3]);
  context.lineWidth = 1.6;
  context.strokeStyle = paint.ink;
  bow(from, [began[call], middle(call)]);
  if (taken[call] >= 0) bow([ended[call], middle(call)], [taken[call], doing]);
  context.setLineDash([]);
}

function bow([fromTime, fromY], [toTime, toY]) {
  const far = plot.full * 4;
  const x1 = Math.max(-far, Math.min(far, xOf(fromTime)));
  const x2 = Math.max(-far, Math.min(far, xOf(toTime)));
  const bend = Math.min(60, Math.abs(x2 - x1) / 2);
  context.beginPath();
  context.moveTo(x1, fromY);
  context.bezierCurveTo(x1 + bend, fromY, x2 - bend, toY, x2, toY);
  context.stroke();
  context.fillStyle = paint.ink;
  for (const [x, y] of [
    [x1, fromY],
    [x2, toY],
  ]) {
    context.beginPath();
    context.arc(x, y, 2.6, 0, 7);
    context.fill();
  }
}
