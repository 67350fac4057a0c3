// Small plots: a bar for each day, and behind them the same as a table.

import { el, svg } from "../shared/dom.js";
import { weekday } from "../shared/format.js";
import { shortDate } from "./dates.js";
import { row, table } from "./parts.js";

/** The plot's own measures; it is drawn as wide as its place. */
const HEIGHT = 100;
const STEP = 20;
const BAR = 14;

/**
 * A plot of days, each `{ date, value }`, in order. `title` stands above it, `unit` heads the table's second column. `open` and
 * `onToggle` keep the table open when it is drawn anew.
 */
export function plot(title, unit, days, { isOpen = false, onToggle = () => {} } = {}) {
  const most = Math.max(...days.map(({ value }) => value), 0);
  const sum = days.reduce((all, { value }) => all + value, 0);
  const bars = days.map(({ date, value }, at) => {
    const height = most ? Math.max((value / most) * HEIGHT, value ? 2 : 0) : 0;
    return svg("rect", {
      class: weekday(date) > 4 ? "bar weekend" : "bar", x: at * STEP + (STEP - BAR) / 2, y: HEIGHT - height, width: BAR, height,
    });
  });
  const width = Math.max(days.length, 1) * STEP;
  const [first, last] = [days.at(0)?.date, days.at(-1)?.date];
  const words = days.length
    ? `${title}: с ${shortDate(first)} по ${shortDate(last)} всего ${sum}, больше всего за день ${most}. Числа по дням в таблице ниже.`
    : `${title}: данных нет.`;
  const details = el(
    "details",
    isOpen ? { open: true } : {},
    el("summary", { text: "Таблицей" }),
    table(title, ["День", unit], days.map(({ date, value }) => row([shortDate(date), String(value)]))),
  );
  details.addEventListener("toggle", () => onToggle(details.open));
  return el(
    "section",
    { class: "plot" },
    el("h3", {}, `${title}: `, el("b", { text: String(sum) })),
    days.length
      ? el(
          "div",
          { class: "chart" },
          el("span", { class: "scale", "aria-hidden": "true", text: String(most) }),
          svg(
            "svg",
            { viewBox: `0 0 ${width} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": words },
            svg("line", { class: "axis", x1: 0, x2: width, y1: HEIGHT, y2: HEIGHT }),
            ...bars,
          ),
          el("p", { class: "ends", "aria-hidden": "true" }, el("span", { text: shortDate(first) }), el("span", { text: shortDate(last) })),
        )
      : el("p", { class: "note", text: "Данных нет." }),
    days.length ? details : null,
  );
}
