// Numbers as a reader meets them.

const exact = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 7 });
const inPercent = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 5 });
const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const hundredth = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });
const cents = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 4 });

const letters = new Map([..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"].map((letter, value) => [letter, value]));

/** The numbers of a column, null where one is missing; `packed.rs` says how it is written. */
function unpacked({ exponent, words }) {
  const scale = 10 ** Math.abs(exponent);
  const values = [];
  let [at, sum, last] = [0, 0, 0];
  const word = () => {
    for (let value = 0, place = 1; ; place *= 32) {
      const bits = letters.get(words[at++]);
      value += (bits % 32) * place;
      if (bits < 32) return value;
    }
  };
  while (at < words.length) {
    let code = word();
    let times = 1;
    if (code === 0) [code, times] = [last, word()];
    last = code;
    for (; times > 0; times -= 1) {
      if (code > 1) sum += code % 2 ? -(code - 1) / 2 : (code - 2) / 2;
      values.push(code === 1 ? null : exponent < 0 ? sum / scale : sum * scale);
    }
  }
  return values;
}

/** A value with its unit, with as many digits as the page holds. */
function told(value, unit) {
  if (value == null) return "–";
  if (unit.startsWith("%")) return `${inPercent.format(100 * value)}\u00a0${unit}`;
  return `${exact.format(value)}\u00a0${unit}`.trim();
}

/** A value beside an axis. */
function tick(value, unit) {
  if (value == null) return "";
  if (unit.startsWith("%")) return `${hundredth.format(100 * value)}\u00a0%`;
  return Math.abs(value) >= 1e4 ? compact.format(value) : exact.format(value);
}

const DAY = 86400;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** How far apart the times beside an axis may be, in seconds. */
const timeSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200,
  ...[1, 2, 5, 7, 14, 28, 56, 91, 182, 364].map((days) => days * DAY)];

/** The date and the time of seconds since 1970, in UTC. */
function date(seconds) {
  const at = new Date(1000 * seconds);
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}`;
}
const timeOfDay = (seconds) => new Date(1000 * seconds).toISOString().slice(11, 19);

/** A moment beside an axis whose times are `step` seconds apart: the date where they are days apart, none where they are seconds. */
function moment(seconds, step) {
  if (step >= DAY) return date(seconds);
  return step < 60 ? timeOfDay(seconds) : `${date(seconds).slice(0, -5)} ${timeOfDay(seconds).slice(0, 5)}`;
}

/** Seconds since the start beside an axis whose times are `step` seconds apart: no unit that is zero or smaller. */
function since(seconds, step) {
  const units = [["d", DAY], ["h", 3600], ["min", 60], ["s", 1]];
  const parts = [];
  let rest = seconds;
  for (const [unit, size] of units) {
    const many = Math.floor(rest / size);
    rest -= many * size;
    if (many > 0) parts.push(`${many} ${unit}`);
    if (step >= size) return parts.join(" ") || `0 ${unit}`;
  }
  return parts.join(" ") || "0 s";
}

/** Seconds as hours and minutes, with days from a day on. */
function elapsed(seconds) {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  return `${hours < 24 ? "" : `${Math.floor(hours / 24)} d `}${hours % 24} h ${minutes % 60} min`;
}

/** Makes an element; texts among its children are text and never markup. */
function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}
