// What a person comes for, by touch, from the greeting to the end.

import test from "node:test";
import assert from "node:assert/strict";
import { birthDigits, clinic, terminal } from "./kiosk.mjs";
import { CHILDREN, hoursUntil, POLYCLINIC } from "./server.mjs";

const here = clinic();

/** Somebody who has never done it takes about this long to find and touch the next thing. */
const TOUCH_SECONDS = 1.5;

test("a visit is booked in under a minute, printed once, and is the server's", async (t) => {
  const patient = here.server.patient();
  const [cell] = await here.server.freeCells(patient);
  const kiosk = await terminal(t, here);
  let touches = 0;
  await kiosk.page.exposeFunction("touched", () => { touches += 1; });
  await kiosk.page.evaluate(() => addEventListener("click", () => window.touched()));

  await kiosk.presentByTouch(patient);
  await kiosk.on("menu");
  assert.match(await kiosk.text("#title"), /Здравствуйте, Иван Сергеевич!/);
  await kiosk.choose(cell);
  const asked = await kiosk.text("#work");
  for (const fact of [cell.doctor.docFio, cell.doctor.speciality, cell.beginTime.slice(11, 16), `кабинет ${cell.room}`]) {
    assert.ok(asked.includes(fact), fact);
  }
  await kiosk.book();

  // The machine's own time is none of it: it depends on what else the machine does.
  const seconds = touches * TOUCH_SECONDS;
  assert.ok(seconds < 60, `${touches} touches, ${seconds} s`);
  const [ticket, ...more] = await here.server.tickets(patient);
  assert.deepEqual(more, []);
  assert.equal(ticket.timeTableGuid, cell.guid);
  assert.equal(await kiosk.text(".slip .num b"), ticket.num);
  assert.match(await kiosk.text("#lead"), new RegExp(`запишите: .*, ${ticket.beginTime.slice(11, 16)}, кабинет ${ticket.room}`));
  await kiosk.page.waitForFunction(() => window.printed === 1);
  await kiosk.touch("Напечатать ещё раз");
  assert.equal(await kiosk.printed(), 2);
  await kiosk.touch("Готово");
  await kiosk.on("welcome");
});

test("a ticket is listed, printed and cancelled, and its place is free again", async (t) => {
  const patient = here.server.patient();
  const [cell] = await here.server.freeCells(patient, (doctor) => doctor.type === "doctor");
  const { num } = await here.server.book(patient, cell.guid);
  const kiosk = await terminal(t, here);
  await kiosk.identify(patient);
  await kiosk.touch("Мои записи");
  await kiosk.on("tickets");
  assert.match(await kiosk.text("#work"), new RegExp(`${cell.doctor.docFio}[^]*${num}`));
  await kiosk.page.locator(".card").tap();
  await kiosk.on("visit");
  await kiosk.touch("Напечатать талон");
  assert.equal(await kiosk.printed(), 1);
  await kiosk.touch("Отменить запись");
  await kiosk.on("cancelling");
  await kiosk.touch("Нет, оставить");
  await kiosk.on("tickets");
  assert.equal((await here.server.tickets(patient)).length, 1);
  await kiosk.page.locator(".card").tap();
  await kiosk.touch("Отменить запись");
  await kiosk.touch("Да, отменить");
  await kiosk.on("tickets");
  assert.match(await kiosk.text("#notice"), /отменена/);
  assert.match(await kiosk.text("#work"), /Записей пока нет/);
  assert.deepEqual(await here.server.tickets(patient), []);
  await here.server.book(here.server.patient(), cell.guid);
});

test("who has come says so with one touch of the menu, and is told where to go", async (t) => {
  const patient = here.server.patient();
  const cell = (await here.server.freeCells(patient)).find((one) => hoursUntil(one) < 2);
  const { ticketGuid } = await here.server.book(patient, cell.guid);
  const kiosk = await terminal(t, here);
  await kiosk.identify(patient);
  assert.match(await kiosk.text(".card.first"), new RegExp(`Я уже здесь\\s+Приём сегодня\\sв\\s${cell.beginTime.slice(11, 16)}\\s+${cell.doctor.docFio}`));
  await kiosk.touch("Я уже здесь");
  await kiosk.on("arrived");
  assert.match(await kiosk.text("#work"), new RegExp(`кабинет ${cell.room}`));
  const token = await here.server.token(patient);
  const { json } = await here.server.ask("GET", `/visit/${patient.lpu}/${ticketGuid}`, { token });
  assert.equal(json.history.length, 2, "the arrival is in the history");
});

