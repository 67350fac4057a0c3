// The reception's page: what a registrar does with a mouse and with the keyboard alone, what others do meanwhile, and outages.

import test from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { clinic } from "./kiosk.mjs";
import { colleague, desk, look } from "./reception.mjs";
import { POLYCLINIC, clinicDay, clinicMoment } from "./server.mjs";

const here = clinic();

test("a registrar's day with a mouse", async (t) => {
  const patient = here.server.patient({ family: "Мышкин", phone: "+7 900 000 00 01" });
  const person = colleague(here.server, "mouse");
  const reception = await desk(t, here);
  const { page } = reception;
  await look(reception, "signin");
  await page.getByLabel("Логин").fill(person.login);
  await page.getByLabel("Пароль").fill("неверный");
  await page.getByRole("button", { name: "Войти" }).click();
  await page.locator("#signin-error:not(:empty)").waitFor();
  await reception.signIn(person);
  await reception.title(String(new Date().getFullYear()));
  await look(reception, "day");

  // Three letters find; the card opens.
  await reception.press("Пациенты").click();
  await page.getByRole("searchbox").fill("мыш");
  await page.getByRole("button", { name: "Мышкин Иван Сергеевич" }).waitFor();
  await look(reception, "found");
  await page.getByRole("button", { name: "Мышкин Иван Сергеевич" }).click();
  await reception.title("Мышкин");
  await look(reception, "card-empty");

  await reception.press("Записать").click();
  await reception.firstTime().waitFor();
  await look(reception, "times");
  await reception.firstTime().click();
  await look(reception, "booking");
  await reception.question("Записать").click();
  await page.getByText(/Талон № /).waitFor();
  await reception.question("Напечатать талон").click();
  await reception.visit("Отменить").waitFor();
  assert.equal(await page.evaluate(() => window.printed), 1);
  await look(reception, "card");
  const [booked] = await here.server.tickets(patient);
  assert.equal(booked.sourceName, "Registry");
  // The paper is the terminal's.
  const paper = await page.evaluate(() => window.paper);
  for (const fact of [booked.num, `${booked.beginTime.slice(0, 4)}\u00a0г.`, booked.lpu.address, booked.lpu.phone, "М. И. С."]) {
    assert.ok(paper.includes(fact), `${fact} on the paper`);
  }
  assert.doesNotMatch(paper, /Мышкин/);

  // Put off: what the rules refuse says why before it is met, the visit itself is not in its own way.
  await reception.visit("Перенести").click();
  await reception.firstTime().waitFor();
  await look(reception, "move");
  await page.locator(".times .button:not(.refused)").nth(1).click();
  await reception.question("Перенести").click();
  await reception.question("Не надо").click();
  await reception.visit("История").waitFor();
  const [moved] = await here.server.tickets(patient);
  assert.equal(moved.ticketGuid, booked.ticketGuid);
  assert.notEqual(moved.beginTime, booked.beginTime);
  await reception.visit("История").click();
  const about = (moment) => `${moment.slice(8, 10)}.${moment.slice(5, 7)}.${moment.slice(0, 4)} ${moment.slice(11, 16)}`;
  await page.locator("#question").getByText(`${about(booked.beginTime)} → ${about(moved.beginTime)}`).waitFor();
  await look(reception, "history");
  await reception.question("Закрыть").click();

  // Contacts that are typed and not kept yet outlive what else is done with the card.
  await page.getByLabel("Телефон").fill("12-34-56");
  await reception.visit("Отменить").click();
  await reception.question("Отменить запись").click();
  await page.locator("#question .error:not(:empty)").waitFor();
  await look(reception, "cancel");
  await page.getByLabel("Причина").fill("Передумал");
  await reception.question("Отменить запись").click();
  await page.locator("tr.cancelled").waitFor();
  assert.equal(await page.getByLabel("Телефон").inputValue(), "12-34-56");
  await page.getByRole("button", { name: "Сохранить контакты" }).click();
  await page.getByText("Сохранено.").waitFor();
  assert.deepEqual(await here.server.tickets(patient), []);

  await reception.press("Выйти").click();
  await page.locator("#signin[open]").waitFor();
  assert.ok(!(await page.locator("body").innerText()).includes("Мышкин"), "nothing stays of a patient");
});

