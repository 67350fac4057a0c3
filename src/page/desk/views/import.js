// Import of a file of clinic data: chosen or dropped, sent, and what the server made of it.

import { el } from "../../shared/dom.js";
import { shortMoment } from "../dates.js";
import { acting, row, table, tellRefusal } from "../parts.js";
import { FILE_BYTES_MAX, sendFile, stopSending } from "../sending.js";
import { download } from "../sheet.js";

const KINDS = {
  lpu: "Клиники", speciality: "Специальности", resource: "Врачи, кабинеты, оборудование", slot: "Ячейки расписания", patient: "Карты пациентов",
  referral: "Направления", dispensaryRegistration: "Диспансерный учет", exam: "Мероприятия диспансеризации", clientApplication: "Источники записи",
};

const number = (value) => value.toLocaleString("ru");
const size = (bytes) => (bytes < 1_048_576 ? `${number(Math.ceil(bytes / 1024))} КиБ` : `${number(Math.round(bytes / 104_857.6) / 10)} МиБ`);

/** The place where a file is chosen or dropped. `look` looks at the server at once. Returns the section and what shows a job in it. */
export function importing({ look }) {
  const error = el("p", { class: "error", role: "alert" });
  const input = el("input", { type: "file", id: "f-file", class: "unseen", tabindex: "-1", "aria-label": "Файл данных клиники", accept: ".ndjson,.json,.csv,.txt" });
  const choose = el("button", { type: "button", class: "button main", text: "Выбрать файл", on: { click: () => input.click() } });
  const trial = option("trial", "Только проверить", "Показать, что изменит файл, и ничего не менять.");
  const replace = option(
    "replace",
    "Заменить расписание",
    "Файл содержит все расписание своих врачей на свои дни: свободное время, которого в нем нет, больше не предлагается, записи остаются.",
  );
  const skip = option("skip", "Пропустить ошибочные строки", "Годные строки загрузить, ошибочные показать; из расписания тогда ничего не удаляется.");
  const state = el("div", { class: "stack", role: "status" });
  const result = el("div", { class: "stack" });
  const drop = el(
    "div",
    { class: "drop" },
    el("p", {}, "Перетащите файл сюда или выберите его: данные клиники (NDJSON) или таблица (CSV), до 64 МиБ. Обычно файл с ошибкой ничего не меняет."),
    el("div", { class: "row" }, choose),
    ...[trial, replace, skip].map(({ whole }) => whole),
    input,
  );
  let depth = 0;
  const isFile = (event) => [...event.dataTransfer.types].includes("Files");
  const over = (by) => {
    depth = by ? Math.max(depth + by, 0) : 0;
    drop.classList.toggle("over", depth > 0);
  };
  drop.addEventListener("dragenter", (event) => { if (isFile(event)) { event.preventDefault(); over(1); } });
  drop.addEventListener("dragover", (event) => { if (isFile(event)) event.preventDefault(); });
  drop.addEventListener("dragleave", () => over(-1));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    over(0);
    take([...event.dataTransfer.files]);
  });
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = "";
    take(files);
  });

  async function take(files) {
    error.textContent = "";
    const [file] = files;
    if (!file) return;
    if (files.length > 1) {
      error.textContent = "Загружается один файл за раз.";
    } else if (file.size > FILE_BYTES_MAX) {
      error.textContent = `Файл больше 64 МиБ: разделите его или загрузите командой infomat import.`;
    } else if (file.size === 0) {
      error.textContent = "В файле ничего нет.";
    } else {
      choose.disabled = true;
      try {
        const sent = sendFile(file, { check: trial.input.checked, replace: replace.input.checked, skipBad: skip.input.checked });
        setTimeout(look, 100);
        await sent;
      } catch (refusal) {
        tellRefusal(error, refusal);
      } finally {
        choose.disabled = false;
        look();
      }
    }
  }

  const section = el("section", { class: "stack" }, el("h2", { text: "Загрузка данных" }), drop, error, state, result);
  let shown;
  return {
    section,
    choose,
    /** Shows the job, if it is an import. */
    draw(job) {
      if (job?.kind !== "import") {
        if (shown !== undefined) [state, result].forEach((place) => place.replaceChildren());
        shown = undefined;
        return;
      }
      if (!job.ended) {
        if (shown !== job.job) state.replaceChildren(...progress(job, error));
        step(state, job);
        if (shown !== job.job) result.replaceChildren();
        shown = job.job;
      } else if (shown !== `${job.job} ended`) {
        state.replaceChildren(verdict(job));
        result.replaceChildren(...told(job));
        shown = `${job.job} ended`;
      }
    },
  };
}

