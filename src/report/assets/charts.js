// Charts: what the data island says, drawn by uPlot; circles, heat maps and named places are drawn on top.

const data = JSON.parse(document.getElementById("data").textContent);
const time = data.time;
const style = () => getComputedStyle(document.documentElement);
const colour = (name) => style().getPropertyValue(`--${name}`).trim();

/** Every chart, and the blocks that those over blocks show. */
const charts = [];
let view = time && time.all;

/** Reads one of a block (0) and the seconds after the first block (1) at the other: between two knots of the clock. */
function clocked(value, from, to) {
  const clock = time.clock;
  if (clock.length < 2) return 0;
  let after = clock.findIndex((knot) => knot[from] >= value);
  if (after < 1) after = after < 0 ? clock.length - 1 : 1;
  const [one, other] = [clock[after - 1], clock[after]];
  return one[to] + ((other[to] - one[to]) * (value - one[from])) / (other[from] - one[from] || 1);
}
const seconds = (block) => clocked(block, 0, 1);

/** When a block is: its date if the run has dates, and the time since the start. */
function when(block) {
  const after = Math.round(seconds(block));
  return time.start == null ? elapsed(after) : `${date(time.start + after)} ${timeOfDay(time.start + after)} UTC, after ${elapsed(after)}`;
}

/** Blocks at round times, a label's width apart, and how far apart in seconds; none in a run without times. */
function roundTimes(from, to, width) {
  const [start, end] = [seconds(from), seconds(to)];
  if (!(end > start)) return null;
  const least = Math.max((end - start) / Math.max(width / 95, 1), (end - start) / Math.max(to - from, 1));
  const step = timeSteps.find((step) => step >= least) ?? Math.ceil(least / DAY) * DAY;
  const zero = time.start ?? 0;
  const blocks = [];
  for (let at = Math.ceil((zero + start) / step) * step - zero; at <= end; at += step) blocks.push(clocked(at, 1, 0));
  return { blocks, step };
}

/** How the horizontal axis of a chart tells a value. */
function place(spec, value) {
  if (spec.seeds) return `${exact.format(value)}`;
  switch (spec.x) {
    case "block": return `block ${whole.format(value)}${time.clock.length > 1 ? `, ${when(value)}` : ""}`;
    case "fall": return `a fall of ${told(value, "%")}`;
    case "return": return told(value, "%");
    default: return exact.format(value);
  }
}

const horizontal = {
  block: (values, step) => values.map((at) => {
    if (step == null) return whole.format(at);
    const after = Math.round(seconds(at));
    return `${whole.format(at)}\n${time.start == null ? since(after, step) : moment(time.start + after, step)}`;
  }),
  fall: (values) => values.map((at) => tick(at, "%")),
  return: (values) => values.map((at) => tick(at, "%")),
  value: (values) => values.map((at) => tick(at, "")),
  price: (values) => values.map((at) => tick(at, "")),
};

/** Shows these blocks in every chart over blocks. */
let moving = false;
function show(from, to) {
  if (moving || !time) return;
  const least = Math.min(4, time.all[1] - time.all[0]);
  from = Math.max(from, time.all[0]);
  to = Math.min(to, time.all[1]);
  if (to - from < least) [from, to] = [Math.max(time.all[0], to - least), Math.max(time.all[0], to - least) + least];
  view = [from, to];
  moving = true;
  for (const chart of charts) if (chart.spec.x === "block") chart.plot.setScale("x", { min: from, max: to });
  moving = false;
  toldView();
}

/** Zooms by a factor around a block. */
function zoom(factor, around) {
  const [from, to] = view;
  const middle = around ?? (from + to) / 2;
  show(middle - (middle - from) * factor, middle + (to - middle) * factor);
}

let toldView = () => {};

/** What circles of a colour are. */
const circle = (name) => (name === "vermilion" ? "liquidated" : `liquidated, ${name.replace("-", " ")}`);

