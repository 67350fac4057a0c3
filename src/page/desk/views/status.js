// How the server is, for the administrator: what the check found and what to do about it, backups, imports, a month in numbers.

import { el } from "../../shared/dom.js";
import { change, read } from "../api.js";
import { shortDate, shortMoment } from "../dates.js";
import { acting, lookAgain, row, table, tellRefusal } from "../parts.js";
import { plot } from "../plots.js";
import { importing } from "./import.js";
import { settling } from "./issues.js";

/** Time between two looks at the server, and at the month. */
const REFRESH_MS = 1_000;
const MONTH_MS = 60_000;

const GRADES = { good: ["хорошо", "came"], warning: ["внимание", "warn"], bad: ["плохо", "bad"] };
const MODES = { serving: "идет", recovering: "недостает последних записей: запись откроется, когда они вернутся", stopped: "остановлен: база данных восстановлена в другом месте" };
const CODES = {
  4000: "карта не найдена", 4005: "взрослый в детской поликлинике", 4007: "запись карте запрещена", 4008: "уже есть запись по специальности", 4009: "время занято",
  4011: "другая запись на это время", 4021: "прием уже прошел", 4022: "запись уже отменена", 4029: "возраст не подходит", 4031: "направление не найдено",
  4033: "направление указано не полностью", 4036: "время не указано", 4442: "источник неизвестен", 4848: "уже записан на это время", 5000: "прочие",
  5007: "время действия токена истекло", 5008: "токен некорректен", 5009: "подпись некорректна", 5010: "токена нет", 5066: "день слишком далеко",
  5401: "сеанс регистратуры окончен", 5402: "нет права", 5403: "источник не подтвержден",
};
const UNITS = [["day", 86_400_000], ["hour", 3_600_000], ["minute", 60_000]];
const RELATIVE = new Intl.RelativeTimeFormat("ru", { numeric: "auto" });

/** `3 часа назад`. */
function ago(moment, now) {
  const past = Date.parse(moment) - Date.parse(now);
  const [unit, ms] = UNITS.find(([, length]) => Math.abs(past) >= length) ?? [];
  if (!unit) return "только что";
  return RELATIVE.format(Math.trunc(past / ms), unit);
}

