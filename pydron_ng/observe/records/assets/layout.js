// Where the lanes are. The program's stay in sight while those of the workers are scrolled.
const canvas = document.getElementById("picture");
const scroller = document.getElementById("lanes");
const spacer = document.getElementById("spacer");
const plot = { left: 0, width: 1, height: 1, axis: 26, pinned: 0, content: 0 };
const FRAME = 17;
const DOING = 26;
const MOST_FRAMES = 4; // deeper ones are drawn in the last row

const hosts = run.workers.some((worker) => worker.host);
const workerRows = new Int32Array(run.workers.length).fill(1);
calls.worker.forEach((worker, i) => {
  workerRows[worker] = Math.max(workerRows[worker], Math.min(8, calls.row[i] + 1));
});
const frameRows = run.threads.map(({ frames }) =>
  Math.min(
    MOST_FRAMES,
    frames.row.reduce((most, row) => Math.max(most, row + 1), 0),
  ),
);

const rowHeight = ((count) => {
  if (count <= 6) return 30;
  if (count <= 16) return 24;
  if (count <= 48) return 15;
  return count <= 200 ? 9 : 6;
})(run.workers.length);
const gap = rowHeight >= 15 ? 3 : 1;

const threadTop = [];
const workerTop = [];
const workerHeight = [];

function placeLanes() {
  let y = plot.axis + 6;
  run.threads.forEach((_, i) => {
    threadTop[i] = y;
    y += frameRows[i] * FRAME + DOING + 8;
  });
  plot.pinned = y;
  y += 6;
  run.workers.forEach((_, i) => {
    workerTop[i] = y;
    const rows = workerRows[i];
    workerHeight[i] = rows === 1 ? rowHeight : rows * Math.max(3, rowHeight / 2);
    y += workerHeight[i] + gap;
  });
  plot.content = y + 6;
}

// In the canvas; the program's lanes move only if they would leave no room for workers.
const isPinned = () => plot.pinned < plot.height * 0.6;
const programShift = () => (isPinned() ? 0 : -scroller.scrollTop);
const workerShift = () => -scroller.scrollTop;
const doingY = (thread) => threadTop[thread] + frameRows[thread] * FRAME + programShift();
const workerY = (worker) => workerTop[worker] + workerShift();
const clipTop = () => (isPinned() ? plot.pinned : plot.axis);

function measure() {
  placeLanes();
  const narrow = scroller.clientWidth < 560;
  const room = Math.max(260, Math.min(window.innerHeight * 0.7, 760));
  plot.height = Math.ceil(Math.min(plot.content, room));
  scroller.style.height = `${plot.height}px`;
  spacer.style.height = `${Math.max(0, plot.content - plot.height)}px`;
  plot.left = narrow ? 52 : hosts ? 150 : 92;
  plot.full = scroller.clientWidth;
  plot.width = Math.max(40, plot.full - plot.left - 8);
  plot.narrow = narrow;
  fit(canvas, plot.full, plot.height);
}

function fit(target, width, height) {
  const ratio = window.devicePixelRatio || 1;
  target.style.height = `${height}px`;
  target.width = Math.round(width * ratio);
  target.height = Math.round(height * ratio);
  target.getContext("2d").setTransform(ratio, 0, 0, ratio, 0, 0);
}

function workerName(index) {
  const { number, host } = run.workers[index];
  if (plot.narrow) return `w${number}`;
  return host ? `${host} ${number}` : `worker ${number}`;
}

const threadName = (index) =>
  plot.narrow ? (index ? `t${index}` : "prog.") : index ? `thread ${index}` : "program";
