// Signing in: at the start, and over whatever is on the screen when a session has ended.

import { Refused, change } from "./api.js";

const dialog = document.getElementById("signin");
const form = document.getElementById("signin-form");
const why = document.getElementById("signin-why");
const error = document.getElementById("signin-error");
const [login, password] = [form.elements.login, form.elements.password];
const press = form.querySelector("button");

/** The sign-in under way, if there is one: many calls may meet the end of a session at once. */
let waiting;
let onSignedIn = () => {};

/** Names who is told about each sign-in. */
export function onPerson(listener) {
  onSignedIn = listener;
}

/** Lets somebody sign in; ends when that is done. */
export function signIn(reason = "") {
  waiting ??= new Promise((resolve) => {
    why.textContent = reason;
    why.hidden = !reason;
    error.textContent = "";
    password.value = "";
    dialog.showModal();
    (login.value ? password : login).focus();
    form.onsubmit = async (event) => {
      event.preventDefault();
      if (press.disabled) return;
      press.disabled = true;
      error.textContent = "";
      try {
        const person = await change("POST", "/desk/api/session", { login: login.value, password: password.value }, { once: true });
        password.value = "";
        waiting = undefined;
        dialog.close();
        onSignedIn(person);
        resolve();
      } catch (refusal) {
        error.textContent = refusal instanceof Refused ? refusal.message : "Нет связи с сервером. Попробуйте еще раз.";
        password.select();
      } finally {
        press.disabled = false;
      }
    };
  });
  return waiting;
}

// Escape would show what nobody may see without signing in.
dialog.addEventListener("cancel", (event) => event.preventDefault());
