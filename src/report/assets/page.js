// The page: its scheme, its zoom, its links.

const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");
const scheme = () => root.dataset.scheme ?? (dark.matches ? "dark" : "light");
const redraw = (width) => charts.forEach((chart) => chart.draw(width && Math.min(width, chart.width())));

const schemeButton = document.getElementById("scheme");
function tellScheme() {
  schemeButton.textContent = scheme() === "dark" ? "Light" : "Dark";
  schemeButton.title = `Show the page ${scheme() === "dark" ? "light" : "dark"}`;
}
schemeButton.addEventListener("click", () => {
  root.dataset.scheme = scheme() === "dark" ? "light" : "dark";
  tellScheme();
  redraw();
});
dark.addEventListener("change", () => { tellScheme(); redraw(); });
tellScheme();

const grids = data.grids.map((spec) => new Grid(spec));
for (const spec of data.charts) charts.push(new Chart(spec));

if (time) {
  const bar = document.getElementById("zoom");
  const shown = make("span", { role: "status" });
  const button = (label, title, act) => make("button", { type: "button", title, onclick: act }, label);
  bar.append(
    button("All blocks", "Show the whole run", () => show(...time.all)),
    ...(time.view ? [button("Liquidations", "Show the blocks around the liquidations", () => show(...time.view))] : []),
    button("+", "Zoom in", () => zoom(0.5)),
    button("−", "Zoom out", () => zoom(2)),
    shown,
  );
  toldView = () => {
    shown.textContent = `blocks ${whole.format(Math.round(view[0]))} to ${whole.format(Math.round(view[1]))} of ${whole.format(time.all[1] + 1)}`;
  };
  toldView();
}

function follow() {
  const at = /^#at-(\d+)$/.exec(location.hash);
  if (at) {
    for (const chart of charts) chart.pin(false);
    grids[0]?.only(Number(at[1]));
  }
}
addEventListener("hashchange", follow);
follow();

let width = innerWidth;
let waits = 0;
addEventListener("resize", () => {
  if (innerWidth === width) return;
  width = innerWidth;
  cancelAnimationFrame(waits);
  waits = requestAnimationFrame(() => redraw());
});

// On paper everything is light, and as wide as the paper.
let before;
addEventListener("beforeprint", () => {
  before = root.dataset.scheme;
  root.dataset.scheme = "light";
  redraw(680);
});
addEventListener("afterprint", () => {
  if (before) root.dataset.scheme = before;
  else delete root.dataset.scheme;
  redraw();
});
