//! Names of people who do not exist, and the small generator that chooses among them.

/// SplitMix64 (Steele, Lea, Flood 2014): the same choices from the same seed, on every machine. Each patient has
/// dice of their own, so that one more patient changes nobody else.
pub struct Dice(u64);

impl Dice {
    /// Dice that fall the same way for the same `seed`.
    pub fn new(seed: u32) -> Self {
        Dice(u64::from(seed))
    }

    /// A number from 0 to `sides - 1`; `sides` is at least 1.
    pub fn below(&mut self, sides: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let high = (mixed ^ (mixed >> 31)) >> 32;
        u32::try_from(high % u64::from(sides)).expect("a remainder is less than its divisor")
    }

    /// Whether something that happens to one in `sides` has happened.
    pub fn one_in(&mut self, sides: u32) -> bool {
        self.below(sides) == 0
    }

    /// One of `list`, which is not empty.
    pub fn pick(&mut self, list: &[&'static str]) -> &'static str {
        let sides = u32::try_from(list.len()).expect("the lists below are short");
        list[self.below(sides) as usize]
    }
}

/// Sex as the patient's card spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    /// `f`.
    Woman,
    /// `m`.
    Man,
}

impl Sex {
    /// The letter on the card.
    pub fn letter(self) -> &'static str {
        match self {
            Sex::Woman => "f",
            Sex::Man => "m",
        }
    }
}

/// Family name, name and patronymic.
pub struct FullName {
    /// Фамилия.
    pub family: String,
    /// Имя.
    pub name: String,
    /// Отчество.
    pub patronymic: String,
}

impl FullName {
    /// A name as it is written down.
    pub fn of([family, name, patronymic]: [&str; 3]) -> Self {
        FullName {
            family: family.to_owned(),
            name: name.to_owned(),
            patronymic: patronymic.to_owned(),
        }
    }

    /// A name that the dice choose.
    pub fn choose(dice: &mut Dice, sex: Sex) -> Self {
        let (family_end, names, patronymic_end) = match sex {
            Sex::Woman => ("а", WOMEN, "на"),
            Sex::Man => ("", MEN, "ич"),
        };
        FullName {
            family: dice.pick(FAMILIES).to_owned() + family_end,
            name: dice.pick(names).to_owned(),
            patronymic: dice.pick(FATHERS).to_owned() + patronymic_end,
        }
    }
}

/// Family names of men; with «а» at the end those of women.
const FAMILIES: &[&str] = &[
    "Агапов",
    "Барсуков",
    "Бережков",
    "Боярышников",
    "Бубенцов",
    "Вересков",
    "Ветлугин",
    "Голубкин",
    "Горицветов",
    "Дроздов",
    "Ельников",
    "Ежевикин",
    "Журавин",
    "Заозёров",
    "Зимородков",
    "Ивушкин",
    "Калинкин",
    "Камышов",
    "Клюквин",
    "Колокольцев",
    "Кувшинкин",
    "Ласточкин",
    "Лесников",
    "Лугинин",
    "Малинкин",
    "Медуницын",
    "Морошкин",
    "Незабудкин",
    "Облепихин",
    "Овражков",
    "Осинцев",
    "Перелесков",
    "Подснежников",
    "Полынин",
    "Ромашкин",
    "Рябинкин",
    "Синицын",
    "Снегирёв",
    "Сосенкин",
    "Тальников",
    "Тростинкин",
    "Туманов",
    "Черёмухин",
    "Шиповников",
    "Щеглов",
    "Яснов",
];

const WOMEN: &[&str] = &[
    "Агата",
    "Алла",
    "Анна",
    "Вера",
    "Виктория",
    "Галина",
    "Дарья",
    "Евгения",
    "Елена",
    "Зоя",
    "Инна",
    "Ирина",
    "Ксения",
    "Лидия",
    "Людмила",
    "Маргарита",
    "Мария",
    "Надежда",
    "Нина",
    "Ольга",
    "Полина",
    "Раиса",
    "София",
    "Тамара",
    "Ульяна",
    "Юлия",
];

const MEN: &[&str] = &[
    "Александр",
    "Алексей",
    "Андрей",
    "Борис",
    "Вадим",
    "Василий",
    "Виктор",
    "Глеб",
    "Григорий",
    "Денис",
    "Дмитрий",
    "Егор",
    "Иван",
    "Игорь",
    "Кирилл",
    "Константин",
    "Максим",
    "Михаил",
    "Николай",
    "Олег",
    "Павел",
    "Роман",
    "Семён",
    "Степан",
    "Тимофей",
    "Юрий",
];

/// Stems of patronymics: with «ич» a son's, with «на» a daughter's.
const FATHERS: &[&str] = &[
    "Александров",
    "Алексеев",
    "Андреев",
    "Антонов",
    "Аркадьев",
    "Борисов",
    "Вадимов",
    "Васильев",
    "Викторов",
    "Геннадьев",
    "Глебов",
    "Григорьев",
    "Денисов",
    "Евгеньев",
    "Егоров",
    "Иванов",
    "Кириллов",
    "Максимов",
    "Михайлов",
    "Николаев",
    "Олегов",
    "Павлов",
    "Романов",
    "Семёнов",
    "Сергеев",
    "Степанов",
    "Тимофеев",
    "Юрьев",
];