test("who has no visit today is told so, and can book", async (t) => {
  const kiosk = await terminal(t, here);
  await kiosk.identify(here.server.patient());
  await kiosk.touch("Я уже здесь");
  await kiosk.on("arrival");
  assert.match(await kiosk.text("#work"), /На сегодня записей нет/);
  await kiosk.touch("Записаться к врачу");
  await kiosk.on("speciality");
});

test("where there is no place, the waiting list is joined, shown and left", async (t) => {
  const patient = here.server.patient();
  const token = await here.server.token(patient);
  const { json: all } = await here.server.ask("GET", `/lpu/${POLYCLINIC}/speciality`, { token });
  const { name } = all.find((one) => one.countFree === 0);
  const kiosk = await terminal(t, here);
  await kiosk.identify(patient);
  await kiosk.touch("Записаться к врачу");
  await kiosk.on("speciality");
  await kiosk.page.locator(".card").filter({ has: kiosk.page.getByText(name, { exact: true }) }).tap();
  await kiosk.on("doctor");
  await kiosk.touch("Встать в лист ожидания");
  await kiosk.on("waiting");
  await kiosk.digits("900");
  await kiosk.page.locator(".next").tap();
  assert.match(await kiosk.text("#notice"), /10 цифр\. Вы ввели 3/);
  await kiosk.digits("0000001");
  await kiosk.page.locator(".next").tap();
  await kiosk.on("waited");
  await kiosk.touch("В начало");
  await kiosk.touch("Мои записи");
  await kiosk.on("tickets");
  assert.match(await kiosk.text("#work"), new RegExp(`Лист ожидания: ${name}`));
  await kiosk.touch("Назад");
  await kiosk.touch("Записаться к врачу");
  await kiosk.page.locator(".card").filter({ has: kiosk.page.getByText(name, { exact: true }) }).tap();
  await kiosk.on("doctor");
  assert.match(await kiosk.text("#work"), /Вы уже в листе ожидания/);
  assert.equal(await kiosk.page.getByRole("button", { name: "Встать в лист ожидания" }).count(), 0, "what would be refused is not offered");
  const active = async () => {
    const answer = await fetch(`${here.server.origin}/api/v3/waitinglist`, { headers: { Authorization: `Bearer ${token}` } });
    return (await answer.json()).filter(({ status }) => status === "Active").length;
  };
  for (const [answer, left] of [["Остаться в листе", 1], ["Да, выйти", 0]]) {
    if ((await kiosk.page.locator('[data-screen="tickets"]').count()) === 0) await kiosk.touch("Мои записи");
    await kiosk.on("tickets");
    await kiosk.page.locator(".card").tap();
    await kiosk.on("entry");
    await kiosk.touch("Выйти из листа");
    await kiosk.on("leaving");
    assert.equal(await active(), 1, "nothing is done before the answer");
    await kiosk.touch(answer);
    await kiosk.on("tickets");
    assert.equal(await active(), left);
  }
  assert.equal(await kiosk.text("#notice"), `Вы больше не в листе ожидания: ${name}`);
  assert.match(await kiosk.text("#work"), /Записей пока нет/);
});

