//! What can be wrong with a parameter.

/// The name of a bad parameter, and its fault. No value is repeated: it may be personal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadParameter {
    /// The parameter's name, as the contract spells it.
    pub name: &'static str,
    /// The parameter's fault.
    pub fault: ParameterFault,
}

rows! {
    /// A fault of a parameter. Its text follows the parameter's name.
    #[derive(Copy)]
    enum ParameterFault {
        Guid = ": нужен GUID";
        DateTime = ": нужны дата и время вида ГГГГ-ММ-ДД ЧЧ:ММ:СС.МММ";
        Date = ": нужна дата вида ГГГГ-ММ-ДД";
        Before(first: &'static str) = ": дата не должна быть раньше {first}";
        Past = ": эта дата уже прошла";
        PastTime = ": это время уже прошло";
        DaysUpTo(most: i64) = ": не больше {most} дней сразу";
        TooFar(days: i64) = ": дата должна наступить не позже чем через {days} дней";
        Time = ": нужно время вида ЧЧ:ММ";
        NotAfter(first: &'static str) = ": время должно быть позже {first}";
        Number(max: i64) = ": нужно целое число от 0 до {max}";
        FileBytes(mib: u64) = ": файл должен быть не пустым и не больше {mib} МиБ";
        TooOften(max: usize) = " указан более {max} раз";
        /// Given twice, in one place or in two.
        Doubled = " указан более одного раза";
        TooLong(max: usize) = ": не более {max} символов";
        Unknown(known: &'static str) = ": допустимые значения: {known}";
        /// Not percent-encoded UTF-8 (RFC 3986, 2.1), or not a string of whole characters in JSON.
        Encoding = ": нужна строка в UTF-8, в адресе и форме - с кодами %XX";
        Scalar = ": нужна строка, число или логическое значение JSON, не объект и не массив";
        Text = ": нужна строка JSON";
        Control = ": управляющие символы недопустимы";
        Missing = " обязателен";
        OneDocument = ": нужен ровно один документ: n_pol (и s_pol), snils или s_doc и n_doc";
        NoSeries(digits: usize) = ": у номера из {digits} цифр нет серии";
        /// Blanks and hyphens do not count.
        Digits(count: usize) = ": нужно {count} цифр";
        /// Blanks and hyphens do not count.
        DigitsUpTo(max: usize) = ": нужно от 1 до {max} цифр";
        /// Blanks and hyphens do not count.
        Series(max: usize) = ": нужно от 1 до {max} букв и цифр";
        Email = ": нужен адрес вида name@example.org";
        Phone = ": нужен номер телефона из цифр, пробелов и знаков + - ( )";
        ContentType = ": нужен application/x-www-form-urlencoded или application/json в UTF-8";
        JsonType = ": нужен application/json в UTF-8";
        Json = ": нужен один объект JSON";
        Login = ": нужно от 2 до 64 латинских букв, цифр, точек, дефисов и подчеркиваний";
        PersonName = ": нужна фамилия или имя из букв, не длиннее 100 знаков";
        DocumentNumber = ": это не номер такого документа";
        BirthDate = ": нужна дата рождения вида ГГГГ-ММ-ДД, не раньше 1880-01-01 и не позже сегодняшней";
        StaffName = ": нужно от 1 до 120 знаков в одну строку";
        VisibleAscii(max: usize) = ": нужно от 1 до {max} видимых символов ASCII";
    }
}