/** A chart of the page. */
class Chart {
  constructor(spec) {
    this.spec = { ...spec, at: unpacked(spec.at), series: spec.series.map((one) => ({ ...one, values: unpacked(one.values) })) };
    this.host = document.getElementById(spec.id);
    this.figure = this.host.parentElement;
    this.legend = this.figure.querySelector(".legend");
    this.hidden = new Set();
    this.tip = make("div", { class: "tip", role: "status", hidden: true });
    this.host.append(this.tip);
    // Stacks are drawn from the top down, so that each bar covers what is below it.
    const order = spec.series.map((_, place) => place);
    this.order = spec.series.some((series) => series.look === "stacked")
      ? [...order.filter((p) => spec.series[p].look === "stacked").reverse(), ...order.filter((p) => spec.series[p].look !== "stacked")]
      : order;
    this.host.addEventListener("keydown", (event) => this.key(event));
    this.host.addEventListener("focusout", (event) => {
      if (!this.host.contains(event.relatedTarget) && !this.pinned) this.leave();
    });
    this.draw();
  }

  width() {
    return Math.max(260, this.host.clientWidth);
  }

  height() {
    return this.width() < 500 ? 250 : this.spec.names_rules ? 380 : 300;
  }

  /** Draws it anew, in the colours of the scheme. */
  draw(width) {
    this.plot?.destroy();
    this.plot = new uPlot(this.options(width ?? this.width()), this.values(), (plot, ready) => {
      this.host.prepend(plot.root);
      ready();
    });
    if (this.spec.x === "block") {
      moving = true;
      this.plot.setScale("x", { min: view[0], max: view[1] });
      moving = false;
    }
    this.plot.over.addEventListener("mouseenter", () => { Chart.active = this; });
    this.plot.over.addEventListener("mouseleave", () => { if (!this.pinned) this.leave(); });
    this.plot.over.addEventListener("mousedown", (event) => { this.pressed = event.clientX; });
    this.plot.over.addEventListener("click", (event) => {
      if (Math.abs(event.clientX - this.pressed) < 5) this.pin(!this.pinned);
    });
    this.drawLegend();
  }

  /** The columns that uPlot draws: sums for stacks. */
  values() {
    const { at, series } = this.spec;
    const sums = new Map();
    let below = at.map(() => 0);
    series.forEach((one, placed) => {
      if (one.look !== "stacked" || this.hidden.has(placed)) return;
      below = below.map((sum, row) => sum + (one.values[row] ?? 0));
      sums.set(placed, below);
    });
    const columns = this.order.map((placed) => sums.get(placed) ?? series[placed].values);
    return this.spec.heat ? [at, at.map(() => null)] : [at, ...columns];
  }