for (const isWaitingList of [false, true]) {
  test(`a clinic ${isWaitingList ? "with" : "without"} a waiting list: what is offered where there is no place`, async (t) => {
    const clinicLine = { kind: "lpu", guid: "19000000-0000-4000-8000-000000000001", name: "Амбулатория", isWaitingList };
    const doctor = (number, speciality, family) =>
      ({ kind: "resource", guid: `29000000-0000-4000-8000-00000000001${number}`, lpu: clinicLine.guid, type: "doctor", family, name: "Олег", patronymic: "Ильич", speciality });
    const [full, free] = [{ kind: "speciality", code: "9011", name: "Полная" }, { kind: "speciality", code: "9012", name: "Свободная" }];
    const [alone, busy, idle] = [doctor(1, full.code, "Один"), doctor(2, free.code, "Занятый"), doctor(3, free.code, "Вольный")];
    here.server.import(clinicLine, full, free, alone, busy, idle);
    here.server.farCell(idle, 3);
    const patient = here.server.patient({ lpu: clinicLine.guid });
    const kiosk = await terminal(t, here, { address: here.server.address(clinicLine.guid) });
    const offered = async () => {
      const button = kiosk.page.getByRole("button", { name: "Встать в лист ожидания" });
      assert.equal(await button.count(), Number(isWaitingList));
      const words = await kiosk.text("#work");
      assert.equal(/лист/i.test(words), isWaitingList, words);
      assert.equal(/Спросите в регистратуре/.test(words), !isWaitingList, words);
    };
    await kiosk.identify(patient);
    await kiosk.touch("Записаться к врачу");
    await kiosk.page.locator(".card", { hasText: full.name }).tap();
    await kiosk.on("doctor");
    await offered();
    await kiosk.touch("Назад");
    await kiosk.on("speciality");
    await kiosk.page.locator(".card", { hasText: free.name }).tap();
    await kiosk.page.locator(".card", { hasText: busy.family }).tap();
    await kiosk.on("time");
    assert.match(await kiosk.text("#work"), /Есть время у других врачей[^]*Вольный/);
    await offered();
  });
}

test("every step goes back, and nothing typed or chosen is lost", async (t) => {
  const patient = here.server.patient();
  const [cell] = await here.server.freeCells(patient);
  const kiosk = await terminal(t, here);
  await kiosk.begin();
  await kiosk.digits("1234");
  await kiosk.touch("Назад");
  await kiosk.on("welcome");
  await kiosk.begin();
  assert.match(await kiosk.text(".unseen"), /ничего/, "the greeting forgets");
  await kiosk.digits(patient.policyNumber);
  await kiosk.page.locator(".next").tap();
  await kiosk.digits("0503");
  await kiosk.touch("Назад");
  await kiosk.on("number");
  await kiosk.page.locator(".next").tap();
  await kiosk.on("birth");
  await kiosk.digits(patient.birthDate.slice(0, 4));
  await kiosk.page.locator(".next").tap();
  await kiosk.on("menu");
  await kiosk.choose(cell);
  for (const screen of ["time", "doctor", "speciality", "menu"]) {
    await kiosk.touch("Назад");
    await kiosk.on(screen);
  }
  await kiosk.touch("Закончить");
  await kiosk.on("welcome");
});

/** Counts the touches from now on, but for those of digits. */
async function countTouches({ page }) {
  const count = { touches: 0 };
  await page.exposeFunction("touched", () => { count.touches += 1; });
  await page.evaluate(() => addEventListener("click", (event) => event.target.closest(".key") || window.touched()));
  return count;
}

test("the usual case is four touches beside the digits: the district doctor's nearest time", async (t) => {
  const patient = here.server.patient({ uchastokNum: "5" });
  const [cell] = (await here.server.freeCells(patient, (doctor) => /участок 5/.test(doctor.role)))
    .sort((a, b) => a.beginTime.localeCompare(b.beginTime));
  const kiosk = await terminal(t, here);
  const count = await countTouches(kiosk);
  await kiosk.begin();
  count.touches = 0;
  await kiosk.digits(patient.policyNumber);
  await kiosk.page.locator(".next").tap();
  await kiosk.on("birth");
  await kiosk.touchBirth(patient);
  await kiosk.on("menu");
  await kiosk.touch(/К участковому врачу/);
  await kiosk.on("confirm");
  await kiosk.book();
  assert.equal(count.touches, 4);
  const [ticket] = await here.server.tickets(patient);
  assert.equal(ticket.docGuid, cell.docGuid);
  assert.ok(ticket.beginTime <= cell.beginTime, "no later than the first that is not about to begin");
  // What was likely is done: it is not offered again.
  await kiosk.touch("В начало");
  await kiosk.on("menu");
  assert.equal(await kiosk.page.getByRole("button", { name: /участковому/ }).count(), 0);
});