test("the same with the keyboard alone", async (t) => {
  const patient = here.server.patient({ family: "Клавишин" });
  const person = colleague(here.server, "keys");
  const reception = await desk(t, here);
  const { page } = reception;
  const { keyboard } = page;
  await keyboard.type(person.login);
  await keyboard.press("Tab");
  await keyboard.type(person.password);
  await keyboard.press("Enter");
  await reception.title(String(new Date().getFullYear()));
  await reception.tabTo("Пациенты");
  await keyboard.press("Enter");
  await keyboard.type(patient.policyNumber);
  await keyboard.press("Enter");
  await reception.title("Клавишин");
  await reception.tabTo("Записать");
  await keyboard.press("Enter");
  await reception.firstTime().waitFor();
  await reception.tabTo(/^\d\d:\d\d$/);
  await keyboard.press("Enter");
  await reception.question("Записать").waitFor();
  await keyboard.press("Enter");
  await page.getByText(/Талон № /).waitFor();
  await reception.tabTo("Не надо");
  await keyboard.press("Enter");
  await reception.visit("Отменить").waitFor();
  await reception.tabTo(/^Отменить: /);
  await keyboard.press("Enter");
  await page.getByLabel("Причина").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.name), "reason", "what is typed next goes there");
  await keyboard.type("Заболел");
  await keyboard.press("Enter");
  await page.locator("tr.cancelled").waitFor();
  await reception.tabTo("Выйти");
  await keyboard.press("Enter");
  await page.locator("#signin[open]").waitFor();
  await keyboard.press("Escape");
  assert.ok(await page.locator("#signin[open]").isVisible(), "nobody comes in with Escape");
});

test("two registrars, one visit and one time", async (t) => {
  const patient = here.server.patient({ family: "Двойнов" });
  const [one, other] = [await desk(t, here), await desk(t, here)];
  await one.signIn(colleague(here.server, "one"));
  await other.signIn(colleague(here.server, "other"));
  await one.card(patient);
  await one.bookFirst();
  await other.card(patient);
  await other.visit("Перенести").click();
  await other.firstTime().click();
  await one.visit("Отменить").click();
  await one.page.getByLabel("Причина").fill("Первый успел");
  await one.question("Отменить запись").click();
  await one.page.locator("tr.cancelled").waitFor();
  await other.question("Перенести").click();
  await other.page.locator("#question .error:not(:empty)").waitFor();
  await other.question("Не надо").click();
  assert.deepEqual(await here.server.tickets(patient), [], "cancelled, and not moved");

  // One time: the slower one is told, and chooses another.
  const second = here.server.patient({ family: "Тройнов" });
  await one.card(patient);
  await other.card(second);
  for (const reception of [one, other]) {
    await reception.press("Записать").click();
    await reception.firstTime().click();
  }
  await one.question("Записать").click();
  await one.question("Не надо").click();
  await other.question("Записать").click();
  await other.page.locator("#question .error:not(:empty)").waitFor();
  await other.question("Не надо").click();
  await other.firstTime().click();
  await other.question("Записать").click();
  await other.question("Не надо").click();
  const [[first], [next]] = [await here.server.tickets(patient), await here.server.tickets(second)];
  assert.notEqual(first.beginTime, next.beginTime);
});