/** A way to import that is chosen with a tick, and what it does in a sentence. */
function option(name, label, sentence) {
  const input = el("input", { type: "checkbox", id: `f-${name}`, "aria-describedby": `about-${name}` });
  const words = el("div", {}, el("label", { for: `f-${name}`, text: label }), el("p", { class: "note", id: `about-${name}`, text: sentence }));
  return { input, whole: el("div", { class: "check" }, input, words) };
}

/** What shows how far an import is. */
function progress(job, error) {
  return [
    el("p", { class: "words" }),
    el("progress", { max: "100", "aria-label": "Загрузка файла" }),
    el("div", { class: "row" }, acting("Прервать", error, () => stopSending(job.job), { look: "small danger stop" })),
  ];
}

/** Shows how far it is now. */
function step(state, job) {
  const bar = state.querySelector("progress");
  const words = {
    sending: `${job.name}: передано ${size(job.received)} из ${size(job.bytes)}`,
    working: `${job.name}: читается${job.lines ? `, строк: ${number(job.lines)}` : ""}`,
    placing: `${job.name}: строки ставятся на место`,
  }[job.phase];
  const place = state.querySelector(".words");
  if (place && place.textContent !== words) place.textContent = words;
  if (bar) {
    if (job.phase === "sending") bar.value = Math.floor((100 * job.received) / job.bytes);
    else bar.removeAttribute("value");
  }
  const stop = state.querySelector(".stop");
  if (stop) stop.hidden = job.phase !== "sending";
}

/** How it ended, in a line. */
function verdict(job) {
  const what = `${job.name}${job.replace ? ", с заменой расписания" : ""}, ${shortMoment(job.ended)}, ${job.login}`;
  if (job.phase === "failed") {
    return el("p", { class: "outcome" }, el("span", { class: "state bad", text: job.check ? "не годится" : "не загружен" }), ` ${what}: ${job.message}`);
  }
  if (job.message) {
    return el("p", { class: "outcome" }, el("span", { class: "state warn", text: job.check ? "годится не весь" : "загружен не весь" }), ` ${what}: ${job.message}`);
  }
  return el("p", { class: "outcome" }, el("span", { class: "state came", text: job.check ? "годится" : "загружен" }), ` ${what}`);
}

/** What it said: bad lines, notes, counts, whom to call. */
function told(job) {
  const { bad, moreBad, notes, counts, lists } = job;
  const save = (name, heads, rows) => el("button", { type: "button", class: "button small", text: "В таблицу", on: { click: () => download(name, heads, rows) } });
  const parts = [];
  if (bad.length) {
    parts.push(
      el("div", { class: "row spread" }, el("h3", { text: `Ошибочные строки: ${bad.length + moreBad}` }), save("oshibki.csv", ["Ошибка"], bad.map((line) => [line]))),
      el("ul", { class: "bad-lines", tabindex: "0", "aria-label": "Ошибочные строки" }, ...bad.map((text) => el("li", { text }))),
    );
    if (moreBad) parts.push(el("p", { class: "note", text: `и еще строк: ${number(moreBad)}` }));
  }
  if (notes.length) parts.push(el("h3", { text: "Замечания" }), el("ul", { class: "bad-lines" }, ...notes.map((text) => el("li", { text }))));
  const some = counts.filter(({ put, removed }) => put || removed);
  if (some.length) {
    const title = job.check ? "Было бы загружено" : "Загружено";
    parts.push(table(title, [title, "Добавлено или изменено", "Удалено"], some.map(({ kind, put, removed }) => row([KINDS[kind] ?? kind, number(put), number(removed)]))));
  }
  for (const { title, heads, rows, more } of lists) {
    parts.push(
      el("div", { class: "row spread" }, el("h3", { text: title }), save("pozvonit.csv", heads, rows)),
      table(title, heads, rows.map((cells) => row(cells))),
    );
    if (more) parts.push(el("p", { class: "note", text: `и еще строк: ${number(more)}` }));
  }
  return parts;
}