/** Shows the status. */
export function status(main, { open }) {
  let ended = false;
  const known = {};
  const openTables = new Set();
  const error = el("p", { class: "error", role: "alert" });
  const facts = el("dl", { class: "facts" });
  const findings = el("div", { class: "stack", role: "status" });
  const backup = el("div", { class: "stack", role: "status" });
  const backUp = acting("Сделать копию", error, () => begin("backup"), { look: "main" });
  const exchange = el("section", { class: "stack", hidden: true });
  const left = settling({ error, look: () => look(false) });
  const month = el("div", { class: "plots" });
  const files = importing({ look: () => look(false) });
  main.append(
    el("div", { class: "row spread" }, el("h1", { text: "Состояние" }), acting("Проверить снова", error, () => begin("check"))),
    error,
    facts,
    el("section", { class: "stack" }, el("h2", { text: "Проверка" }), findings),
    el("section", { class: "stack" }, el("h2", { text: "Резервная копия" }), el("div", { class: "row" }, backUp), backup),
    files.section,
    exchange,
    el("section", { class: "stack" }, el("h2", { text: "Месяц" }), month),
  );

  async function begin(what) {
    await change("POST", `/desk/api/status/${what}`);
    await look(false);
  }

  /** Draws a part where what it shows has changed. */
  function draw(name, value, act) {
    const text = JSON.stringify(value);
    if (known[name] === text) return;
    known[name] = text;
    act(value);
  }

  async function look(unattended) {
    const now = await read("/desk/api/status", { unattended });
    if (ended) return;
    draw("facts", facts_of(now), (pairs) => facts.replaceChildren(...pairs.map(([name, value]) => el("div", {}, el("dt", { text: name }), el("dd", { text: value })))));
    draw("check", now.check, drawCheck);
    draw("backup", now.job?.kind === "backup" ? now.job : null, drawBackup);
    backUp.disabled = Boolean(now.job && !now.job.ended);
    files.draw(now.job);
    draw("exchange", now.exchange, drawExchange);
    draw("issues", now.exchange?.issues ?? 0, left.draw);
    // What has just been done may be what the check warned of, and changes the numbers.
    const end = now.job?.ended ?? null;
    if (known.end !== undefined && end && known.end !== end) {
      known.end = end;
      await lookAgainAtAll();
    }
    known.end = end;
  }

  const facts_of = ({ now, version, started, backup: made, imported, timetableUntil, written, diskFreeBytes }) => [
    ["Последняя копия", made ? `${shortMoment(made)} (${ago(made, now)})` : "еще не было"],
    ["Данные загружены", imported ? `${shortMoment(imported)} (${ago(imported, now)})` : "неизвестно когда"],
    ["Расписание", timetableUntil ? `до ${shortDate(timetableUntil)}` : "ячеек нет"],
    ["Последнее изменение", written ? `${shortMoment(written)} (${ago(written, now)})` : "еще не было"],
    ["Свободно на диске", diskFreeBytes === null ? "неизвестно" : `${(Math.floor(diskFreeBytes / 107_374_182.4) / 10).toLocaleString("ru")} ГиБ`],
    ["Сервер", `версия ${version}, работает с ${shortMoment(started)}`],
  ];

  function drawCheck({ at, isRunning, message, findings: found }) {
    const line = ({ grade, what, found: text, action }) => {
      const [word, look] = GRADES[grade];
      return row([el("span", { class: `state ${look}`, text: word }), what, text, action && grade !== "good" ? remedy(action) : ""]);
    };
    const heads = ["Оценка", "Что", "Что найдено", ""];
    const [wrong, good] = [found.filter(({ grade }) => grade !== "good"), found.filter(({ grade }) => grade === "good")];
    wrong.sort((one, other) => (one.grade === "bad" ? 0 : 1) - (other.grade === "bad" ? 0 : 1));
    const rest = el("details", openTables.has("good") ? { open: true } : {}, el("summary", { text: `В порядке: ${good.length}` }), table("В порядке", heads, good.map(line), "findings"));
    rest.addEventListener("toggle", () => { openTables[rest.open ? "add" : "delete"]("good"); });
    const words = isRunning ? "Идет проверка…" : at ? `Проверено ${shortMoment(at)}.` : "Еще не проверялось.";
    findings.replaceChildren(
      el("p", { class: "note", text: words }),
      ...(message ? [el("p", { class: "error", text: message })] : []),
      ...(wrong.length ? [table("Требует внимания", heads, wrong.map(line), "findings")] : []),
      ...(at && !wrong.length && !message ? [el("p", {}, el("span", { class: "state came", text: "Все в порядке" }))] : []),
      ...(good.length ? [rest] : []),
    );
  }

  const remedy = (action) => ({
    backup: () => acting("Сделать копию", error, () => begin("backup"), { look: "small" }),
    import: () => el("button", { type: "button", class: "button small", text: "Загрузить данные", on: { click: () => { files.section.scrollIntoView(); files.choose.focus(); } } }),
    call: () => el("button", { type: "button", class: "button small", text: "К закрытому времени", on: { click: () => open("closures") } }),
    settle: () => el("button", { type: "button", class: "button small", text: "К списку", on: { click: () => left.focus() } }),
  })[action]();

  function drawBackup(job) {
    if (!job) return backup.replaceChildren();
    const { phase, message, login, ended: end } = job;
    const word = { done: ["сделана", "came"], failed: ["не сделана", "bad"] }[phase] ?? ["делается…", ""];
    backup.replaceChildren(
      el("p", { class: "outcome" }, el("span", { class: `state ${word[1]}`, text: word[0] }), ` ${[end && shortMoment(end), login].filter(Boolean).join(", ")}${message ? `: ${message}` : ""}`),
    );
  }

  function drawExchange(state) {
    exchange.hidden = !state;
    if (!state) return;
    const { mode, last, received, applied, issues } = state;
    const pairs = [
      ["Обмен", MODES[mode] ?? mode],
      ["Строк журнала", `${last}; центр получил ${received ?? "еще неизвестно сколько"}`],
      ["Сообщений центра принято", String(applied)],
      ["Ждет человека", issues ? String(issues) : "ничего"],
    ];
    exchange.replaceChildren(
      el("h2", { text: "Обмен с региональным центром" }),
      el("dl", { class: "facts" }, ...pairs.map(([name, value]) => el("div", {}, el("dt", { text: name }), el("dd", { text: value })))),
      left.list,
    );
  }

  async function lookAtMonth(unattended) {
    const found = await read("/desk/api/status/month", { unattended });
    if (!ended) draw("month", found, drawMonth);
  }

  function drawMonth({ days, refusals, free, specialities }) {
    const kept = (name) => ({ isOpen: openTables.has(name), onToggle: (isOpen) => { openTables[isOpen ? "add" : "delete"](name); } });
    const refused = plot("Отказы", "Отказов", days.map(({ date, refused: value }) => ({ date, value })), kept("refused"));
    if (refusals.length) {
      const line = ({ code, count, days: byDay }) => row([`${code}: ${CODES[code] ?? "код без описания"}`, String(count), String(byDay.at(-1))]);
      refused.append(table("Отказы по кодам", ["Код", "За месяц", "Сегодня"], refusals.map(line)));
    }
    const ahead = plot("Свободные места впереди", "Свободно", free.map(({ date, places: value }) => ({ date, value })), kept("free"));
    if (specialities.length) {
      ahead.append(table("Свободные места по специальностям", ["Специальность", "Свободно"], specialities.map(({ name, places }) => row([name, String(places)]))));
    }
    month.replaceChildren(plot("Записи", "Записей", days.map(({ date, booked: value }) => ({ date, value })), kept("booked")), refused, ahead);
  }

  /** Checks anew, and counts anew. */
  async function lookAgainAtAll() {
    await change("POST", "/desk/api/status/check").catch((refusal) => tellRefusal(error, refusal));
    await lookAtMonth(true);
  }

  look(false).then(lookAgainAtAll);
  const rest = [lookAgain(() => look(true), REFRESH_MS), lookAgain(() => lookAtMonth(true), MONTH_MS)];
  return () => {
    ended = true;
    rest.forEach((end) => end());
  };
}
