// Who may sign in: added, given a new password, disabled.

import { el } from "../../shared/dom.js";
import { change, read } from "../api.js";
import { Wrong, acting, ask, field, row, show, table } from "../parts.js";

const ROLES = { registrar: "Регистратор", doctor: "Врач", administrator: "Администратор" };

/** Shows everybody. */
export function staff(main, { person }) {
  const list = el("div");
  const error = el("p", { class: "error", role: "alert" });
  main.append(
    el("div", { class: "row spread" }, el("h1", { text: "Сотрудники" }), el("button", { type: "button", class: "button main", text: "Добавить", on: { click: add } })),
    error,
    list,
  );
  refresh();

  async function refresh() {
    const all = await read("/desk/api/staff");
    list.replaceChildren(table("Сотрудники", ["Имя", "Логин", "Роль", "Вход", ""], all.map(line)));
  }

  function line({ login, name, role, disabled }) {
    const buttons = el(
      "div",
      { class: "row" },
      acting("Новый пароль", error, () => reset(login, name), { look: "small", "aria-label": `Новый пароль: ${name}` }),
      login === person.login || disabled
        ? null
        : acting("Отключить", error, () => disable(login, name), { look: "small danger", "aria-label": `Отключить: ${name}` }),
    );
    const state = el("span", { class: `state ${disabled ? "cancelled" : ""}`, text: disabled ? "отключен" : "разрешен" });
    return row([name, login, ROLES[role], state, buttons]);
  }

  async function add() {
    const name = field("Имя, как его видят коллеги", { name: "staff-name", maxlength: 120 });
    const login = field("Логин: латинские буквы и цифры", { name: "staff-login", maxlength: 64, autocapitalize: "none", spellcheck: "false" });
    const options = Object.entries(ROLES).map(([value, text]) => el("option", { value, text }));
    const role = field("Роль", { name: "staff-role" }, "select", ...options);
    const made = await ask("Новый сотрудник", [name.field, login.field, role.field], "Добавить", () => {
      if (!name.input.value.trim()) throw new Wrong(name.input, "Укажите имя.");
      if (!/^[a-z0-9._-]{2,64}$/i.test(login.input.value.trim())) {
        throw new Wrong(login.input, "Логин: от 2 до 64 латинских букв, цифр, точек, дефисов и подчеркиваний.");
      }
      return change("POST", "/desk/api/staff", { login: login.input.value, name: name.input.value, role: role.input.value });
    });
    await tell(made);
  }

  async function reset(login, name) {
    const made = await ask(`Новый пароль: ${name}`, [el("p", { text: "Прежний пароль перестанет действовать, открытые сеансы закончатся." })], "Сменить пароль", () =>
      change("POST", `/desk/api/staff/${login}/reset`));
    await tell(made);
  }

  async function disable(login, name) {
    await ask(`Отключить: ${name}?`, [el("p", { text: "Сотрудник больше не войдет, его сеансы закончатся сразу." })], "Отключить", () =>
      change("POST", `/desk/api/staff/${login}/disable`), { look: "danger" });
    await refresh();
  }

  /** Shows a new password, this once. */
  async function tell(made) {
    if (!made) return;
    await refresh();
    await show("Пароль", el("p", { text: `Логин ${made.login}. Запишите пароль: больше он не показывается.` }), el("p", { class: "password", text: made.password }));
  }
}
