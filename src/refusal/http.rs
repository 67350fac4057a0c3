//! Answers of the HTTP layer ([crate::contract::conventions]).

use super::Trouble;
use crate::language::Language;

/// `Retry-After` where somebody has to mend something first, in seconds.
const NOT_READY_SECONDS: u32 = 10;

rows! {
    /// An answer of the HTTP layer: the request never reached the rules. A number is the value of `Retry-After`, in seconds.
    #[derive(Copy)]
    enum HttpError {
        /// Not HTTP/1.x as RFC 9112 has it, or not as this server takes it.
        Malformed = 400 5000 "Запрос не соответствует протоколу HTTP/1.1";
        NoAddress = 400 5000 "Прокси-сервер передал в заголовке X-Forwarded-For не IP-адрес";
        /// The address may not read the metrics.
        NumbersElsewhere = 403 5000
            "Показатели доступны с этого компьютера и с адресов из настройки metrics_addresses";
        /// The address is no terminal's.
        NotTerminal = 403 5000
            "Это доступно только терминалам. Их адреса указываются в настройке kiosk_addresses";
        UnknownPath = 404 5000 "Нет такого адреса";
        Method(allow: &'static str) = 405 5000 "Этот метод здесь не поддерживается" => "Allow": allow;
        TooSlow = 408 5000 "Запрос не получен целиком за отведенное время";
        BodyTooLarge = 413 5000 "Тело запроса слишком велико";
        /// An `Expect` other than `100-continue`.
        Expectation = 417 5000 "Требование заголовка Expect невыполнимо";
        /// RFC 9110, 15.5.20.
        ForeignHost = 421 5000
            "Имя в заголовке Host не принадлежит этому серверу. Свои имена указываются в настройке hosts";
        /// Too many connections from one address.
        TooMany(seconds: u32) = 429 5000 "Слишком много запросов. Повторите позже" => "Retry-After": seconds;
        /// Too many identifications have failed.
        TooManyFailures(seconds: u32) = 429 5000
            "Слишком много неудачных попыток. Повторите позже или обратитесь в регистратуру."
            => "Retry-After": seconds;
        HeadTooLarge = 431 5000 "Заголовок запроса слишком велик";
        /// A fault of ours; the log has the cause.
        Fault = 500 5000 "Внутренняя ошибка сервера";
        Coding = 501 5000 "Тело запроса в этой кодировке передачи не принимается: только chunked";
        /// Nothing was done.
        Unavailable(seconds: u32) = 503 5000
            "Сервис временно недоступен. Повторите попытку через несколько секунд" => "Retry-After": seconds;
        /// With a wrong clock no token can be verified.
        ClockWrong(seconds: u32) = 503 5000
            "Часы терминала показывают неверное время. Записаться пока нельзя: обратитесь в регистратуру."
            => "Retry-After": seconds;
        /// The database takes no write.
        NotReady(trouble: Trouble, language: Language) = 503 5000 "{}", trouble.told(*language) => "Retry-After": NOT_READY_SECONDS;
        Version = 505 5000 "Поддерживается только HTTP/1.1 и HTTP/1.0";
    }
}
