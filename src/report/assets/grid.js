// Tables that can be sorted, filtered and paged through, by keyboard too.

const ROWS = 25;

class Grid {
  constructor(spec) {
    this.spec = spec;
    this.host = document.querySelector(`.grid[data-grid="${spec.id}"]`);
    this.columns = spec.columns.map(({ label, cells }) => {
      const [kind, values] = Object.entries(cells)[0];
      const value = kind === "words" ? (row) => spec.texts[values[row]]
        : kind === "hundredths" ? (row) => (values[row] == null ? null : values[row] / 100)
        : (row) => values[row];
      return { label, kind, value, isNumber: kind === "counts" || kind === "hundredths", length: values.length };
    });
    this.count = this.columns[0].length;
    this.sorted = { column: 0, down: false };
    this.page = 0;
    this.filters = new Map();
    this.drawFilters();
    this.update();
  }

  drawFilters() {
    const first = this.columns[0];
    const input = (label, attributes, filter) => {
      const field = make("input", { ...attributes, oninput: () => this.filter(label, field.value === "" ? null : filter(field.value)) });
      return [field, make("label", {}, `${label} `, field)];
    };
    const texts = (row) => this.columns.filter((column) => !column.isNumber).map((column) => column.value(row)).join(" ").toLowerCase();
    const [number, numberLabel] = input(first.label, { type: "text", inputmode: "numeric", size: 8 }, (typed) => {
      const wanted = Number(typed.replace(/[^0-9]/g, ""));
      return (row) => first.value(row) === wanted;
    });
    const [, textLabel] = input("containing", { type: "search", size: 16 }, (typed) => {
      const wanted = typed.toLowerCase();
      return (row) => texts(row).includes(wanted);
    });
    this.number = number;
    const selects = this.columns.filter((column) => column.kind === "words").flatMap((column) => {
      const seen = [...new Set(Array.from({ length: this.count }, (_, row) => column.value(row)))].filter(Boolean).sort();
      if (seen.length < 2 || seen.length > 30) return [];
      const select = make("select", { onchange: () => this.filter(column.label, select.value === "" ? null : (row) => column.value(row) === select.value) },
        make("option", { value: "" }, "all"), ...seen.map((value) => make("option", { value }, value)));
      return [make("label", {}, `${column.label} `, select)];
    });
    const clear = make("button", { type: "button", onclick: () => this.clear() }, "Clear");
    const hasTexts = this.columns.some((column) => !column.isNumber);
    this.host.querySelector(".filters").replaceChildren(numberLabel, ...selects, ...(hasTexts ? [textLabel] : []), clear);
  }

  filter(name, test) {
    if (test) this.filters.set(name, test);
    else this.filters.delete(name);
    this.page = 0;
    this.update();
  }

  clear() {
    this.filters.clear();
    for (const field of this.host.querySelectorAll("input, select")) field.value = "";
    this.page = 0;
    this.update();
  }

  /** Shows the rows of one block, or of one seed. */
  only(value) {
    this.clear();
    this.number.value = value;
    this.filter(this.columns[0].label, (row) => this.columns[0].value(row) === value);
    document.getElementById("head-events").scrollIntoView();
    this.host.querySelector(".scroll").focus({ preventScroll: true });
  }

  sort(column) {
    const down = this.sorted.column === column ? !this.sorted.down : this.columns[column].isNumber && column > 0;
    this.sorted = { column, down };
    this.page = 0;
    this.update();
    this.host.querySelectorAll("thead button")[column].focus();
  }

  update() {
    const tests = [...this.filters.values()];
    this.rows = Array.from({ length: this.count }, (_, row) => row).filter((row) => tests.every((test) => test(row)));
    const { value, isNumber } = this.columns[this.sorted.column];
    const sign = this.sorted.down ? -1 : 1;
    // What is missing comes last, whichever way it is sorted.
    this.rows.sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      const [noX, noY] = [x == null || x === "", y == null || y === ""];
      if (noX || noY) return noX - noY || a - b;
      return (isNumber ? sign * (x - y) : sign * x.localeCompare(y)) || a - b;
    });
    this.draw();
  }

  draw() {
    const { sorted, columns, rows } = this;
    const head = columns.map(({ label, isNumber }, place) => make("th", {
      scope: "col", class: isNumber ? "n" : null,
      "aria-sort": sorted.column === place ? (sorted.down ? "descending" : "ascending") : "none",
    }, make("button", { type: "button", onclick: () => this.sort(place) }, label)));
    const shown = rows.slice(this.page * ROWS, (this.page + 1) * ROWS);
    const body = shown.map((row) => make("tr", {}, ...columns.map((column, place) => this.cell(column, place, row))));
    this.host.querySelector("thead").replaceChildren(make("tr", {}, ...head));
    this.host.querySelector("tbody").replaceChildren(...body);
    const last = Math.max(0, Math.ceil(rows.length / ROWS) - 1);
    this.host.querySelector(".told").textContent = rows.length === 0 ? "No row is left by these filters."
      : `${whole.format(this.page * ROWS + 1)} to ${whole.format(Math.min(rows.length, (this.page + 1) * ROWS))} of ${whole.format(rows.length)} rows`;
    const turn = (label, page) => make("button", { type: "button", disabled: page < 0 || page > last, onclick: () => { this.page = page; this.draw(); } }, label);
    const table = this.host.querySelector(".scroll");
    table.classList.toggle("wide", table.scrollWidth > table.clientWidth + 1);
    this.host.querySelector(".pager").replaceChildren(turn("Previous", this.page - 1), turn("Next", this.page + 1));
  }

  cell(column, place, row) {
    const value = column.value(row);
    const text = value == null ? "" : column.kind === "hundredths" ? cents.format(value) : column.kind === "counts" ? whole.format(value) : value;
    if (place > 0) return make("td", { class: column.isNumber ? "n" : null }, text);
    if (!time || column.label !== "block") return make("th", { scope: "row", class: "n" }, text);
    const link = make("a", { href: "#prices", title: "Show this block in the charts", onclick: () => zoomTo(value) }, text);
    return make("th", { scope: "row", class: "n" }, link);
  }
}

/** Shows a block in the middle of the charts. */
function zoomTo(block) {
  const half = Math.max(20, (time.all[1] - time.all[0]) / 100);
  show(block - half, block + half);
}
