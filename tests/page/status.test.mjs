// The reception's page for the administrator: what is wrong, a backup, an import, and a server that goes away meanwhile.

import test from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { clinic } from "./kiosk.mjs";
import { colleague, desk, look } from "./reception.mjs";
import { POLYCLINIC, clinicMoment } from "./server.mjs";

const here = clinic();

/** Drops a file where it may be dropped. */
const drop = (page, name, text) => page.evaluate(([name, text]) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([text], name));
  const place = document.querySelector(".drop");
  for (const type of ["dragenter", "dragover", "drop"]) place.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
}, [name, text]);

/** A file with so many cards. */
const crowd = (cards) => Array.from({ length: cards }, (_, number) => JSON.stringify({
  kind: "patient", guid: `39000000-0000-4000-8000-${String(number).padStart(12, "0")}`, lpu: POLYCLINIC, family: "Массов", name: "Имя", birthDate: "1980-06-15",
})).join("\n");

test("an administrator's day without a shell, with a mouse", async (t) => {
  const reception = await desk(t, here);
  const { page } = reception;
  const server = here.server;
  await reception.signIn(colleague(server, "keeper", "administrator"));
  await reception.press("Состояние").click();
  await reception.title("Состояние");
  await page.getByText("копии базы данных еще нет: сделайте ее").waitFor();
  await page.getByRole("img", { name: /^Записи: / }).waitFor();
  await look(reception, "status");
  await page.getByRole("region", { name: "Требует внимания" }).getByRole("button", { name: "Сделать копию" }).click();
  await page.getByText("сделана", { exact: true }).waitFor();
  await page.getByText("копии базы данных еще нет: сделайте ее").waitFor({ state: "detached" });

  // Bad lines are told as text, whatever the file is called.
  const alien = "<img src=x onerror=alert(1)>.ndjson";
  await drop(page, alien, '{"kind":"<b>patient</b>"}\nнет\n');
  await page.getByText("не загружен", { exact: true }).waitFor();
  assert.ok((await page.locator(".outcome").last().innerText()).includes(alien));
  assert.equal(await page.locator(".bad-lines li").count(), 2);
  assert.equal(await page.locator("main img").count(), 0, "no markup");
  await look(reception, "status-bad");
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "В таблицу" }).first().click();
  assert.match(readFileSync(await (await saved).path(), "utf8"), /"строка 2: не JSON/);

  // With a tick the good lines are taken and the others listed.
  const good = { kind: "patient", guid: "39200000-0000-4000-8000-000000000001", lpu: POLYCLINIC, family: "Годнов", name: "Имя", birthDate: "1980-06-15" };
  await page.getByLabel("Пропустить ошибочные строки").check();
  await drop(page, "part.ndjson", `нет\n${JSON.stringify(good)}\n`);
  await page.getByText("загружен не весь", { exact: true }).waitFor();
  await page.getByText(/пропущена 1 строка, остальные загружены/).waitFor();
  assert.equal(await page.locator(".bad-lines li").count(), 1);
  await look(reception, "status-partly");
  await page.getByLabel("Пропустить ошибочные строки").uncheck();

  // The file in the place of its doctor's timetable for the day.
  const guid = (number) => `65000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
  const cell = (number, time, end) => ({ kind: "slot", guid: guid(number), resource: guid(1), begin: clinicMoment(1, time), end: clinicMoment(1, end), planCount: 1 });
  server.import(
    { kind: "speciality", code: "903", name: "Сменист" },
    { kind: "resource", guid: guid(1), lpu: POLYCLINIC, type: "doctor", speciality: "903", family: "Сменов", name: "Олег" },
    cell(2, "10:00", "10:15"),
  );
  await page.getByLabel("Заменить расписание").check();
  await drop(page, "new.ndjson", JSON.stringify(cell(3, "11:00", "11:15")));
  await page.getByText(/^загружен new\.ndjson, с заменой расписания/).waitFor();
  await page.getByRole("row", { name: /^Ячейки расписания 1 1/ }).waitFor();
  await page.getByLabel("Заменить расписание").uncheck();

  // A large file shows how far it is; nobody else begins anything meanwhile.
  let pieces = 0;
  let goOn;
  const looked = new Promise((resolve) => { goOn = resolve; });
  await page.route(/\/status\/import\/.*\/\d+$/, async (route) => {
    pieces += 1;
    if (pieces === 6) await looked;
    // The line is lost once, after the server has taken the piece: it is sent again and taken once.
    if (pieces === 2) await route.fetch().then(() => route.abort());
    else await route.continue();
  });
  await drop(page, "patients.ndjson", crowd(12_000));
  await page.getByText(/^patients\.ndjson: передано /).waitFor();
  await page.getByText(/передано [1-9]/).waitFor();
  await look(reception, "status-sending");
  // The page is in high contrast where the system asks for it. The text is as large as in the terminal's mode.
  const magnify = (isLarge) => page.evaluate((isLarge) => document.documentElement.classList.toggle("large", isLarge), isLarge);
  await page.emulateMedia({ contrast: "more" });
  await page.locator(":root.contrast").waitFor();
  await magnify(true);
  await look(reception, "status-sending-contrast");
  await page.emulateMedia({ contrast: "no-preference" });
  await magnify(false);
  goOn();
  await page.getByText("загружен", { exact: true }).waitFor();
  assert.ok(pieces > 20, `${pieces}`);
  await page.getByRole("row", { name: /^Карты пациентов 12/ }).waitFor();
  await look(reception, "status-imported");

  // Larger text, contrast, and the system's own colours: the plots can still be read.
  const plots = page.getByRole("heading", { name: "Месяц" });
  await page.emulateMedia({ forcedColors: "active" });
  await plots.scrollIntoViewIfNeeded();
  // The checker does not know colours that the system has put in place of the page's.
  await look(reception, "status-forced", { rules: [] });
  await page.emulateMedia({ forcedColors: "none" });
  await page.emulateMedia({ contrast: "more" });
  await magnify(true);
  await plots.scrollIntoViewIfNeeded();
  await look(reception, "status-contrast");
  await page.setViewportSize({ width: 640, height: 900 });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing is out of sight at twice the size");
});

test("the same with the keyboard alone", async (t) => {
  const reception = await desk(t, here);
  const { page } = reception;
  const { keyboard } = page;
  const person = colleague(here.server, "keeper-keys", "administrator");
  await keyboard.type(person.login);
  await keyboard.press("Tab");
  await keyboard.type(person.password);
  await keyboard.press("Enter");
  await reception.title(String(new Date().getFullYear()));
  await reception.tabTo("Состояние");
  await keyboard.press("Enter");
  await page.getByText(/^Проверено /).waitFor();
  await reception.tabTo("Сделать копию");
  await keyboard.press("Enter");
  await page.getByText("сделана", { exact: true }).waitFor();
  await reception.tabTo("Выбрать файл");
  const chooser = page.waitForEvent("filechooser");
  await reception.tabTo("Только проверить");
  await keyboard.press("Space");
  await keyboard.press("Shift+Tab");
  await keyboard.press("Enter");
  const patient = { kind: "patient", guid: "39100000-0000-4000-8000-000000000001", lpu: POLYCLINIC, family: "Пробный", name: "Имя", birthDate: "1980-06-15" };
  await (await chooser).setFiles({ name: "one.ndjson", mimeType: "application/x-ndjson", buffer: Buffer.from(JSON.stringify(patient)) });
  await page.getByText("годится", { exact: true }).waitFor();
  const { json } = await reception.ask("GET", `/desk/api/patients?q=${encodeURIComponent("Пробный")}`);
  assert.deepEqual(json.patients, [], "a trial changes nothing");
  await reception.tabTo("Таблицей");
  await keyboard.press("Enter");
  await page.getByRole("table", { name: "Записи" }).waitFor();
});

test("what an exchange left to a person is listed with whom to call, until somebody has seen to it", async (t) => {
  const patient = here.server.patient({ family: "Вытеснов", phone: "12-34-56" });
  here.server.displace(patient);
  const reception = await desk(t, here);
  const { page } = reception;
  await reception.signIn(colleague(here.server, "keeper-region", "administrator"));
  await reception.press("Состояние").click();
  const list = page.getByRole("region", { name: "Ждет человека" });
  await list.getByRole("row", { name: /запись из центра осталась без места .*Вытеснов Иван Сергеевич 12-34-56/ }).waitFor();
  await page.getByRole("button", { name: "К списку" }).click();
  assert.ok(await list.evaluate((node) => node === document.activeElement));
  await look(reception, "status-issues");
  await list.getByRole("button", { name: "Разобрано: запись из центра осталась без места, Вытеснов Иван Сергеевич" }).click();
  await reception.question("Разобрано").click();
  await list.waitFor({ state: "detached" });
  await page.getByText("ничего", { exact: true }).waitFor();
});

test("a server that hangs, or is restarted, while a file is on its way", async (t) => {
  const reception = await desk(t, here);
  const { page } = reception;
  const { server } = here;
  const person = colleague(server, "patient-keeper", "administrator");
  await reception.signIn(person);
  await reception.press("Состояние").click();
  await reception.title("Состояние");
  const pieces = /\/status\/import\/.*\/\d+$/;
  /** Does something before the third piece. */
  const atThird = async (act) => {
    let count = 0;
    await page.unroute(pieces);
    await page.route(pieces, async (route) => {
      count += 1;
      if (count === 3) await act();
      // The page may have given a piece up meanwhile.
      await route.continue().catch(() => {});
    });
  };
  await atThird(() => server.freeze());
  await drop(page, "hangs.ndjson", crowd(4_000));
  await page.getByText("Нет связи с сервером. Страница ждет…").waitFor();
  await look(reception, "status-hangs");
  server.thaw();
  await page.getByText(/^загружен hangs\.ndjson/).waitFor();
  await page.getByText("Нет связи с сервером. Страница ждет…").waitFor({ state: "detached" });

  // A restart ends all sessions and what was sent: whoever signs in again is told so, and sends it once more.
  await atThird(async () => {
    await server.kill();
    await server.up();
  });
  await drop(page, "restarted.ndjson", crowd(4_000));
  await page.locator("#signin[open]").waitFor();
  await reception.signIn(person);
  await page.getByText("Этот файл уже не передается. Если он не загружен, отправьте его еще раз").waitFor();
  await look(reception, "status-restarted");
  await page.unroute(pieces);
  await drop(page, "restarted.ndjson", crowd(4_000));
  await page.getByText(/^загружен restarted\.ndjson/).waitFor();
});