  options(width) {
    const { spec } = this;
    const stacked = spec.series.some((series) => series.look === "stacked");
    const grid = { stroke: colour("grid"), width: 1 };
    const ink = colour("dim");
    const font = `12px ${style().getPropertyValue("--font")}`;
    const axis = (scale, unit, side) => ({
      scale, side, stroke: ink, ...(["runs", "agents"].includes(unit) ? { incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 1e4, 1e5, 1e6] } : {}), font, grid: side === 1 ? { show: false } : grid, ticks: grid,
      values: (_, values) => values.map((value) => tick(value, unit)),
      size: 62,
    });
    const units = (right) => spec.series.find((series) => Boolean(series.is_right) === right)?.unit ?? "";
    const range = (plot, low, high) => {
      if (low == null) return [0, 1];
      const room = high - low || Math.abs(high) * 0.1 || 1;
      const bottom = spec.from_zero && low >= 0 ? 0 : low - 0.06 * room;
      return [bottom, high + (low === high && spec.from_zero ? high * 0.1 || 1 : 0.06 * room)];
    };
    let step;
    const axes = [{
      stroke: ink, font, grid: { show: false }, ticks: grid, space: spec.x === "block" ? 95 : 70,
      values: (_, values) => horizontal[spec.x](values, step), size: spec.x === "block" ? 50 : 34,
      ...(spec.x === "block" && time.clock.length > 1 ? { splits: (plot, _, from, to) => {
        const round = roundTimes(from, to, plot.bbox.width / devicePixelRatio);
        step = round?.step;
        return round?.blocks ?? [from, to];
      } } : {}),
    }, axis("y", units(false), 3)];
    if (spec.right) axes.push(axis("right", units(true), 1));
    return {
      width, height: this.height(), legend: { show: false }, axes, padding: [12, spec.right ? 0 : spec.x === "block" ? 44 : 22, 0, 0],
      scales: {
        x: spec.x === "block" || spec.heat || !stacked ? { time: false } : {
          time: false, range: () => [spec.at[0] - 0.55 * (spec.at[1] - spec.at[0]), spec.at.at(-1) + 0.55 * (spec.at[1] - spec.at[0])],
        },
        y: { range: spec.heat ? [spec.heat.rows[0], spec.heat.rows.at(-1)] : range },
        right: { range: (plot, low, high) => [0, (high ?? 1) * 1.06 || 1] },
      },
      series: [{}, ...(spec.heat ? [{ scale: "y" }] : this.order.map((placed) => this.series(placed)))],
      bands: (spec.bands ?? []).map((pair, band) => ({
        series: pair.map((placed) => this.order.indexOf(placed) + 1),
        fill: this.translucent("blue", band === 0 ? 0.18 : 0.3),
      })),
      cursor: {
        drag: { x: true, y: false, dist: 6 },
        points: { size: 8 },
        sync: spec.x === "block"
          ? { key: "blocks", scales: ["x", null], filters: { pub: (kind) => kind === "mousemove" || kind === "mouseleave" } }
          : undefined,
        bind: { dblclick: () => () => { spec.x === "block" ? show(...time.all) : this.whole(); return null; } },
      },
      hooks: {
        drawAxes: [(plot) => this.under(plot)],
        draw: [(plot) => this.over(plot)],
        setCursor: [(plot) => this.point(plot)],
        setScale: [(plot, key) => {
          if (key === "x" && spec.x === "block" && !moving && plot.status === 1) show(plot.scales.x.min, plot.scales.x.max);
        }],
      },
    };
  }

  whole() {
    this.plot.setScale("x", { min: this.spec.at[0], max: this.spec.at.at(-1) });
  }

  translucent(name, alpha) {
    return `color-mix(in srgb, ${colour(name)} ${100 * alpha}%, transparent)`;
  }

  series(placed) {
    const one = this.spec.series[placed];
    const stroke = colour(one.colour);
    const common = { label: one.label, scale: one.is_right ? "right" : "y", show: !this.hidden.has(placed), stroke, width: 1.75, points: { show: false } };
    switch (one.look) {
      case "stacked": return { ...common, fill: stroke, width: 0, paths: uPlot.paths.bars(this.spec.x === "block" ? { size: [0.92, 60, 1.5] } : { size: [1, Infinity, 1], gap: 1 }) };
      case "heavy": return { ...common, width: 5 };
      case "thin": return { ...common, width: 1.25 };
      case "stepped": return { ...common, paths: uPlot.paths.stepped({ align: 1 }) };
      case "area": return { ...common, fill: this.translucent(one.colour, 0.25) };
      case "dashed": return { ...common, dash: [7, 5], width: 2 };
      case "dots": return { ...common, width: 1, points: { show: true, size: 6, fill: stroke } };
      case "border": return { ...common, stroke: "transparent" };
      default: return common;
    }
  }

  /** What lies below the lines: cells, and places with names. */
  under(plot) {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    if (this.spec.heat) this.cells(plot);
    if (this.spec.x === "block") this.shade(plot);
    const rules = this.spec.rules ?? (this.spec.x === "block" ? time.rules : []);
    const named = Boolean(this.spec.rules || this.spec.names_rules);
    const ratio = devicePixelRatio;
    ctx.textAlign = "left";
    ctx.textBaseline = "alphabetic";
    ctx.font = `${11 * ratio}px ${style().getPropertyValue("--font")}`;
    ctx.lineWidth = ratio;
    const placed = [...rules].sort((a, b) => a.at - b.at).map((rule) => [plot.valToPos(rule.at, "x", true), rule.label]);
    ctx.strokeStyle = colour("dim");
    ctx.setLineDash([2 * ratio, 3 * ratio]);
    for (const [left] of placed) {
      ctx.beginPath();
      ctx.moveTo(left, bbox.top);
      ctx.lineTo(left, bbox.top + bbox.height);
      ctx.stroke();
    }
    const ends = [];
    for (const [left, label] of placed) {
      if (!named || left < bbox.left || left > bbox.left + bbox.width) continue;
      // A name stands right of its line, or left of it at the edge, in the first row that has room, over what lies below.
      const wide = ctx.measureText(label).width;
      const flips = left + wide + 8 * ratio > bbox.left + bbox.width;
      const start = flips ? left - wide - 4 * ratio : left + 4 * ratio;
      let line = 0;
      while (ends[line] > start) line += 1;
      ends[line] = start + wide + 4 * ratio;
      ctx.fillStyle = colour("page");
      ctx.fillRect(start - ratio, bbox.top + (1 + 13 * line) * ratio, wide + 2 * ratio, 13 * ratio);
      ctx.fillStyle = colour("dim");
      ctx.fillText(label, start, bbox.top + (11 + 13 * line) * ratio);
    }
    ctx.restore();
  }

  /** Shades the stretches of blocks in which liquidations follow each other. */
  shade(plot) {
    plot.ctx.fillStyle = this.translucent("vermilion", 0.13);
    for (const stretch of time.stretches) {
      const [from, to] = stretch.map((block) => plot.valToPos(block, "x", true));
      plot.ctx.fillRect(from, plot.bbox.top, Math.max(to - from, 2 * devicePixelRatio), plot.bbox.height);
    }
  }

  cells(plot) {
    const { ctx } = plot;
    const { columns, rows, cells } = this.spec.heat;
    const most = Math.sqrt(Math.max(...cells.map((cell) => cell[2])));
    ctx.fillStyle = colour("heat");
    for (const [column, row, much] of cells) {
      const [left, right] = [plot.valToPos(columns[column], "x", true), plot.valToPos(columns[column + 1], "x", true)];
      const [low, high] = [plot.valToPos(rows[row], "y", true), plot.valToPos(rows[row + 1], "y", true)];
      ctx.globalAlpha = 0.06 + (0.94 * Math.sqrt(much)) / most;
      ctx.fillRect(Math.round(left), Math.round(high), Math.max(Math.round(right) - Math.round(left), 1), Math.round(low) - Math.round(high));
    }
    ctx.globalAlpha = 1;
    const one = plot.valToPos(1, "y", true);
    ctx.strokeStyle = colour("vermilion");
    ctx.lineWidth = 1.5 * devicePixelRatio;
    ctx.setLineDash([]);
    ctx.beginPath();
    ctx.moveTo(plot.bbox.left, one);
    ctx.lineTo(plot.bbox.left + plot.bbox.width, one);
    ctx.stroke();
  }

  /** What lies above the lines: circles. */
  over(plot) {
    const marks = this.spec.marks;
    if (!marks) return;
    const { ctx, bbox } = plot;
    const most = Math.max(...marks.map((mark) => mark[2]));
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    for (const [at, high, much, name] of marks) {
      const radius = (1.5 + 11 * Math.sqrt(much / most)) * devicePixelRatio;
      ctx.beginPath();
      ctx.arc(plot.valToPos(at, "x", true), plot.valToPos(high, "y", true), radius, 0, 7);
      ctx.fillStyle = ctx.strokeStyle = colour(name);
      ctx.globalAlpha = 0.3;
      ctx.fill();
      ctx.globalAlpha = 0.9;
      ctx.lineWidth = devicePixelRatio;
      ctx.stroke();
    }
    ctx.restore();
  }

  /** Names the series below the chart; each can be hidden. */
  drawLegend() {
    const { spec } = this;
    const entry = (one, placed) => make("button", {
      type: "button", class: `entry ${one.look}`, "aria-pressed": String(!this.hidden.has(placed)),
      title: "Show or hide", onclick: () => {
        this.hidden.has(placed) ? this.hidden.delete(placed) : this.hidden.add(placed);
        this.draw();
        this.legend.children[placed]?.focus();
      },
    }, make("i", { class: `swatch swatch-${one.colour}` }), one.label, make("output", {}));
    const scale = spec.heat && [make("span", { class: "ramp" }, "none ", make("i", {}), ` ${told(Math.max(...spec.heat.cells.map((c) => c[2])), spec.heat.unit)}`)];
    const circles = [...new Set((spec.marks ?? []).map((mark) => mark[3]))].sort()
      .map((name) => make("span", { class: "entry" }, make("i", { class: `swatch swatch-${name} round` }), circle(name)));
    this.legend.replaceChildren(...(scale || spec.series.map(entry)), ...circles);
  }

  /** The cursor is on a row: tells its numbers. */
  point(plot) {
    const row = plot.cursor.idx;
    const { spec } = this;
    if (this.pinned) return;
    if (!spec.heat) {
      spec.series.forEach((one, placed) => {
        const output = this.legend.children[placed]?.querySelector("output");
        if (output) output.textContent = row == null ? "" : told(one.values[row], one.unit);
      });
    }
    if (Chart.active !== this || row == null || plot.cursor.left < 0) {
      this.tip.hidden = true;
      return;
    }
    this.row = row;
    this.fill(row, plot);
  }

  /** Fills the box beside the cursor. */
  fill(row, plot) {
    const { spec, tip } = this;
    const at = spec.at[row];
    const lines = spec.heat ? this.cell(plot, at) : spec.series
      .map((one, placed) => [one, placed])
      .filter(([one, placed]) => !this.hidden.has(placed) && one.values[row] != null && !(one.look === "stacked" && one.values[row] === 0))
      .map(([one]) => make("li", {}, make("i", { class: `swatch swatch-${one.colour}` }), `${one.label} `, make("b", {}, told(one.values[row], one.unit))));
    for (const [where, , much, name] of spec.marks ?? []) {
      if (where === at) lines.push(make("li", {}, make("i", { class: `swatch swatch-${name} round` }), `${circle(name)} `, make("b", {}, `${whole.format(much)}\u00a0${spec.left}`)));
    }
    const target = spec.seeds ? spec.seeds[row] : spec.x === "block" && data.grids.some((grid) => grid.columns[0].label === "block") ? at : null;
    const link = target == null ? [] : [make("a", { href: `#at-${target}` }, spec.seeds ? `seed ${target} in the table` : `events of block ${whole.format(target)}`)];
    tip.replaceChildren(make("p", {}, place(spec, at)), make("ul", {}, ...lines), ...link);
    tip.hidden = false;
    const left = plot.cursor.left + plot.over.offsetLeft;
    tip.classList.toggle("flips", left > this.host.clientWidth / 2);
    if (left > this.host.clientWidth / 2) {
      tip.style.left = "auto";
      tip.style.right = `${this.host.clientWidth - left + 14}px`;
    } else {
      tip.style.right = "auto";
      tip.style.left = `${left + 14}px`;
    }
  }

  cell(plot, at) {
    const { columns, rows, cells, unit } = this.spec.heat;
    const health = plot.posToVal(plot.cursor.top, "y");
    const row = rows.findIndex((from, place) => from <= health && health < (rows[place + 1] ?? Infinity));
    const column = columns.indexOf(at);
    const held = cells.find((cell) => cell[0] === column && cell[1] === row);
    const above = row === rows.length - 2 ? `${rows[row]} and more` : `${rows[row]} to ${rows[row + 1]}`;
    return [make("li", {}, `health factor ${above}: `, make("b", {}, told(held ? held[2] : 0, unit)))];
  }

  /** Keeps the box, so that its link can be reached. */
  pin(pinned) {
    for (const chart of charts) if (chart !== this && chart.pinned) chart.pin(false);
    this.pinned = pinned && !this.tip.hidden;
    this.tip.classList.toggle("pinned", this.pinned);
    if (!this.pinned) this.leave();
  }

  leave() {
    this.tip.hidden = true;
    if (Chart.active === this) Chart.active = null;
  }

  /** Moves the cursor by keys. */
  key(event) {
    if (event.target !== this.host && event.key !== "Escape") return;
    const { at } = this.spec;
    const blocks = this.spec.x === "block";
    const inside = (row) => {
      const { min, max } = this.plot.scales.x;
      return at[row] >= min && at[row] <= max;
    };
    const first = at.findIndex((_, row) => inside(row));
    const step = event.shiftKey ? 10 : 1;
    const go = (row) => {
      row = Math.max(0, Math.min(at.length - 1, row));
      if (!inside(row)) {
        if (!blocks) return;
        const half = (view[1] - view[0]) / 2;
        show(at[row] - half, at[row] + half);
      }
      this.pinned = false;
      this.row = row;
      Chart.active = this;
      const middle = this.plot.over.clientHeight / 2;
      this.plot.setCursor({ left: this.plot.valToPos(at[row], "x"), top: middle });
    };
    const keys = {
      ArrowRight: () => go((this.row ?? first - step) + step),
      ArrowLeft: () => go((this.row ?? first + step) - step),
      Home: () => go(first),
      End: () => go(at.findLastIndex((_, row) => inside(row))),
      "+": () => blocks && zoom(0.5, at[this.row]),
      "-": () => blocks && zoom(2, at[this.row]),
      Enter: () => { this.pin(true); this.tip.querySelector("a")?.focus(); },
      Escape: () => { this.pin(false); this.host.focus(); },
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  }
}
Chart.active = null;
