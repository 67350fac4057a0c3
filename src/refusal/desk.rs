//! Refusals of the reception's methods ([crate::contract::desk]).

rows! {
    /// An expected "no" to somebody at the reception.
    enum DeskRefusal {
        /// The client's address is none of the reception's.
        Elsewhere = 403 5000 "Страница регистратуры доступна с этого компьютера и с адресов из настройки desk_addresses";
        /// A change that another site's page asks for.
        ForeignOrigin = 403 5000 "Изменения принимаются только со страницы регистратуры этого сервера";
        /// Does not say which of the two is wrong.
        NotSignedIn = 403 5401 "Сеанс окончен. Войдите снова.";
        NoRight = 403 5402 "У вашей роли нет права на это действие";
        WrongPassword = 403 5000 "Логин или пароль не подходят. Забытый пароль сменит администратор.";
        TooManyPasswords { seconds: u32 } = 429 5000
            "Слишком много неверных паролей. Войти можно будет позже, самое большее через 15 минут."
            => "Retry-After": seconds;
        PatientUnknown = 400 5000 "Карта пациента с таким гвидом не найдена";
        DocumentTaken = 400 5000 "Открытая карта с этим полисом или СНИЛС уже есть: найдите ее по номеру";
        CardTaken = 400 5000 "Карта с таким гвидом уже есть";
        TooManyCards { most: i64 } = 400 5000 "Временных карт уже {most}: передайте их в систему клиники";
        ResourceUnknown = 400 5000 "Врач, кабинет или оборудование с таким гвидом не найдены";
        /// The entry would not end with the booking.
        OfferElsewhere = 400 5000 "Это место другой специальности: для него есть обычная запись";
        ClosureUnknown = 400 5000 "Закрытое время с таким гвидом не найдено";
        /// The visit stands nowhere in that time, and did not.
        NotConcerned = 400 5000 "В этом закрытом времени такой записи нет";
        TooManyClosures { most: u32 } = 400 5000 "Закрытых времен уже {most}: откройте лишние";
        LoginTaken = 400 5000 "Такой логин уже есть";
        StaffUnknown = 400 5000 "Сотрудник с таким логином не найден";
        TooManyStaff { most: usize } = 400 5000 "Сотрудников уже {most}, больше добавить нельзя";
        JobRuns { login: String } = 400 5000 "Сейчас выполняется другая работа, ее начал(а) {login}. Дождитесь конца.";
        DiskShort { mib: u64 } = 400 5000 "На диске базы данных мало места: для этой работы нужно {mib} МиБ";
        /// Why is in the log.
        JobFailed = 503 5000 "Сейчас этого не начать: причина в журнале сервера";
        /// Nobody has to see it, or somebody has.
        IssueUnknown = 400 5000 "Этой строки уже нет среди тех, которые ждут человека";
        NoSuchJob = 400 5000 "Этот файл уже не передается. Если он не загружен, отправьте его еще раз";
        PieceMisplaced { next: u64 } = 400 5000 "Ожидается часть файла, которая начинается с байта {next}";
        /// The disk is slower than the network.
        PieceTooSoon = 503 5000 "Файл приходит быстрее, чем пишется на диск" => "Retry-After": 1;
        SendingEnded = 400 5000 "Файл не передан целиком: повторите";
        /// The disk is full, or fails.
        NotKept = 400 5000 "Файл не записать на диск сервера: освободите место и повторите";
        /// Somebody must be able to let others in again.
        OneselfDisabled = 400 5000 "Себя отключить нельзя: это сделает другой администратор";
    }
}
