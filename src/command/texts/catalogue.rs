//! Russian for English messages that come as text: those of the system, of the configuration's parser, and findings of
//! statements. `{}` stands for a part that is carried over, itself translated if it is known.

/// The Russian of a message; a message that is not known stays as it is.
pub fn russian(message: &str) -> String {
    translated(
        MESSAGES.iter().chain(super::findings::FINDINGS).copied(),
        message,
        russian,
    )
}

/// The English of what a server says of its state; what is not known stays as it is.
pub fn english(message: &str) -> String {
    translated(super::states::STATES.iter().copied(), message, str::to_owned)
}

/// The message by the first pair of templates whose first one it is, with its parts `carried` over.
fn translated<'a>(
    mut pairs: impl Iterator<Item = (&'a str, &'a str)>,
    message: &str,
    carried: fn(&str) -> String,
) -> String {
    let found = pairs.find_map(|(from, to)| Some((parts(from, message)?, to)));
    let Some((parts, to)) = found else {
        return message.to_owned();
    };
    let mut pieces = to.split("{}");
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for (part, piece) in parts.into_iter().zip(pieces) {
        text += &carried(part);
        text += piece;
    }
    text
}

/// What stands in a message where its template has `{}`; none when it is another message.
fn parts<'a>(template: &str, message: &'a str) -> Option<Vec<&'a str>> {
    let mut pieces = template.split("{}");
    let mut rest = message.strip_prefix(pieces.next()?)?;
    let mut parts = Vec::new();
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        let end = if pieces.peek().is_none() {
            rest.strip_suffix(piece)?.len()
        } else {
            rest.find(piece)?
        };
        parts.push(&rest[..end]);
        rest = &rest[end + piece.len()..];
    }
    rest.is_empty().then_some(parts)
}