test("a session that ends in the middle of a form, and a server that is restarted", async (t) => {
  const patient = here.server.patient({ family: "Прерванов" });
  const reception = await desk(t, here);
  const { page } = reception;
  const person = colleague(here.server, "middle");
  await reception.signIn(person);
  await reception.card(patient);
  await reception.bookFirst();
  await reception.visit("Отменить").click();
  await page.getByLabel("Причина").fill("Набрано раньше");
  const password = here.server.staff("reset", person.login);
  await reception.question("Отменить запись").click();
  await page.locator("#signin[open]").waitFor();
  await reception.signIn({ login: person.login, password });
  await page.locator("tr.cancelled").waitFor();
  await reception.visit("История").click();
  await page.locator("#question").getByText("Набрано раньше").waitFor();
  await reception.question("Закрыть").click();

  await page.getByLabel("Телефон").fill("65-43-21");
  await here.server.kill();
  await page.getByRole("button", { name: "Сохранить контакты" }).click();
  await page.getByText(/Связь с сервером прервалась/).waitFor();
  await here.server.up();
  await page.getByRole("button", { name: "Сохранить контакты" }).click();
  await page.locator("#signin[open]").waitFor();
  await reception.signIn({ login: person.login, password });
  await page.getByText("Сохранено.").waitFor();
  const { json } = await reception.ask("GET", `/desk/api/patients/${patient.guid}`);
  assert.equal(json.phone, "65-43-21");
});

