//! The command line in Russian: help, usage and errors of wrong usage.
//!
//! Texts of commands and options stand in a table; a test proves that each has one. The words that clap itself puts
//! between them cannot be set there: they are replaced in what it renders.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command, Error};

/// What each command is for, by its words behind `infomat`.
const COMMANDS: &[(&str, &str)] = &[
    (
        "",
        "Сервер записи на прием для поликлиник: одна программа, один файл SQLite",
    ),
    (
        "demo",
        "Запустить вымышленную поликлинику с местами на две недели; ничего не требует",
    ),
    (
        "init",
        "Создать файл настроек, базу данных и случайный ключ, если их нет",
    ),
    ("serve", "Обслуживать запросы до SIGTERM или SIGINT"),
    (
        "import",
        "Загрузить данные клиники в базу, все или ничего; можно при работающем сервере",
    ),
    ("token", "Вывести токен для карты пациента"),
    (
        "visits",
        "Вывести записи на день для регистратуры, с именами пациентов; при работающем сервере и без него",
    ),
    (
        "waiting",
        "Вывести лист ожидания для обзвона, сначала тех, кто ждет дольше; при работающем сервере и без него",
    ),
    (
        "cards",
        "Вывести временные карты: их сделала регистратура тем, у кого карты не было; при работающем сервере и без него",
    ),
    (
        "staff",
        "Добавить, показать и отключить тех, кто входит на страницу регистратуры; можно при работающем сервере",
    ),
    (
        "staff add",
        "Добавить сотрудника и вывести его пароль, который больше не показывается",
    ),
    (
        "staff list",
        "Показать сотрудников: логин, роль, имя и кто отключен",
    ),
    (
        "staff reset",
        "Вывести новый пароль сотрудника, который снова сможет войти",
    ),
    (
        "staff disable",
        "Больше не пускать сотрудника; его сеансы кончаются сразу",
    ),
    (
        "cancel",
        "Отменить запись в регистратуре; можно при работающем сервере",
    ),
    (
        "close",
        "Закрыть время врача, кабинета или оборудования и вывести, кто на него записан; можно при работающем сервере",
    ),
    (
        "open",
        "Снова открыть закрытое время; можно при работающем сервере",
    ),
    (
        "closures",
        "Вывести закрытые времена, которые не прошли, и сколько на них записей; при работающем сервере и без него",
    ),
    (
        "receipt",
        "Проверить код талона без связи; при работающем сервере и без него",
    ),
    (
        "key",
        "Создать, показать и исключить ключи, которыми подписаны токены; работающий сервер примет это по SIGHUP",
    ),
    ("key new", "Создать ключ и внести его в файл настроек"),
    (
        "key list",
        "Показать ключи: имя, файл, длину, возраст и какой подписывает",
    ),
    (
        "key sign",
        "Подписывать отныне этим ключом; остальные по-прежнему принимаются",
    ),
    ("key retire", "Больше не принимать ключ; его файл остается"),
    (
        "believe-clock",
        "Отметить, что часы верны, а раньше спешили; иначе записи не принимаются, пока то время не настанет",
    ),
    (
        "check",
        "Проверить настройки, ключи и базу данных и сказать, что не в порядке",
    ),
    (
        "backup",
        "Сделать проверенную копию базы данных; можно при работающем сервере",
    ),
    (
        "restore",
        "Поставить копию на место базы данных и вывести, чего в ней нет; только при остановленном сервере",
    ),
    (
        "purge",
        "Удалить старые записи и личные данные навсегда; можно при работающем сервере",
    ),
    (
        "exchange",
        "Обменяться строками журнала и сообщениями с региональным центром; можно при работающем сервере",
    ),
    (
        "issues",
        "Вывести, что после обмена с региональным центром требует человека, с телефонами; при работающем сервере и без него",
    ),
    (
        "journal",
        "Вывести журнал, по объекту JSON в строке, как его передает обмен; при работающем сервере и без него",
    ),
    (
        "verify",
        "Проверить базу данных или назвать, что в ней не так и что делать; можно при работающем сервере",
    ),
];

/// What a command prints for.
const PRINTED: &str = "Вид вывода: text - для чтения, json - для программ";

