//! Why the database takes no write, in plain words: for whoever looks after the server.

use crate::language::Language;
use thiserror::Error;

rows! {
    /// Why the database takes no write now: in Russian for `/readyz` ([crate::contract::monitoring]), in English for the log. Another try,
    /// later or after the remedy, can succeed.
    #[derive(Copy, Error)]
    enum Trouble {
        #[error("the disk of the database is full: make room on it")]
        DiskFull = "База данных не принимает записи: диск заполнен. Освободите место на диске.";
        #[error("the database or its disk is read-only: look at the disk and at the rights on the file")]
        ReadOnly =
            "База данных не принимает записи: диск или файл доступен только для чтения. Проверьте диск и права на файл.";
        #[error("the file of the database is damaged: restore it from a backup")]
        Damaged = "База данных не принимает записи: файл поврежден. Восстановите его из резервной копии.";
        /// Requests that need none of the damaged values are still answered.
        #[error("values of the database are damaged: `infomat verify` tells which; restore it from a backup")]
        DamagedValues =
            "В базе данных есть поврежденные значения: запросы, которым они нужны, получают ошибку 500, остальные \
             выполняются. Что повреждено, говорят журнал сервера и `infomat verify`. Восстановите базу из резервной \
             копии.";
        #[error(
            "a file of the database was removed, replaced or cut while the server ran: put it back and restart the server; \
             a removed file can be got back only before that, from /proc/PID/fd"
        )]
        Replaced =
            "База данных не принимает записи: ее файл удален, заменен или обрезан, пока сервер работал. Верните файл и \
             перезапустите сервер; удаленный файл можно вернуть, только пока сервер не остановлен.";
        #[error("another program has been writing to the database for too long: wait until it has finished")]
        Held =
            "База данных не принимает записи: ее слишком долго занимает другая программа. Дождитесь ее окончания.";
        #[error("a file of the database cannot be opened: look at the rights on it and on its folder")]
        NoAccess = "База данных не принимает записи: файл не открывается. Проверьте права на него и на его папку.";
        #[error("the disk of the database fails, or memory is short: look at the disk")]
        Failing = "База данных не принимает записи: диск отвечает ошибкой. Проверьте диск.";
        /// A restored database, until the exchange has brought back what others know.
        #[error(
            "the database was restored and only reads until the centre has told what it lacks: exchange with the centre, or \
             say `infomat restore --book-on`"
        )]
        Recovering =
            "База данных восстановлена из копии и не принимает записи, пока центр не передаст недостающее. Проведите обмен с \
             центром или выполните `infomat restore --book-on`.";
        /// The exchange found that another database is this box now.
        #[error(
            "this database has stopped: another one is the box now, or knows more. `infomat journal` ends with the reason; \
             `infomat restore --here` makes this file a new life"
        )]
        Stopped =
            "База данных остановлена: работает другая база этой клиники, или в ней больше записей. Причина — в последней записи \
             `infomat journal`. Продолжить с этим файлом: `infomat restore --here`.";
        /// The clock shows a time before the last booking, or before this program existed.
        #[error("the clock shows a time before the last booking: set it right")]
        ClockWrong =
            "Записи не принимаются: часы этого компьютера показывают время раньше последней записи. Установите время.";
    }
}

impl Trouble {
    /// Returns the text in a language.
    pub fn told(self, language: Language) -> String {
        match language {
            Language::Russian => self.text(),
            Language::English => self.to_string(),
        }
    }
}