/// English and Russian, the more particular before the more general.
const MESSAGES: &[(&str, &str)] = &[
    // The system's words (strerror(3)) and those of the standard library.
    (
        "No such file or directory (os error 2)",
        "нет такого файла или каталога",
    ),
    ("Operation not permitted (os error 1)", "действие не разрешено"),
    ("Input/output error (os error 5)", "диск отвечает ошибкой"),
    ("Bad file descriptor (os error 9)", "поток закрыт"),
    ("Permission denied (os error 13)", "нет прав доступа"),
    ("File exists (os error 17)", "такой файл уже есть"),
    ("Not a directory (os error 20)", "это не каталог"),
    ("Is a directory (os error 21)", "это каталог"),
    (
        "Too many open files (os error 24)",
        "открыто слишком много файлов",
    ),
    ("File too large (os error 27)", "файл слишком велик"),
    ("No space left on device (os error 28)", "на диске нет места"),
    (
        "Read-only file system (os error 30)",
        "диск доступен только для чтения",
    ),
    ("Broken pipe (os error 32)", "вывод никто не читает"),
    ("File name too long (os error 36)", "слишком длинное имя файла"),
    (
        "Too many levels of symbolic links (os error 40)",
        "слишком много ссылок подряд",
    ),
    ("Address already in use (os error 98)", "адрес уже занят"),
    (
        "Cannot assign requested address (os error 99)",
        "у этой машины нет такого адреса",
    ),
    ("{} (os error {})", "«{}», ошибка системы {}"),
    ("stream did not contain valid UTF-8", "это не текст в UTF-8"),
    (
        "it was written meanwhile, try again",
        "тем временем в него писали, повторите",
    ),
    // The configuration.
    (
        "cannot be read: {}; it is a link to what is not there",
        "не читается: {}; это ссылка на то, чего нет",
    ),
    (
        "cannot be read: {}; run `infomat init --config {}` to make it, or name another with --config FILE",
        "не читается: {}; создайте его командой `infomat init --config {}` или укажите другой: --config ФАЙЛ",
    ),
    ("cannot be read: {}", "не читается: {}"),
    (
        "cannot be made: {}; make the folder first",
        "не создается: {}; сначала создайте каталог",
    ),
    ("cannot be made: {}", "не создается: {}"),
    ("cannot be changed: {}", "не меняется: {}"),
    ("is not UTF-8 text", "это не текст в UTF-8"),
    ("has no absolute path: {}", "не имеет полного пути: {}"),
    ("more than {} bytes", "больше допустимых {} байт"),
    (
        "is written in a way that this command cannot change: write [tokens] and [[tokens.keys]] as sections, or edit it by hand",
        "написан так, что эта команда не может его изменить: запишите [tokens] и [[tokens.keys]] разделами или измените вручную",
    ),
    (
        "two keys of tokens.keys have the id `{}`",
        "у двух ключей в tokens.keys один id `{}`",
    ),
    (
        "tokens.sign_with is `{}`; it must be the id of a key: {}",
        "tokens.sign_with задан как `{}`; это должен быть id ключа: {}",
    ),
    (
        "two applications have the mnem `{}` or its guid",
        "у двух разделов applications один mnem `{}` или его guid",
    ),
    (
        "the application `{}` needs both `trusted = true` and `secret_file`, or neither",
        "разделу applications `{}` нужны и `trusted = true`, и `secret_file`, или ни того ни другого",
    ),
    (
        "the secret_file of the application `{}` must hold at least {} visible ASCII characters, and nothing else but a newline at its end",
        "secret_file раздела applications `{}` должен содержать не меньше {} видимых знаков ASCII и ничего больше, кроме конца строки",
    ),
    (
        "the secret_file of the application `{}` {}",
        "secret_file раздела applications `{}` {}",
    ),
    (
        "the file of the key `{}` of tokens.keys holds {} bytes without the newline at its end; at least {} are needed",
        "в файле ключа `{}` из tokens.keys {} байт без конца строки; нужно не меньше {}",
    ),
    (
        "the file of the key `{}` of tokens.keys {}",
        "файл ключа `{}` из tokens.keys {}",
    ),
    (
        "applications: `{}` cannot have the guid {}: in the database another application has it",
        "applications: `{}` не может иметь guid {}: в базе данных он у другого источника",
    ),
    ("{}, in `{}`", "{}, параметр `{}`"),
    ("{} in `{}`", "{}, параметр `{}`"),
    (
        "unknown field `{}`, expected one of {}",
        "нет параметра `{}`; есть {}",
    ),
    (
        "unknown field `{}`, expected `{}` or `{}`",
        "нет параметра `{}`; есть `{}` и `{}`",
    ),
    ("unknown field `{}`, expected {}", "нет параметра `{}`; есть {}"),
    ("missing field `{}`", "не задан параметр `{}`"),
    ("duplicate key", "параметр задан дважды"),
    ("duplicate field `{}`", "параметр `{}` задан дважды"),
    (
        "{} is out of bounds, expected {} to {}",
        "{} вне границ, нужно от {} до {}",
    ),
    ("expected the path of a file", "нужен путь к файлу"),
    (
        "expected an IP address and a port, such as 127.0.0.1:8080 or [::1]:8080",
        "нужны адрес и порт, например 127.0.0.1:8080 или [::1]:8080",
    ),
    (
        "expected up to {} names of hosts without a port, such as infomat.clinic.example",
        "нужно не больше {} имен узлов без порта, например infomat.clinic.example",
    ),
    (
        "expected up to {} IP addresses, such as 192.0.2.7",
        "нужно не больше {} адресов, например 192.0.2.7",
    ),
    (
        "expected an offset from UTC, -14:00 to +14:00, such as +03:00",
        "нужна разница с UTC от -14:00 до +14:00, например +03:00",
    ),
    ("expected 1 to {} keys", "ключей должно быть от 1 до {}"),
    (
        "expected 1 to {} visible ASCII characters",
        "нужно от 1 до {} видимых знаков ASCII",
    ),
    (
        "expected a GUID with hyphens, other than zero",
        "нужен GUID с дефисами, не нулевой",
    ),
    (
        "expected up to {} applications",
        "разделов applications должно быть не больше {}",
    ),
    (
        "invalid type: {}, expected {}",
        "не тот вид значения: {}, нужно: {}",
    ),
    ("invalid value: {}, expected {}", "не то значение: {}, нужно: {}"),
    ("string {}", "строка {}"),
    ("integer `{}`", "целое число `{}`"),
    ("floating point `{}`", "дробное число `{}`"),
    ("boolean `{}`", "логическое `{}`"),
    ("sequence", "массив"),
    ("map", "раздел"),
    ("a string", "строка"),
    ("a path string", "путь к файлу"),
    ("i64", "целое число"),
    ("a boolean", "true или false"),
    ("a sequence", "массив"),
    ("struct {}", "раздел"),
    (
        "key with no value, expected `=`",
        "у параметра нет значения, нужно `=`",
    ),
    ("{}, expected {}", "{}, нужно {}"),
    ("unclosed array table", "не закрыт заголовок раздела"),
    ("unclosed table", "не закрыт заголовок раздела"),
    ("unclosed array", "не закрыт массив"),
    ("unclosed inline table", "не закрыты фигурные скобки"),
    ("missing value for key", "у параметра нет значения"),
    ("missing value", "нет значения"),
    ("unexpected key or value", "лишнее в строке"),
    ("unexpected content", "лишнее в строке"),
    ("string values must be quoted", "текст пишется в кавычках"),
    ("invalid basic string", "неверная строка в кавычках"),
    ("invalid literal string", "неверная строка в апострофах"),
    ("invalid unquoted string", "неверное имя параметра"),
    ("newline", "конец строки"),
    // Keys.
    (
        "begins with a byte order mark, which counts as a part of it: save the file without it",
        "начинается с метки порядка байтов, она считается его частью: сохраните файл без нее",
    ),
    (
        "ends with a carriage return, which counts as a part of it: save the file with line ends of Unix",
        "кончается возвратом каретки, он считается его частью: сохраните файл с концами строк Unix",
    ),
    (
        "ends with a blank or an empty line, which counts as a part of it: take it away",
        "кончается пробелом или пустой строкой, они считаются его частью: уберите их",
    ),
    (
        "begins with a blank or an empty line, which counts as a part of it: take it away",
        "начинается с пробела или пустой строки, они считаются его частью: уберите их",
    ),
    // What is no plain file of one name.
    (
        "{}: is a symbolic link, which is not followed: remove it",
        "{}: это символическая ссылка, по ней не переходят: удалите ее",
    ),
    (
        "is a symbolic link, which is not followed: remove it",
        "это символическая ссылка, по ней не переходят: удалите ее",
    ),
    (
        "is a symbolic link, which is not followed: let `folder` in [backup] name what it leads to",
        "это символическая ссылка, по ней не переходят: укажите в `folder` раздела [backup] то, на что она ведет",
    ),
    (
        "{}: is no plain file: remove it",
        "{}: это не обычный файл: удалите его",
    ),
    ("is no plain file: remove it", "это не обычный файл: удалите его"),
    (
        "{}: is a hard link, a file with another name besides: remove it",
        "{}: это жесткая ссылка, у файла есть и другое имя: удалите ее",
    ),
    (
        "is a hard link, a file with another name besides: remove it",
        "это жесткая ссылка, у файла есть и другое имя: удалите ее",
    ),
    // Backups.
    ("it is a folder: name a file", "это каталог: укажите файл"),
    ("there is no such file", "такого файла нет"),
    (
        "it is empty: take another backup",
        "он пуст: возьмите другую копию",
    ),
    (
        "it is damaged, or no database: take another backup ({})",
        "он поврежден или не база данных: возьмите другую копию",
    ),
    (
        "it cannot be read: look at its rights and its disk ({})",
        "он не читается: проверьте права на него и его диск",
    ),
    ("the path is not UTF-8", "путь записан не в UTF-8"),
    // What `purge` removes.
    ("visits", "записи на прием"),
    ("cells", "ячейки расписания"),
    ("entries of the waiting list", "строки листа ожидания"),
    ("failed identifications", "неудачные попытки входа"),
    ("closed cards", "закрытые карты"),
    ("names of removed resources", "имена удаленных врачей и кабинетов"),
];
