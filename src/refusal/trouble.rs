//! Why the database takes no writing, in plain words: for whoever looks after the server.

use crate::model::Moment;
use std::fmt;

/// Why the database takes no writing now. Another try, later or after what is said here was mended, can succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Its disk is full.
    DiskFull,
    /// Its disk or its file may only be read.
    ReadOnly,
    /// Its file is damaged.
    Damaged,
    /// Some of its values are damaged: what needs them is not answered, the rest is.
    DamagedValues,
    /// A file of it was removed, replaced or cut while the server ran.
    Replaced,
    /// Another program has been writing to it for too long.
    Held,
    /// Its file, or one of those beside it, cannot be opened.
    NoAccess,
    /// Its disk fails, or the machine is short of memory.
    Failing,
    /// This machine's clock shows a time before the last booking, or before this program was there.
    ClockWrong,
}

impl Trouble {
    /// What to tell whoever asks whether the server is ready ([crate::contract::monitoring]).
    pub fn text(self) -> &'static str {
        match self {
            Trouble::DiskFull => "База данных не принимает записи: диск заполнен. Освободите место на диске.",
            Trouble::ReadOnly => {
                "База данных не принимает записи: диск или файл доступен только для чтения. Проверьте диск и права на файл."
            }
            Trouble::Damaged => {
                "База данных не принимает записи: файл поврежден. Восстановите его из резервной копии."
            }
            Trouble::DamagedValues => {
                "В базе данных есть поврежденные значения: запросы, которым они нужны, получают ошибку 500, остальные \
                 выполняются. Что повреждено, говорят журнал сервера и `infomat verify`. Восстановите базу из резервной \
                 копии."
            }
            Trouble::Replaced => {
                "База данных не принимает записи: ее файл удален, заменен или обрезан, пока сервер работал. Верните файл и \
                 перезапустите сервер; удаленный файл можно вернуть, только пока сервер не остановлен."
            }
            Trouble::Held => {
                "База данных не принимает записи: ее слишком долго занимает другая программа. Дождитесь ее окончания."
            }
            Trouble::NoAccess => {
                "База данных не принимает записи: файл не открывается. Проверьте права на него и на его папку."
            }
            Trouble::ClockWrong => {
                "Записи не принимаются: часы этого компьютера показывают время раньше последней записи. Установите время."
            }
            Trouble::Failing => "База данных не принимает записи: диск отвечает ошибкой. Проверьте диск.",
        }
    }
}

/// In English, for the log.
impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(match self {
            Trouble::DiskFull => "the disk of the database is full: make room on it",
            Trouble::ReadOnly => {
                "the database or its disk is read-only: look at the disk and at the rights on the file"
            }
            Trouble::Damaged => "the file of the database is damaged: restore it from a backup",
            Trouble::DamagedValues => {
                "values of the database are damaged: `infomat verify` tells which; restore it from a backup"
            }
            Trouble::Replaced => {
                "a file of the database was removed, replaced or cut while the server ran: put it back and restart the server; \
                 a removed file can be got back only before that, from /proc/PID/fd"
            }
            Trouble::Held => {
                "another program has been writing to the database for too long: wait until it has finished"
            }
            Trouble::NoAccess => {
                "a file of the database cannot be opened: look at the rights on it and on its folder"
            }
            Trouble::ClockWrong => "the clock shows a time before the last booking: set it right",
            Trouble::Failing => "the disk of the database fails, or memory is short: look at the disk",
        })
    }
}

/// What does not keep the server from booking, and should be looked after all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warning {
    /// So many MiB are left on the database's disk.
    LittleSpace(u64),
    /// There is no good backup yet.
    NeverBackedUp,
    /// The last good backup is so many days old.
    OldBackup(i64),
    /// The last good backup is dated ahead of the clock: how old it is nobody knows.
    BackupAhead,
    /// The kernel does not take its clock for synchronised.
    ClockNotSynchronised,
    /// The clock jumped forward by more than a day, to this time, while the server ran.
    ClockJumped(Moment),
}

impl Warning {
    /// What to tell whoever asks whether the server is ready.
    pub fn text(self) -> String {
        match self {
            Warning::LittleSpace(mebibytes) => {
                format!("На диске базы данных осталось {mebibytes} МиБ. Освободите место.")
            }
            Warning::NeverBackedUp => "Резервной копии базы данных еще нет. Сделайте ее.".to_owned(),
            Warning::OldBackup(days) => {
                format!("Дней с последней резервной копии базы данных: {days}. Сделайте новую.")
            }
            Warning::BackupAhead => {
                "Последняя резервная копия базы данных датирована будущим: часы тогда спешили. Сделайте новую."
                    .to_owned()
            }
            Warning::ClockNotSynchronised => {
                "Часы этого компьютера не сверяются с точным временем. Включите сверку: timedatectl set-ntp true."
                    .to_owned()
            }
            Warning::ClockJumped(to) => format!(
                "Часы этого компьютера перешли вперед более чем на сутки и показали {}. Проверьте время.",
                to.format("%d.%m.%Y %H:%M")
            ),
        }
    }
}
