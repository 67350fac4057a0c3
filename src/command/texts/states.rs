//! English for what a server says of its state. `/readyz` says it in Russian, and has no code for each
//! ([crate::contract::monitoring]): it is known by its words, of which `{}` stands for a number or a time.

/// Returns the English of what a server says; what is not known stays as it is.
pub fn english(message: &str) -> String {
    let found = STATES
        .iter()
        .find_map(|(from, to)| Some((part(from, message)?, to)));
    found.map_or_else(|| message.to_owned(), |(part, to)| to.replace("{}", part))
}

/// What stands in a message where its template has `{}`; none when it is another message.
fn part<'a>(template: &str, message: &'a str) -> Option<&'a str> {
    match template.split_once("{}") {
        Some((before, after)) => message.strip_prefix(before)?.strip_suffix(after),
        None => (template == message).then_some(""),
    }
}

/// What `/readyz` says, and its English.
const STATES: &[(&str, &str)] = &[
    (
        "База данных не принимает записи: диск заполнен. Освободите место на диске.",
        "the disk of the database is full: make room on it",
    ),
    (
        "База данных не принимает записи: диск или файл доступен только для чтения. Проверьте диск и права на файл.",
        "the database or its disk is read-only: look at the disk and at the rights on the file",
    ),
    (
        "База данных не принимает записи: файл поврежден. Восстановите его из резервной копии.",
        "the file of the database is damaged: restore it from a backup",
    ),
    (
        "База данных не принимает записи: ее слишком долго занимает другая программа. Дождитесь ее окончания.",
        "another program has been writing to the database for too long: wait until it has finished",
    ),
    (
        "База данных не принимает записи: файл не открывается. Проверьте права на него и на его папку.",
        "a file of the database cannot be opened: look at the rights on it and on its folder",
    ),
    (
        "Записи не принимаются: часы этого компьютера показывают время раньше последней записи. Установите время.",
        "the clock shows a time before the last booking: set it right",
    ),
    (
        "База данных не принимает записи: диск отвечает ошибкой. Проверьте диск.",
        "the disk of the database fails, or memory is short: look at the disk",
    ),
    (
        "На диске базы данных осталось {} МиБ. Освободите место.",
        "{} MiB are left on the disk of the database: make room",
    ),
    (
        "Резервной копии базы данных еще нет. Сделайте ее.",
        "there is no backup of the database yet: make one",
    ),
    (
        "Дней с последней резервной копии базы данных: {}. Сделайте новую.",
        "the last backup of the database is {} days old: make a new one",
    ),
    (
        "Последняя резервная копия базы данных датирована будущим: часы тогда спешили. Сделайте новую.",
        "the last backup of the database is dated ahead, by a clock that was fast: make a new one",
    ),
    (
        "Часы этого компьютера перешли вперед более чем на сутки и показали {}. Проверьте время.",
        "the clock of this machine jumped ahead by more than a day, to {}: look at it",
    ),
    (
        "Часы этого компьютера не сверяются с точным временем. Включите сверку: timedatectl set-ntp true.",
        "the clock of this machine is not synchronised: timedatectl set-ntp true",
    ),
];
