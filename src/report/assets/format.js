// Numbers as a reader meets them.

const exact = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 7 });
const inPercent = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 5 });
const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const hundredth = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });
const cents = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 4 });

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

/** Seconds as hours and minutes, as days and hours from two days on. */
function elapsed(seconds) {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
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