/// What each option or argument is for: by its command's words and its name, or by its name where commands share it; and how
/// its value is called.
const ARGUMENTS: &[(&str, &str, &str)] = &[
    ("config", "ФАЙЛ", "Файл настроек"),
    (
        "lang",
        "ЯЗЫК",
        "Язык справки и вывода: ru или en; иначе как велит локаль, русский, если она не начинается с en",
    ),
    ("help", "", "Показать эту справку"),
    ("version", "", "Показать версию"),
    (
        "demo listen",
        "АДРЕС",
        "Адрес и порт сервера; порт 0 выберет система",
    ),
    (
        "demo data",
        "КАТАЛОГ",
        "Каталог вымышленной поликлиники; второй запуск продолжает с тем, что там есть",
    ),
    (
        "import file",
        "ФАЙЛ",
        "Файл данных клиники, по одному объекту JSON в строке, или таблица CSV; - читает стандартный ввод",
    ),
    (
        "import check",
        "",
        "Сказать, что не так с файлом или что он изменил бы, и ничего не менять",
    ),
    (
        "import replace",
        "",
        "Заменить расписание врачей и дней, названных в файле: свободных ячеек, которых в нем нет, не станет, записи останутся",
    ),
    ("import skip_bad", "", "Пропустить ошибочные строки"),
    (
        "import template",
        "ВИД",
        "Напечатать таблицу с заголовками и примером, какую открывает и сохраняет Excel: timetable - расписание, patients - пациенты, \
         doctors - врачи",
    ),
    ("token lpu", "GUID", "GUID клиники"),
    ("token mkab", "GUID", "GUID карты пациента"),
    ("token source", "ИМЯ", "Мнемоника источника записи"),
    (
        "token minutes",
        "МИНУТЫ",
        "Срок действия токена; иначе как в файле настроек",
    ),
    ("token login", "ТЕКСТ", "Логин человека в источнике"),
    (
        "visits date",
        "ДЕНЬ",
        "День, например 2026-11-28 или 28.11.2026; иначе сегодня",
    ),
    (
        "visits resource",
        "GUID",
        "GUID врача, кабинета или оборудования; иначе все",
    ),
    ("check format", "ВИД", PRINTED),
    ("import format", "ВИД", PRINTED),
    (
        "format",
        "ВИД",
        "Вид вывода: text - таблица для чтения, csv - для электронной таблицы (UTF-8 с меткой, точки с запятой), json - один массив JSON",
    ),
    (
        "key new id",
        "ИМЯ",
        "Имя ключа: латинские буквы, цифры, дефисы, подчеркивания и точки",
    ),
    ("key new sign", "", "Подписывать отныне этим ключом"),
    ("id", "ИМЯ", "Имя ключа"),
    (
        "backup file",
        "ФАЙЛ",
        "Новый файл или - для стандартного вывода; иначе файл с датой и временем в имени в каталоге из настроек, а старые там удаляются",
    ),
    ("restore file", "ФАЙЛ", "Копия; - читает стандартный ввод"),
    (
        "restore from",
        "КАТАЛОГ",
        "Собрать базу данных из запасного каталога или из одной базы в нем",
    ),
    (
        "restore from_centre",
        "",
        "Собрать базу данных из того, что знает региональный центр",
    ),
    (
        "restore here",
        "",
        "Ничего не заменять: продолжить с базой данных как она есть, начав ее новую жизнь",
    ),
    (
        "restore book_on",
        "",
        "Ничего не заменять: принимать записи в восстановленную базу, хотя центр еще не передал недостающее",
    ),
    (
        "purge older_than",
        "ДНИ",
        "За сколько последних дней хранить записи",
    ),
    (
        "exchange follow",
        "",
        "Продолжать до SIGTERM: обмениваться раз в секунду и сразу после записи, а без связи все реже",
    ),
    (
        "exchange out",
        "КАТАЛОГ",
        "На флешку: записать то, что должен услышать центр, в запечатанные файлы в этом каталоге",
    ),
    (
        "exchange answers",
        "КАТАЛОГ",
        "С флешки: принять ответы центра из этого каталога",
    ),
    (
        "issues seen",
        "НОМЕР",
        "Отметить строку с этим номером как виденную; список не выводится",
    ),
    ("journal from", "НОМЕР", "Номер первой строки журнала"),
    (
        "verify file",
        "ФАЙЛ",
        "Другой файл, например копия; иначе база данных из настроек",
    ),
    (
        "login",
        "ЛОГИН",
        "Логин: малые латинские буквы, цифры, точки, дефисы и подчеркивания",
    ),
    ("staff add name", "ТЕКСТ", "Имя, каким его видят коллеги"),
    (
        "staff add role",
        "РОЛЬ",
        "Кто это: registrar - регистратор, doctor - врач, administrator - администратор",
    ),
    ("cancel ticket", "GUID", "GUID талона"),
    ("receipt code", "КОД", "Цифры кода, как они напечатаны"),
    ("cancel reason", "ТЕКСТ", "Почему; войдет в историю записи"),
    ("close resource", "GUID", "GUID врача, кабинета или оборудования"),
    (
        "close date",
        "ДЕНЬ",
        "День, например 2026-11-28 или 28.11.2026; иначе сегодня",
    ),
    ("close date_to", "ДЕНЬ", "Последний день; иначе тот же"),
    (
        "close from",
        "ВРЕМЯ",
        "С этого времени первого дня, например 08:30; иначе с его начала",
    ),
    (
        "close to",
        "ВРЕМЯ",
        "До этого времени последнего дня; иначе до его конца",
    ),
    ("close reason", "ТЕКСТ", "Почему; видна в регистратуре"),
    ("open closure", "GUID", "Гвид закрытого времени"),
];