test("a thousand patients in a list, on paper, and as a file for a spreadsheet", async (t) => {
  const guid = (kind, number) => `${kind}000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
  const patients = Array.from({ length: 1000 }, (_, number) => ({
    kind: "patient", guid: guid(38, number), lpu: POLYCLINIC, family: "Тысячный", name: `Номер${number}`, birthDate: "1980-06-15", sex: "m",
    policyNumber: `77000000${String(number).padStart(8, "0")}`,
  }));
  patients[0].name = "<img src=x onerror=alert(1)>";
  patients[1].family = "=Тысячный()";
  const speciality = { kind: "speciality", code: "900", name: "Тысячник" };
  const doctor = { kind: "resource", guid: guid(68, 2), lpu: POLYCLINIC, type: "doctor", speciality: "900", family: "Многов", name: "Мир" };
  const cell = { kind: "slot", guid: guid(68, 3), resource: guid(68, 2), begin: clinicMoment(0, "23:00"), end: clinicMoment(0, "23:30"), planCount: 1000 };
  here.server.import(speciality, doctor, cell, ...patients);
  const reception = await desk(t, here);
  const { page } = reception;
  await reception.signIn(colleague(here.server, "thousand"));
  await reception.title(String(new Date().getFullYear()));
  const bookAll = (all) => page.evaluate(async ([mkabs, timeTable]) => {
    const book = (mkab) => fetch(`/desk/api/patients/${mkab}/visits`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ timeTable, phone: "12-34-56" }),
    });
    const all = [];
    for (const mkab of mkabs) all.push(book(mkab).then(async (answer) => answer.ok || answer.text()));
    return [...new Set(await Promise.all(all))];
  }, [all.map((one) => one.guid), cell.guid]);
  assert.deepEqual(await bookAll(patients.slice(0, 3)), [true]);
  await page.getByText("<img src=x onerror=alert(1)>").waitFor();
  await look(reception, "day-list");
  assert.deepEqual(await bookAll(patients.slice(3)), [true]);
  // What was booked is seen without a touch.
  await page.locator("tbody tr").nth(999).waitFor();
  await page.getByLabel("Врач").selectOption({ label: "Многов М." });
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1000);
  const [download] = await Promise.all([page.waitForEvent("download"), reception.press("В таблицу").click()]);
  const sheet = readFileSync(await download.path(), "utf8");
  assert.ok(sheet.startsWith("\ufeff\"Время\";\"Номер\""), sheet.slice(0, 40));
  assert.equal(sheet.split("\r\n").length, 1002);
  assert.ok(sheet.includes(`"'=Тысячный() Номер1"`), "no formula");
  const paper = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
  assert.match(paper, /MediaBox ?\[0 0 59[45](\.\d+)? 84[12](\.\d+)?\]/);
  assert.ok((paper.match(/\/Type ?\/Page\b/g) ?? []).length < 60, "pages");

  await reception.press("Пациенты").click();
  await page.getByRole("searchbox").fill("тысяч");
  await page.getByText("Показаны не все").waitFor();
  assert.equal(await page.locator("tbody tr").count(), 50);
});

test("somebody without a card", async (t) => {
  const reception = await desk(t, here);
  const { page } = reception;
  await reception.signIn(colleague(here.server, "newcomer"));
  await reception.press("Пациенты").click();
  await page.getByRole("searchbox").fill("безкартов");
  await page.getByText("Никто не найден.").waitFor();
  await reception.press("Новая карта").click();
  assert.equal(await page.getByLabel("Фамилия", { exact: true }).inputValue(), "безкартов");
  await page.getByLabel("Имя", { exact: true }).fill("Бек");
  await look(reception, "new-card");
  await reception.question("Сделать карту").click();
  await page.getByText("Укажите дату рождения: день, месяц и год.").waitFor();
  await page.getByLabel(/^Дата рождения/).fill("24.11.1980");
  await reception.question("Сделать карту").click();
  await page.getByText("Выберите поликлинику.").waitFor();
  await page.getByLabel("Поликлиника").selectOption(POLYCLINIC);
  await reception.question("Сделать карту").click();
  await page.getByText(/^Временная карта: /).waitFor();
  await reception.bookFirst();
  await look(reception, "provisional");
});

test("a doctor is ill: the time is closed, and two people work through the patients", async (t) => {
  const guid = (kind, number) => `${kind}000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
  const slot = (number, day, time, end) => ({
    kind: "slot", guid: guid(67, number), resource: guid(67, 1), begin: clinicMoment(day, time), end: clinicMoment(day, end), planCount: 1,
  });
  const cells = [slot(2, 1, "10:00", "10:15"), slot(3, 1, "11:00", "11:15"), slot(4, 1, "12:00", "12:15"), slot(5, 2, "10:00", "10:15")];
  here.server.import(
    { kind: "speciality", code: "901", name: "Болезнист" },
    { kind: "resource", guid: guid(67, 1), lpu: POLYCLINIC, type: "doctor", speciality: "901", family: "Болезнов", name: "Олег" },
    ...cells,
  );
  const patients = ["Первов", "Второв", "Третьев"].map((family) => here.server.patient({ family, phone: "+7 900 111 22 33" }));
  const [one, other] = [await desk(t, here), await desk(t, here)];
  await one.signIn(colleague(here.server, "shift1"));
  await other.signIn(colleague(here.server, "shift2"));
  for (const [number, patient] of patients.entries()) {
    const { status } = await one.ask("POST", `/desk/api/patients/${patient.guid}/visits`, { timeTable: cells[number].guid });
    assert.equal(status, 200);
  }

  await one.press("Закрытия").click();
  await one.page.getByText("Ни у одного врача время не закрыто.").waitFor();
  await look(one, "closures-none");
  await one.press("Закрыть время").click();
  await one.page.getByLabel(/^Врач/).selectOption({ label: "Болезнов О., Болезнист" });
  const tomorrow = clinicDay(1);
  await one.page.getByLabel("С какого дня").fill(tomorrow);
  await one.page.getByLabel("С какого дня").dispatchEvent("change");
  assert.equal(await one.page.getByLabel("По какой день").inputValue(), tomorrow, "the last day follows");
  await one.question("Закрыть").click();
  await one.page.getByText("Укажите причину: ее увидят коллеги.").waitFor();
  await look(one, "close");
  await one.page.getByLabel("Причина").fill("Врач заболел");
  await one.question("Закрыть").click();
  await one.title("Болезнов О.");
  await one.page.locator("tbody tr").nth(2).waitFor();
  await look(one, "closure");

  // The next shift sees what was done, and goes on.
  await other.press("Закрытия").click();
  await other.page.getByText("осталось: 3 из 3").waitFor();
  await look(other, "closures");
  await other.press("Болезнов О.").click();
  await other.page.locator("tbody tr").nth(2).waitFor();
  await one.visit("Позвонили").click();
  await one.page.getByLabel("О чем договорились").fill("перезвонит сам");
  await look(one, "called");
  await one.question("Записать").click();
  await other.page.getByText("перезвонит сам").waitFor();

  // Moving leads to the times and back to the list.
  await other.visit("Перенести").click();
  await other.firstTime().click();
  await other.question("Перенести").click();
  await other.question("Не надо").click();
  await other.page.getByText(/^перенесен: /).waitFor();
  await one.page.getByText(/^перенесен: /).waitFor();
  await one.visit("Отменить").click();
  assert.equal(await one.page.getByLabel("Причина").inputValue(), "Врач заболел");
  await one.question("Отменить запись").click();
  await one.page.locator("tr.cancelled").waitFor();
  await look(one, "closure-worked");
  const [[moved], cancelled, [waiting]] = [await here.server.tickets(patients[0]), await here.server.tickets(patients[1]), await here.server.tickets(patients[2])];
  assert.equal(moved.timeTableGuid, cells[3].guid);
  assert.deepEqual(cancelled, []);
  assert.equal(waiting.timeTableGuid, cells[2].guid, "nobody has seen to the third");

  await one.press("Открыть снова").click();
  await one.question("Открыть снова").click();
  await one.page.getByText(/^Причина: Врач заболел. Открыто снова/).waitFor();
  await one.press("К списку").click();
  await one.page.getByText("открыто снова").waitFor();
});

