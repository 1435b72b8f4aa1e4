// One button for each function: with its colour and how long all of its calls took.
const legend = document.getElementById("legend");

function timeOfFunctions() {
  const sums = new Float64Array(functions.length);
  const add = ({ began, ended, place }) =>
    place.forEach((at, i) => (sums[functionIndex[at]] += ended[i] - began[i]));
  add(calls);
  run.threads.forEach(({ made }) => add(made));
  return sums;
}

function fillLegend() {
  const sums = timeOfFunctions();
  const called = new Set(calls.place.map((at) => functionIndex[at]));
  run.threads.forEach(({ made }) => made.place.forEach((at) => called.add(functionIndex[at])));
  const order = [...called].sort((a, b) => sums[b] - sums[a]);
  legend.replaceChildren(...order.map((index) => legendButton(index, sums[index])));
}

function legendButton(index, sum) {
  const button = document.createElement("button");
  button.type = "button";
  button.title = `Hide or show the calls of ${functions[index]}`;
  button.setAttribute("aria-pressed", "true");
  const swatch = element("i", "", "swatch");
  swatch.style.setProperty("--colour", colour[index]);
  button.append(swatch, element("span", functions[index]), element("small", span(sum)));
  button.addEventListener("click", () => {
    const isShown = hidden.delete(index) || !hidden.add(index);
    button.setAttribute("aria-pressed", String(isShown));
    redraw();
  });
  return button;
}