/// What clap says between those texts.
const WORDS: &[(&str, &str)] = &[
    ("Usage:", "Использование:"),
    ("Commands:", "Команды:"),
    ("Arguments:", "Аргументы:"),
    ("Options:", "Параметры:"),
    ("[OPTIONS]", "[ПАРАМЕТРЫ]"),
    ("<COMMAND>", "<КОМАНДА>"),
    ("[COMMAND]", "[КОМАНДА]"),
    ("[default: ", "[по умолчанию: "),
    (
        "Print this message or the help of the given subcommand(s)",
        "Показать эту справку или справку по команде",
    ),
];

/// The command line with Russian texts.
pub fn command(command: Command) -> Command {
    russian(command, "")
}

fn russian(mut command: Command, path: &str) -> Command {
    let names: Vec<_> = command
        .get_subcommands()
        .map(|one| one.get_name().to_owned())
        .collect();
    for name in &names {
        let path = format!("{path} {name}");
        command = command.mut_subcommand(name, |one| russian(one, path.trim()));
    }
    let flag = |name: &'static str, short: char, action: ArgAction| {
        Arg::new(name).long(name).short(short).action(action)
    };
    command = command
        .disable_help_flag(true)
        .disable_version_flag(true)
        .version(env!("CARGO_PKG_VERSION"))
        .arg(flag("help", 'h', ArgAction::Help))
        .arg(flag("version", 'V', ArgAction::Version))
        .mut_args(|argument| with_text(argument, path));
    match COMMANDS.iter().find(|(words, _)| *words == path) {
        Some((_, about)) => command.about(*about),
        None => command,
    }
}

fn with_text(argument: Arg, path: &str) -> Arg {
    let name = argument.get_id().to_string();
    let full = format!("{path} {name}");
    let by = |wanted: &str| ARGUMENTS.iter().find(|(words, ..)| *words == wanted);
    match by(full.trim()).or_else(|| by(&name)) {
        Some((_, "", help)) => argument.help(*help),
        Some((_, value, help)) => argument.help(*help).value_name(*value).hide_possible_values(true),
        None => argument,
    }
}

/// What clap rendered, with its own words in Russian.
fn in_russian(mut text: String) -> String {
    for (english, russian) in WORDS {
        text = text.replace(english, russian);
    }
    text
}

/// Help, or what is wrong with what was typed, with the usage behind it.
pub fn error(error: &Error) -> String {
    let of = |kind| error.get(kind).map(ContextValue::to_string).unwrap_or_default();
    let argument = in_russian(of(ContextKind::InvalidArg));
    let value = of(ContextKind::InvalidValue);
    let told = match error.kind() {
        ErrorKind::InvalidValue if value.is_empty() => format!("у {argument} нет значения"),
        ErrorKind::InvalidValue => format!(
            "{argument}: нет значения «{value}», есть {}",
            of(ContextKind::ValidValue)
        ),
        ErrorKind::ValueValidation => {
            let reason = std::error::Error::source(error).map(ToString::to_string);
            format!("{argument}: «{value}»: {}", reason.unwrap_or_default())
        }
        ErrorKind::UnknownArgument => format!("нет параметра {argument}"),
        ErrorKind::InvalidSubcommand => format!("нет команды «{}»", of(ContextKind::InvalidSubcommand)),
        ErrorKind::MissingRequiredArgument => format!("не задано: {argument}"),
        ErrorKind::MissingSubcommand => "не указана команда".to_owned(),
        ErrorKind::ArgumentConflict => format!("{argument} указывается один раз"),
        ErrorKind::TooManyValues => format!("{argument}: лишнее значение «{value}»"),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues | ErrorKind::NoEquals => {
            format!("у {argument} нет значения")
        }
        ErrorKind::InvalidUtf8 => "это не текст в UTF-8".to_owned(),
        _ => return in_russian(error.render().to_string()),
    };
    let usage = in_russian(of(ContextKind::Usage));
    let usage = if usage.is_empty() { usage } else { usage + "\n\n" };
    format!("infomat: {told}\n\n{usage}Подробнее: infomat --help\n")
}

#[cfg(test)]
mod tests {
    use super::super::Cli;
    use super::*;
    use clap::CommandFactory;

    /// No command and no visible option is left with its English text.
    #[test]
    fn every_command_and_option_has_a_russian_text() {
        fn look(command: &Command, path: &str) {
            let is_russian = |text: String| text.contains(|sign| matches!(sign, 'а'..='я'));
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            assert!(is_russian(about), "{path}");
            for argument in command.get_arguments().filter(|one| !one.is_hide_set()) {
                let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
                assert!(is_russian(help), "{path} {}", argument.get_id());
            }
            for one in command.get_subcommands() {
                look(one, &format!("{path} {}", one.get_name()));
            }
        }
        look(&command(Cli::command()), "infomat");
    }
}
