// A track: spans in one row, in the order of their beginnings. ids: what each of them is.
function track(kind, owner, row, ids, began, ended) {
  const from = Float64Array.from(ids, (id) => began[id]);
  const to = Float64Array.from(ids, (id) => ended[id]);
  // The latest end so far: where to begin to look for what is in sight.
  const latest = new Float64Array(to.length);
  let most = -1;
  for (let i = 0; i < to.length; i++) latest[i] = most = Math.max(most, to[i]);
  return { kind, owner, row, ids: Int32Array.from(ids), from, to, latest };
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
  const { worker, row, began, ended } = calls;
  const last = (i) => Math.min(7, row[i]);
  for (const [key, ids] of group(worker.length, (i) => worker[i] * 8 + last(i))) {
    ids.sort((a, b) => began[a] - began[b]);
    tracks.push(track("call", key >> 3, key & 7, ids, began, ended));
  }
  run.threads.forEach(({ frames, waits, made }, owner) => {
    const deep = (i) => Math.min(MOST_FRAMES - 1, frames.row[i]);
    for (const [depth, ids] of group(frames.row.length, deep)) {
      tracks.push(track("frame", owner, depth, ids, frames.began, frames.ended));
    }
    const every = (spans) => spans.began.map((_, i) => i);
    tracks.push(track("wait", owner, 0, every(waits), waits.began, waits.ended));
    tracks.push(track("made", owner, 0, every(made), made.began, made.ended));
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

function functionOfSpan({ kind, owner }, id) {
  if (kind === "call") return functionIndex[calls.place[id]];
  return functionIndex[run.threads[owner][kind === "made" ? "made" : "frames"].place[id]];
}

function isHidden(track, id) {
  if (track.kind === "frame" || track.kind === "wait" || !hidden.size) return false;
  return hidden.has(functionOfSpan(track, id));
}

function isFaint({ kind, owner }, id) {
  if (!found || kind === "frame" || kind === "wait") return false;
  return !(kind === "call" ? found.call[id] : found.made[owner][id]);
}

// What is at this point: a span, or the lane with nothing in it.
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
    const id = nearest(track, timeAt(x), near);
    if (id !== null) return { track, id };
  }
  return lane && lane.kind === "call" ? { track: lane, id: null, time: timeAt(x) } : null;
}

function nearest(track, time, near) {
  let best = null;
  let distance = near;
  for (let i = firstAfter(track, time - near); i < track.from.length; i++) {
    if (track.from[i] > time + near) break;
    if (isHidden(track, track.ids[i])) continue;
    const away = Math.max(0, track.from[i] - time, time - track.to[i]);
    if (away < distance || (away === 0 && distance === 0)) [best, distance] = [track.ids[i], away];
  }
  return best;
}
