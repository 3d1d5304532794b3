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
    ...(time.cascade ? [button("Liquidations", "Show the blocks around the liquidations", () => {
      const room = Math.max(20, (time.cascade[1] - time.cascade[0]) / 2);
      show(time.cascade[0] - room, time.cascade[1] + room);
    })] : []),
    button("+", "Zoom in", () => zoom(0.5)),
    button("−", "Zoom out", () => zoom(2)),
    shown,
  );
  toldView = () => {
    shown.textContent = `blocks ${whole.format(Math.round(view[0]))} to ${whole.format(Math.round(view[1]))} of ${whole.format(time.all[1] + 1)}`;
  };
  toldView();
}

/** Says of tables that are wider than the screen that they scroll. */
function tellScroll() {
  for (const table of document.querySelectorAll(".scroll")) {
    table.classList.toggle("wide", table.scrollWidth > table.clientWidth + 1);
  }
}
tellScroll();

/** Marks the section that is read among the links to sections. */
const links = new Map([...document.querySelectorAll("nav a")].map((link) => [link.hash.slice(1), link]));
const reader = new IntersectionObserver((seen) => {
  for (const { target, isIntersecting } of seen) {
    if (!isIntersecting) continue;
    for (const link of links.values()) link.removeAttribute("aria-current");
    const link = links.get(target.id);
    link?.setAttribute("aria-current", "true");
    if (link) link.parentElement.scrollLeft = link.offsetLeft - 40;
  }
}, { rootMargin: "-20% 0px -75% 0px" });
for (const section of document.querySelectorAll("main > section")) reader.observe(section);

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
  waits = requestAnimationFrame(() => { redraw(); tellScroll(); });
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
