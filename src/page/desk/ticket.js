// The words of a ticket, as the terminal prints them: a test holds them together. After `default` stands JSON.

export default {
  "ticketNumber": "Талон №",
  "ticketPatient": "Пациент",
  "ticketQr": "Код талона",
  "ticketCodeUse": "С этим кодом вас узнают терминал и регистратура.",
  "ticketPaper": "Придите за 10 минут до приёма. Возьмите полис и паспорт.",
  "ticketCancel": "Не можете прийти? Отмените запись на терминале или по телефону {phone}.",
  "ticketCancelHere": "Не можете прийти? Отмените запись на терминале или в регистратуре.",
  "ticketPrinted": "Напечатано {date} в {time}",
  "room": "кабинет {room}",
  "floor": "{floor}\u00a0этаж",
  "weekdays": "понедельник вторник среда четверг пятница суббота воскресенье",
  "monthsOfDates": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
  "shortDate": "{day}\u00a0{month}",
  "yearDate": "{weekday}, {day} {month} {year} г."
};
