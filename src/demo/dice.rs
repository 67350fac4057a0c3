//! The small generator that chooses among made-up people.

/// SplitMix64 (Steele, Lea, Flood 2014): the same choices from the same seed, on every machine. Each patient has
/// dice of their own, so that one more patient changes nobody else.
pub struct Dice(u64);

impl Dice {
    /// Dice that fall the same way for the same `seed`.
    pub fn new(seed: u32) -> Self {
        Dice(u64::from(seed))
    }

    /// Returns a number from 0 to `sides - 1`; `sides` is at least 1.
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

    /// Returns one of `list`, which is not empty.
    pub fn pick<'a>(&mut self, list: &'a [String]) -> &'a str {
        let sides = u32::try_from(list.len()).expect("the lists of names are short");
        &list[self.below(sides) as usize]
    }
}
