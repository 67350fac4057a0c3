//! Boxes and the centre, and all that may happen to them.

use super::database::Database;
use super::finding::{Fault, Finding};
use super::office::Office;
use super::place::Place;
use super::tally::Tally;
use crate::model::Dice;
use infomat::exchange::centre::Mark;

/// Most images of the centre.
const IMAGES_MAX: usize = 6;

/// How large a world is.
#[derive(Clone, Copy)]
pub struct Size {
    pub places: u8,
    /// Cells of each box.
    pub cells: usize,
    /// Steps of each box before the quiet end.
    pub steps: usize,
}

/// A backup of the centre: its tables of each box, and the marks that were taken before.
struct Image {
    offices: Vec<Office>,
    marks: Vec<Mark>,
}

pub struct World<D> {
    dice: Dice,
    size: Size,
    places: Vec<Place<D>>,
    /// Backups of the centre, oldest first.
    images: Vec<Image>,
    restored: u32,
}

impl<D: Database> World<D> {
    pub fn new(seed: u64, size: Size, fault: Option<Fault>) -> World<D> {
        let place = |number| Place::new(seed, number, size.cells, "0", fault);
        World {
            dice: Dice(!seed),
            size,
            places: (0..size.places).map(place).collect(),
            images: Vec::new(),
            restored: 0,
        }
    }

    /// Lets everything happen, then ends quietly and checks.
    pub fn play(mut self) -> Result<Tally, Finding> {
        for _ in 0..self.size.steps * self.places.len() {
            self.step()?;
        }
        let mut tally = Tally::default();
        for place in &mut self.places {
            place.calm()?;
            place.check()?;
            tally.add(&place.tally);
        }
        Ok(tally)
    }

    fn step(&mut self) -> Result<(), Finding> {
        let number = self.dice.roll(self.places.len());
        let what = self.dice.roll(1000);
        if what >= 950 {
            self.places.iter().try_for_each(Place::<D>::check_known)?;
        }
        let place = &mut self.places[number];
        match what {
            0..=249 => place.book_at_box(),
            250..=399 => place.book_at_centre(),
            400..=479 => place.cancel(),
            480..=549 => place.grant_or_recall(),
            550..=699 => place.ask(),
            700..=889 => place.deliver(),
            890..=929 => place.exchange_at_once(),
            930..=939 => self.keep_images(),
            940..=949 => place.keep_image(),
            950..=958 => place.restore_box(),
            959..=965 => self.restore_centre()?,
            966..=970 => place.copy_machine(),
            971..=979 => place.copy_back(),
            980..=992 => place.restore_here(),
            993..=995 => place.retire(),
            _ => place.jump_clock(),
        }
        self.places[number].excuse_copies();
        self.places[number].check_owners()
    }

    /// Makes a backup of the centre, and says what all backups hold now.
    fn keep_images(&mut self) {
        if self.images.len() == IMAGES_MAX {
            let image = self.dice.roll(IMAGES_MAX);
            self.images.remove(image);
        }
        let marks = self.places.iter_mut().map(Place::<D>::mark).collect();
        let offices = self.places.iter().map(|place| place.centre.clone()).collect();
        self.images.push(Image { offices, marks });
        for (place, mark) in self.places.iter_mut().zip(&self.images[0].marks) {
            place.mark_safe(mark);
        }
    }

    fn restore_centre(&mut self) -> Result<(), Finding> {
        if self.images.is_empty() {
            return Ok(());
        }
        let image = self.dice.roll(self.images.len());
        self.restored += 1;
        let generation = self.restored.to_string();
        let mut both = self.places.iter_mut().zip(&self.images[image].offices);
        both.try_for_each(|(place, image)| place.restore_centre(image, &generation))
    }
}
