// What an exchange with the region's centre left to a person: whom to call, and what somebody has seen to.

import { el } from "../../shared/dom.js";
import { change, read } from "../api.js";
import { shortMoment } from "../dates.js";
import { acting, ask, row, table } from "../parts.js";

const KINDS = {
  displaced: "запись из центра осталась без места", sameTime: "две записи на одно время", sameSpeciality: "две записи к одной специальности",
  moved: "центр перенес запись", arrived: "центр отменил запись пациента, который пришел", refusedMessage: "сообщение центра не принято",
  lostCentre: "центр восстановлен и не помнит сообщения", stopped: "база данных остановлена",
};

/** Makes the list. `error` takes what is refused, `look` reads the state anew. */
export function settling({ error, look }) {
  const list = el("div", { class: "stack" });

  /** Shows the list of so many. */
  async function draw(count) {
    if (!count) return list.replaceChildren();
    const { issues, more } = await read("/desk/api/status/issues", { unattended: true });
    const line = (issue) => {
      const { id, kind, at, begin, docFio, otherBegin, patient, phone, reason } = issue;
      const what = KINDS[kind] ?? kind;
      const about = [what, patient].filter(Boolean).join(", ");
      return row([
        shortMoment(at), what, [begin && shortMoment(begin), docFio].filter(Boolean).join(", "), otherBegin ? shortMoment(otherBegin) : "", patient, phone, reason,
        acting("Разобрано", error, () => settle(id, about), { look: "small", "aria-label": `Разобрано: ${about}` }),
      ]);
    };
    list.replaceChildren(
      table("Ждет человека", ["Когда", "Что", "Прием", "Другой прием", "Пациент", "Телефон", "Причина", ""], issues.map(line)),
      more ? el("p", { class: "note", text: "Показаны те, что ждут дольше всех." }) : "",
    );
  }

  /** Marks what somebody has seen to. */
  async function settle(id, about) {
    const done = await ask(`Разобрано: ${about}?`, [el("p", { text: "Строка уйдет из списка." })], "Разобрано", () =>
      change("POST", `/desk/api/status/issues/${id}/seen`));
    if (done) await look();
  }

  return { list, draw, focus: () => list.querySelector("[tabindex]")?.focus() };
}