test("with a scanner, an offered time is the birth date and two touches, counted from the greeting", async (t) => {
  const patient = here.server.patient({ uchastokNum: "5" });
  const kiosk = await terminal(t, here);
  const count = await countTouches(kiosk);
  await kiosk.scan(patient.policyNumber);
  await kiosk.touchBirth(patient, { isScanned: true });
  await kiosk.on("menu");
  await kiosk.touch(/К участковому врачу/);
  await kiosk.on("confirm");
  await kiosk.book();
  assert.equal(count.touches, 2);
  assert.equal((await here.server.tickets(patient)).length, 1);
});

test("any doctor's nearest times are on the card: with a scanner, the birth date and four touches", async (t) => {
  const patient = here.server.patient();
  const cell = (await here.server.freeCells(patient, (doctor) => doctor.type === "doctor" && doctor.nearestSlots.length === 3)).at(-1);
  const kiosk = await terminal(t, here);
  const count = await countTouches(kiosk);
  await kiosk.scan(patient.policyNumber);
  await kiosk.touchBirth(patient, { isScanned: true });
  await kiosk.on("menu");
  await kiosk.findDoctors(cell);
  const times = kiosk.doctorCard(cell).locator(".slot");
  const { json: doctor } = await here.server.ask("GET", `/lpu/${POLYCLINIC}/doctor/${cell.docGuid}`);
  const shown = await times.locator("b").allInnerTexts();
  assert.deepEqual(shown, doctor.nearestSlots.map(({ beginTime }) => beginTime.slice(11, 16)));
  await times.nth(2).tap();
  await kiosk.on("confirm");
  await kiosk.book();
  assert.equal(count.touches, 4);
  const [ticket] = await here.server.tickets(patient);
  assert.equal(ticket.timeTableGuid, doctor.nearestSlots[2].guid);
});

test("after a scan the birth date's last digit goes on, which is told; what is typed by hand waits for a touch", async (t) => {
  const patient = here.server.patient();
  const kiosk = await terminal(t, here);
  await kiosk.scan(patient.policyNumber);
  assert.match(await kiosk.text("#lead"), /После восьмой цифры пойдём дальше сами/);
  await kiosk.digits("31022000");
  assert.match(await kiosk.text("#notice"), /Такой даты нет/);
  await kiosk.touch("Стереть всё");
  // Another scan, and a keyboard, come digit by digit, too.
  await kiosk.page.keyboard.type(birthDigits(patient));
  await kiosk.on("birth");
  await kiosk.touch("Назад");
  await kiosk.page.locator(".key", { hasText: "Стереть всё" }).tap();
  await kiosk.digits(here.server.patient().policyNumber);
  await kiosk.page.locator(".next").tap();
  await kiosk.on("birth");
  assert.match(await kiosk.text("#lead"), /Сначала день/);
  await kiosk.touch("Стереть всё");
  await kiosk.digits("31022000");
  assert.equal(await kiosk.text("#notice"), "", "nothing is done before the touch");
  await kiosk.finish();
});

test("specialities with the most use come first, and by letter for who likes that better", async (t) => {
  const patient = here.server.patient();
  const { json: all } = await here.server.ask("GET", `/lpu/${POLYCLINIC}/speciality`, { token: await here.server.token(patient) });
  const byLetter = all.map(({ name }) => name);
  const used = all.filter((one) => one.countFree).sort((a, b) => b.countBooked - a.countBooked);
  const kiosk = await terminal(t, here);
  await kiosk.identify(patient);
  await kiosk.touch("Записаться к врачу");
  await kiosk.on("speciality");
  const names = () => kiosk.page.locator(".card strong").allInnerTexts();
  const byUse = await names();
  assert.equal(byUse[0], used[0].name);
  const places = byUse.map((name) => all.find((one) => one.name === name));
  const rank = (one) => (one.countFree ? 1e6 : 0) + one.countBooked;
  assert.ok(places.every((one, at) => !at || rank(places[at - 1]) >= rank(one)), byUse.join());
  assert.notDeepEqual(byUse, byLetter);
  await kiosk.touch("По алфавиту");
  assert.deepEqual(await names(), byLetter);
  // The choice goes with the person, through the screens and languages.
  await kiosk.touch("Назад");
  await kiosk.touch("Записаться к врачу");
  await kiosk.on("speciality");
  await kiosk.touch("English");
  assert.deepEqual(await names(), byLetter);
  await kiosk.touch("Most used");
  assert.deepEqual(await names(), byUse);
});

