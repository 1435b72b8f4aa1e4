// The part of the time that is shown.
const view = { from: 0, to: total };
const LEAST = 2; // microseconds

function show(from, to) {
  const span = Math.min(total, Math.max(LEAST, to - from));
  view.from = Math.min(Math.max(0, from), total - span);
  view.to = view.from + span;
  redraw();
}

// Factor > 1: closer. at: the time that stays where it is.
function zoom(factor, at = (view.from + view.to) / 2) {
  const span = Math.min(total, Math.max(LEAST, (view.to - view.from) / factor));
  const part = (at - view.from) / (view.to - view.from);
  show(at - part * span, at - part * span + span);
}

function pan(part) {
  const by = part * (view.to - view.from);
  show(view.from + by, view.to + by);
}

const xOf = (time) => plot.left + ((time - view.from) / (view.to - view.from)) * plot.width;
const timeAt = (x) => view.from + ((x - plot.left) / plot.width) * (view.to - view.from);

const room = () => plot.width / (plot.narrow ? 75 : 110);

// Steps of 1, 2, 5 that leave room for their labels.
function ticks(from, to, most) {
  const raw = (to - from) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = Math.max(1, [1, 2, 5, 10].find((k) => k * power >= raw) * power);
  const times = [];
  for (let time = Math.ceil(from / step) * step; time <= to; time += step) times.push(time);
  return { step, times };
}

function tickLabel(time, step) {
  if (time === 0) return "0";
  const late = view.to; // 10.02 s is read more easily than 10020 ms
  const [unit, size] =
    step >= 1e5 || late > 1e7 ? ["s", 1e6] : step >= 100 || late > 1e4 ? ["ms", 1e3] : ["µs", 1];
  const digits = Math.max(0, Math.ceil(-Math.log10(step / size) - 1e-9));
  return `${(time / size).toFixed(digits)} ${unit}`;
}
