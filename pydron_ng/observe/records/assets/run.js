// The run: columns of numbers, times in microseconds.
const run = JSON.parse(document.getElementById("run").textContent);
const calls = run.calls;
const total = Math.max(1, Math.round(run.seconds * 1e6));
const functionOf = (place) => run.places[place][0];
const functions = [...new Set(run.places.map(([name]) => name))];
const indexOfFunction = new Map(functions.map((name, index) => [name, index]));
const functionIndex = run.places.map(([name]) => indexOfFunction.get(name));

const colour = functions.map((name) => run.colours[name] ?? "#888888");
const ink = colour.map((hex) => {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? "#000000" : "#ffffff";
});

// What is hidden by the legend, and what the search has found; null: everything.
const hidden = new Set();
let found = null;

function search(text) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) {
    found = null;
    return;
  }
  const names = functions.map((name) => name.toLowerCase().includes(wanted));
  const has = (place, label) => names[functionIndex[place]] || label.toLowerCase().includes(wanted);
  found = {
    call: calls.place.map((place, i) => has(place, calls.label[i])),
    made: run.threads.map(({ made }) => made.place.map((place, i) => has(place, made.label[i]))),
  };
}
