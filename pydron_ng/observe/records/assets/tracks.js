// A track: spans in one row, in the order of their beginnings. ids: what each of them is in the
// columns; of: the functions, by number. Spans of the same track are known by their position.
function track(kind, owner, row, ids, spans) {
  const from = Float64Array.from(ids, (id) => spans.began[id]);
  const to = Float64Array.from(ids, (id) => spans.ended[id]);
  const of = Int32Array.from(ids, (id) => (spans.place ? functionIndex[spans.place[id]] : -1));
  // The latest end so far: where to begin to look for what is in sight.
  const latest = new Float64Array(to.length);
  let most = -1;
  for (let i = 0; i < to.length; i++) latest[i] = most = Math.max(most, to[i]);
  const isCall = kind === "call" || kind === "made"; // only calls are hidden, or found
  return { kind, owner, row, ids: Int32Array.from(ids), from, to, of, latest, isCall };
}

function group(count, keyOf) {
  const groups = new Map();
  for (let i = 0; i < count; i++) {
    const key = keyOf(i);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(i);
  }
  return groups;
}

function tracksOfRun() {
  const tracks = [];
  const { worker, row, began } = calls;
  const last = (i) => Math.min(7, row[i]);
  for (const [key, ids] of group(worker.length, (i) => worker[i] * 8 + last(i))) {
    ids.sort((a, b) => began[a] - began[b]);
    tracks.push(track("call", key >> 3, key & 7, ids, calls));
  }
  run.threads.forEach(({ frames, waits, made }, owner) => {
    const deep = (i) => Math.min(MOST_FRAMES - 1, frames.row[i]);
    for (const [depth, ids] of group(frames.row.length, deep)) {
      tracks.push(track("frame", owner, depth, ids, frames));
    }
    const every = (spans) => spans.began.map((_, i) => i);
    tracks.push(track("wait", owner, 0, every(waits), waits));
    tracks.push(track("made", owner, 0, every(made), made));
  });
  return tracks;
}

const tracks = tracksOfRun();

// Top and height in the canvas.
function place(track) {
  const { kind, owner, row } = track;
  if (kind === "frame") return [threadTop[owner] + programShift() + row * FRAME, FRAME - 2];
  if (kind !== "call") return [doingY(owner), DOING];
  const rows = workerRows[owner];
  const height = workerHeight[owner] / rows;
  return [workerY(owner) + row * height, rows === 1 ? height : Math.max(1, height - 1)];
}

// The first span that ends at or after that time.
function firstAfter(track, time) {
  let low = 0;
  let high = track.latest.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (track.latest[middle] < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

const isHidden = (track, i) => track.isCall && hidden.has(track.of[i]);

function isFaint({ kind, owner, ids, isCall }, i) {
  if (!found || !isCall) return false;
  return !(kind === "call" ? found.call[ids[i]] : found.made[owner][ids[i]]);
}

// What is at this point: a span, or the lane of a worker with nothing in it.
function at(x, y) {
  if (x < plot.left || y < plot.axis) return null;
  const inProgram = isPinned() && y < plot.pinned;
  const near = ((view.to - view.from) / plot.width) * 2.5;
  let lane = null;
  for (const track of tracks) {
    if ((track.kind === "call") === inProgram) continue;
    const [top, height] = place(track);
    if (y < top || y >= top + height + (track.kind === "call" ? gap / 2 : 0)) continue;
    lane = track;
    const i = nearest(track, timeAt(x), near);
    if (i !== null) return { track, i, id: track.ids[i] };
  }
  return lane && lane.kind === "call" ? { track: lane, i: null, id: null, time: timeAt(x) } : null;
}

function nearest(track, time, near) {
  let best = null;
  let distance = near;
  for (let i = firstAfter(track, time - near); i < track.from.length; i++) {
    if (track.from[i] > time + near) break;
    if (isHidden(track, i)) continue;
    const away = Math.max(0, track.from[i] - time, time - track.to[i]);
    if (away < distance || (away === 0 && distance === 0)) [best, distance] = [i, away];
  }
  return best;
}