test("of an offered time, another one can be chosen, and the menu is behind", async (t) => {
  const patient = here.server.patient({ uchastokNum: "5" });
  const kiosk = await terminal(t, here);
  await kiosk.identify(patient);
  await kiosk.touch(/К участковому врачу/);
  await kiosk.on("confirm");
  await kiosk.touch("Другое время");
  await kiosk.on("time");
  await kiosk.touch("Назад");
  await kiosk.on("menu");
});

test("the district doctor comes first", async (t) => {
  const patient = here.server.patient({ uchastokNum: "5" });
  const [cell] = await here.server.freeCells(patient, (doctor) => /участок 5/.test(doctor.role));
  const kiosk = await terminal(t, here);
  await kiosk.identify(patient);
  await kiosk.touch("Записаться к врачу");
  await kiosk.page.locator(".card").filter({ has: kiosk.page.getByText(cell.doctor.speciality, { exact: true }) }).tap();
  await kiosk.on("doctor");
  const first = await kiosk.page.locator(".card").first().innerText();
  assert.match(first, new RegExp(`${cell.doctor.docFio}[^]*Ваш участковый врач`));
});

test("everything is there in English, and switching keeps what was typed", async (t) => {
  const patient = here.server.patient();
  const kiosk = await terminal(t, here);
  await kiosk.begin();
  await kiosk.digits("12345");
  await kiosk.touch("English");
  assert.equal(await kiosk.text("#title"), "Insurance number");
  assert.equal(await kiosk.page.locator("html").getAttribute("lang"), "en");
  assert.match(await kiosk.text(".unseen"), /1 2 3 4 5/);
  await kiosk.touch("Erase all");
  await kiosk.digits(patient.policyNumber);
  await kiosk.page.locator(".next").tap();
  await kiosk.touchBirth(patient);
  await kiosk.on("menu");
  assert.doesNotMatch(await kiosk.text("#work"), /[а-яё]/i);
  await kiosk.touch("Finish");
  await kiosk.on("welcome");
  assert.equal(await kiosk.text("#title"), "Здравствуйте!", "the next person is greeted in Russian");
});

test("the package's third language is loaded without a build, with its own days and months", async (t) => {
  const patient = here.server.patient({ uchastokNum: "5" });
  await here.server.speak("tg");
  t.after(() => here.server.speak());
  const kiosk = await terminal(t, here);
  await kiosk.touch("English");
  await kiosk.touch("Тоҷикӣ");
  assert.equal(await kiosk.text("#title"), "Хуш омадед!");
  await kiosk.identify(patient);
  assert.match(await kiosk.text("#title"), /^Салом, /);
  await kiosk.touch(/Ба духтури участкавӣ/);
  await kiosk.on("confirm");
  assert.match(await kiosk.text(".moment"), /(шанбе|ҷумъа), \d+\s(январ|феврал|март|апрел|май|июн|июл|август|сентябр|октябр|ноябр|декабр)$/);
  await kiosk.touch("Вақти дигар");
  await kiosk.on("time");
  assert.deepEqual(await kiosk.page.locator(".weekday").allInnerTexts(), ["дш", "сш", "чш", "пш", "ҷм", "шб", "яш"]);
});

test("with several clinics the terminal asks where it stands, once", async (t) => {
  const kiosk = await terminal(t, here, { address: here.server.origin });
  await kiosk.page.locator(".card", { hasText: "детская" }).tap();
  await kiosk.on("welcome");
  assert.match(await kiosk.text("#place"), /детская/);
  const year = new Date().getFullYear() - 8;
  await kiosk.identify(here.server.patient({ lpu: CHILDREN, birthDate: `${year}-06-01` }));
  await kiosk.touch("Закончить");
  await kiosk.on("welcome");
  assert.match(await kiosk.text("#place"), /детская/);
});

test("the SNILS serves where the policy is at home", async (t) => {
  const patient = here.server.patient();
  const kiosk = await terminal(t, here);
  await kiosk.begin();
  await kiosk.touch("Ввести СНИЛС");
  await kiosk.digits(patient.snils);
  await kiosk.page.locator(".next").tap();
  await kiosk.touchBirth(patient);
  await kiosk.on("menu");
});
