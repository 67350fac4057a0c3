// However far ahead the clinic lets the terminal book, and however few days it lets anybody ask for at once: the terminal
// shows every free time that the server would book, and books it.

import test from "node:test";
import assert from "node:assert/strict";
import { clinic, NETWORK_WORDS, terminal } from "./kiosk.mjs";
import { clinicDay, clinicMoment, POLYCLINIC } from "./server.mjs";

const here = clinic();

/** A doctor of a speciality of its own, whose free times are so many days ahead. */
const FREE_DAYS = [1, 3, 9, 14, 20, 29, 45, 75];
const SPECIALITY = { kind: "speciality", code: "9001", name: "Далекая терапия" };
const DOCTOR = { kind: "resource", guid: "29000000-0000-4000-8000-000000000001", lpu: POLYCLINIC, type: "doctor", family: "Дальний", name: "Олег", patronymic: "Ильич", speciality: SPECIALITY.code };
const WANTED = { doctor: { speciality: SPECIALITY.name, docFio: "Дальний О. И." } };
const TIMES = ["09:00", "18:00"];

/** All its cells; `more` says what else the line of a day has. */
const slots = (more = () => ({})) =>
  FREE_DAYS.flatMap((ahead) =>
    TIMES.map((time, at) => ({
      kind: "slot",
      guid: `69000000-0000-4000-8000-${String(ahead * 10 + at).padStart(12, "0")}`,
      resource: DOCTOR.guid,
      begin: clinicMoment(ahead, time),
      end: clinicMoment(ahead, time.replace(":00", ":15")),
      planCount: CASES.length,
      ...more(ahead),
    })));

/** The moments that the server lets this patient book, asked day by day. */
async function bookable(patient) {
  const token = await here.server.token(patient);
  const found = [];
  for (let ahead = 0; ahead <= FREE_DAYS.at(-1); ahead++) {
    const { json } = await here.server.ask("GET", `/lpu/${POLYCLINIC}/doctor/${DOCTOR.guid}/schedule/${clinicDay(ahead)}`, { token });
    for (const cell of json) if (cell.status === "Available") found.push(cell.beginTime.slice(0, 16));
  }
  return found;
}

/** The moments that the terminal offers, page by page of its calendar, from the earliest on. */
async function offered({ page }) {
  const found = [];
  for (;;) {
    for (const day of await page.locator(".day:enabled").all()) {
      await day.tap();
      const date = await page.locator('.day[aria-pressed="true"]').getAttribute("data-day");
      for (const time of await page.locator(".slot").allInnerTexts()) found.push(`${date}T${time}`);
    }
    const later = page.getByRole("button", { name: "Позже" });
    if (!(await later.isVisible())) return found;
    await later.tap();
  }
}

const CASES = [
  ["a day at once", 14, { max_period_days: 1 }, [1]],
  ["a week at once", 14, { max_period_days: 7 }, [1, 3]],
  ["two weeks and a day", 14, { max_period_days: 15 }, [1, 3, 9, 14]],
  ["a month ahead", 30, { max_period_days: 60 }, [1, 3, 9, 14, 20, 29]],
  ["as far as the clinic allows", 3650, { max_period_days: 60 }, [1, 3, 9, 14, 20, 29, 45]],
  ["a week at once, booked as far as there are cells", 3650, { max_period_days: 7, max_period: false }, FREE_DAYS],
  ["two days at once, booked as far as there are cells", 3650, { max_period_days: 2, max_period: false }, FREE_DAYS],
];

for (const [name, scheduleDays, settings, days] of CASES) {
  test(`every time that can be booked is shown, and the last is booked: ${name}`, async (t) => {
    here.server.import(SPECIALITY, DOCTOR, ...slots());
    here.server.scheduleDays(scheduleDays);
    await here.server.configure(settings);
    const patient = here.server.patient();
    const expected = await bookable(patient);
    assert.deepEqual(expected, days.flatMap((ahead) => TIMES.map((time) => `${clinicDay(ahead)}T${time}`)));

    const kiosk = await terminal(t, here, { allowed: NETWORK_WORDS });
    await kiosk.identify(patient);
    await kiosk.findTimes(WANTED);
    assert.deepEqual(await offered(kiosk), expected);
    await kiosk.page.locator(".slot").last().tap();
    await kiosk.on("confirm");
    await kiosk.book();
    const [ticket] = await here.server.tickets(patient);
    assert.equal(ticket.beginTime.slice(0, 16), expected.at(-1));
  });
}

test("a doctor who is free only far ahead is shown at the first free day, and the way on and back", async (t) => {
  const nobodys = (ahead) => (ahead < 20 ? { flagAccess: 1 } : {});
  here.server.import(SPECIALITY, DOCTOR, ...slots(nobodys));
  here.server.scheduleDays(60);
  await here.server.configure({ max_period_days: 60, max_period: true });
  const kiosk = await terminal(t, here, { allowed: NETWORK_WORDS });
  await kiosk.identify(here.server.patient());
  await kiosk.findTimes(WANTED);
  const shown = () => kiosk.page.locator('.day[aria-pressed="true"]').getAttribute("data-day");
  assert.equal(await shown(), clinicDay(20));
  assert.equal(await kiosk.page.locator(".day:enabled").first().getAttribute("data-day"), clinicDay(20));
  while (await kiosk.page.getByRole("button", { name: "Позже" }).isVisible()) await kiosk.touch("Позже");
  assert.equal(await shown(), clinicDay(45));
  while (await kiosk.page.getByRole("button", { name: "Раньше" }).isVisible()) await kiosk.touch("Раньше");
  await kiosk.page.locator(`[data-day="${clinicDay(20)}"]:enabled`).tap();
  await kiosk.page.locator(".slot").first().tap();
  await kiosk.on("confirm");
});