test("somebody who waits is offered a place that fits, and booked", async (t) => {
  const guid = (number) => `66000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
  const slot = (number, time, end) => ({ kind: "slot", guid: guid(number), resource: guid(1), begin: clinicMoment(1, time), end: clinicMoment(1, end), planCount: 1 });
  const cells = [slot(2, "10:00", "10:15"), slot(3, "16:00", "16:15")];
  here.server.import(
    { kind: "speciality", code: "902", name: "Очередист" },
    { kind: "resource", guid: guid(1), lpu: POLYCLINIC, type: "doctor", speciality: "902", family: "Местов", name: "Олег" },
    ...cells,
  );
  const [waits, other] = ["Ждунов", "Другов"].map((family) => here.server.patient({ family }));
  const wish = {
    lpuGuid: waits.lpu, specialityCode: "902", dateStart: clinicDay(1), timeStart: "12:00", phone: "12-34-56",
    complaints: "<b>болит</b>", isAgree: 1,
  };
  const joined = await fetch(`${here.server.origin}/api/v3/waitinglist`, {
    method: "POST", body: JSON.stringify(wish),
    headers: { Authorization: `Bearer ${await here.server.token(waits)}`, "Content-Type": "application/json" },
  });
  assert.equal(joined.status, 200);
  const reception = await desk(t, here);
  const { page } = reception;
  await reception.signIn(colleague(here.server, "waiting"));
  // A place that becomes free is told to whoever has freed it, with those whom it fits.
  const visits = `/desk/api/patients/${other.guid}/visits`;
  assert.equal((await reception.ask("POST", visits, { timeTable: cells[1].guid })).status, 200);
  await reception.card(other);
  await reception.visit("Отменить").click();
  await page.getByLabel("Причина").fill("Передумал");
  await reception.question("Отменить запись").click();
  await page.getByText("Место свободно и подходит тем, кто ждет: Ждунов Иван Сергеевич.").waitFor();
  await look(reception, "card-waits");
  await reception.press("К листу ожидания").click();
  await page.getByText("<b>болит</b>").waitFor();
  await look(reception, "waiting");
  await page.getByRole("button", { name: "Места: Ждунов Иван Сергеевич" }).click();
  await reception.firstTime().waitFor();
  assert.equal(await page.locator(".times .button").count(), 1, "the morning does not fit");
  await look(reception, "waiting-places");
  await reception.firstTime().click();
  await look(reception, "waiting-offer");
  await reception.question("Предложить").click();
  await page.getByRole("button", { name: "Записать: Ждунов Иван Сергеевич" }).waitFor();
  await look(reception, "waiting-offered");
  const { status, json } = await reception.ask("POST", visits, { timeTable: cells[1].guid });
  assert.deepEqual([status, json.message_code], [400, "4009"], "the place is held");
  await page.getByRole("button", { name: "Записать: Ждунов Иван Сергеевич" }).click();
  await reception.question("Записать").click();
  await page.getByText("<b>болит</b>").waitFor({ state: "detached" });
  const [booked] = await here.server.tickets(waits);
  assert.equal(booked.timeTableGuid, cells[1].guid);
});

test("an open page takes the new one after an upgrade, and loses nothing that is typed", async (t) => {
  const patient = here.server.patient({ family: "Обновлов" });
  const reception = await desk(t, here, { clock: true });
  const { page } = reception;
  await reception.signIn(colleague(here.server, "renewal", "administrator"));
  // The server says that it has another page, until that is loaded.
  const opened = { times: 0 };
  await page.route((url) => url.pathname === "/desk", async (route) => {
    const request = route.request();
    if (request.isNavigationRequest()) opened.times += 1;
    if (request.method() === "HEAD") return route.fulfill({ status: 200, headers: { ETag: opened.times ? `"${opened.version}"` : '"another"' } });
    const answer = await route.fetch();
    opened.version = answer.headers().etag.replaceAll('"', "");
    return route.fulfill({ response: answer });
  });
  const waitLong = async () => {
    await page.clock.fastForward(300_000);
    await page.evaluate(() => new Promise((next) => { const { port1, port2 } = new MessageChannel(); port1.onmessage = next; port2.postMessage(0); }));
  };
  await reception.press("Состояние").click();
  await page.getByLabel("Заменить расписание").check();
  await waitLong();
  assert.equal(opened.times, 0, "not while something is ticked");
  assert.ok(await page.getByLabel("Заменить расписание").isChecked());
  await reception.card(patient);
  await page.getByLabel("Телефон").fill("12-34-56");
  await waitLong();
  assert.equal(opened.times, 0, "not while something is typed");
  assert.equal(await page.getByLabel("Телефон").inputValue(), "12-34-56");
  await page.getByRole("button", { name: "Сохранить контакты" }).click();
  await page.getByText("Сохранено.").waitFor();
  const again = page.waitForEvent("load");
  await page.clock.fastForward(300_000);
  await again;
  await reception.title("Обновлов");
  assert.equal(await page.getByLabel("Телефон").inputValue(), "12-34-56", "the same card, without signing in");
  await page.clock.fastForward(300_000);
  await reception.title("Обновлов");
  assert.equal(opened.times, 1);
});

test("an administrator manages staff; a doctor sees the day alone", async (t) => {
  const reception = await desk(t, here);
  const { page } = reception;
  await reception.signIn(colleague(here.server, "chief", "administrator"));
  await reception.press("Сотрудники").click();
  await page.getByText("chief", { exact: true }).waitFor();
  await reception.press("Добавить").click();
  await page.getByLabel(/^Имя/).fill("Врачова В. В.");
  await page.getByLabel(/^Логин:/).fill("vrachova");
  await page.getByLabel("Роль", { exact: true }).selectOption("doctor");
  await look(reception, "staff-add");
  await reception.question("Добавить").click();
  const password = await page.locator(".password").innerText();
  await look(reception, "staff-password");
  await reception.question("Закрыть").click();
  await look(reception, "staff");

  const doctor = await desk(t, here);
  await doctor.signIn({ login: "vrachova", password });
  await doctor.title(String(new Date().getFullYear()));
  assert.deepEqual(await doctor.page.locator("#tabs button").allInnerTexts(), ["День"]);
  const refused = await doctor.ask("GET", "/desk/api/patients?q=abc");
  assert.deepEqual([refused.status, refused.json.message_code], [403, "5402"]);
  await page.getByRole("button", { name: "Отключить: Врачова В. В." }).click();
  await reception.question("Отключить").click();
  await doctor.page.locator("#signin[open]").waitFor();
});
