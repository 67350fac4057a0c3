//! Boxes and the centre, and all that may happen to them.

use super::database::Database;
use super::finding::{Fault, Finding};
use super::office::{self, Office};
use super::place::Place;
use super::tally::Tally;
use crate::model::Dice;
use infomat::exchange::centre::Mark;

/// Most images of the centre.
const IMAGES_MAX: usize = 6;

/// Steps of a box for each booking of a day: where a box has stopped, the day ends without the last ones.
const STEPS_A_BOOKING_MAX: usize = 10;

/// What may happen.
#[derive(Clone, Copy)]
enum Event {
    BookAtBox,
    BookAtCentre,
    Cancel,
    GrantOrRecall,
    Ask,
    Deliver,
    ExchangeAtOnce,
    KeepImages,
    KeepImage,
    RestoreBox,
    RestoreCentre,
    CopyMachine,
    CopyBack,
    RestoreHere,
    Retire,
    JumpClock,
}

impl Event {
    fn is_booking(self) -> bool {
        matches!(self, Event::BookAtBox | Event::BookAtCentre | Event::Cancel)
    }

    fn is_of_all(self) -> bool {
        matches!(self, Event::KeepImages | Event::RestoreCentre)
    }

    /// It may lose something, and is none of the network's everyday ones.
    fn is_mishap(self) -> bool {
        matches!(
            self,
            Event::RestoreBox
                | Event::RestoreCentre
                | Event::CopyMachine
                | Event::CopyBack
                | Event::RestoreHere
                | Event::Retire
                | Event::JumpClock
        )
    }
}

/// How often each event happens, in parts of all of them.
type Weather = [(Event, usize); 16];

/// Something goes wrong all the time.
const STORM: Weather = [
    (Event::BookAtBox, 250),
    (Event::BookAtCentre, 150),
    (Event::Cancel, 80),
    (Event::GrantOrRecall, 70),
    (Event::Ask, 150),
    (Event::Deliver, 190),
    (Event::ExchangeAtOnce, 40),
    (Event::KeepImages, 10),
    (Event::KeepImage, 10),
    (Event::RestoreBox, 9),
    (Event::RestoreCentre, 7),
    (Event::CopyMachine, 5),
    (Event::CopyBack, 9),
    (Event::RestoreHere, 13),
    (Event::Retire, 3),
    (Event::JumpClock, 4),
];

/// Most of a day is bookings; something large goes wrong at each box every few days.
const MONTH: Weather = [
    (Event::BookAtBox, 50_000),
    (Event::BookAtCentre, 20_000),
    (Event::Cancel, 7_000),
    (Event::GrantOrRecall, 2_000),
    (Event::Ask, 3_000),
    (Event::Deliver, 4_000),
    (Event::ExchangeAtOnce, 3_000),
    (Event::KeepImages, 60),
    (Event::KeepImage, 60),
    (Event::RestoreBox, 8),
    (Event::RestoreCentre, 4),
    (Event::CopyMachine, 6),
    (Event::CopyBack, 6),
    (Event::RestoreHere, 100),
    (Event::Retire, 4),
    (Event::JumpClock, 8),
];

/// How large a world is.
#[derive(Clone, Copy)]
pub struct Size {
    pub places: u8,
    /// Cells of each box.
    pub cells: usize,
    /// A cell takes so many visits, or twice as many.
    pub places_of_a_cell: usize,
    /// Cells in a message, when the timetable is told.
    pub cells_told_at_once: usize,
    /// Most items of an answer of the centre.
    pub page: usize,
}

impl Size {
    /// Some hundred bookings.
    pub fn short(places: u8) -> Size {
        Size {
            places,
            cells: 8,
            places_of_a_cell: 1,
            cells_told_at_once: 1,
            page: office::PAGE,
        }
    }

    /// Places for nearly twice so many bookings at each of three boxes.
    pub fn long(bookings: usize) -> Size {
        Size {
            places: 3,
            cells: bookings / 5,
            places_of_a_cell: 6,
            cells_told_at_once: 1_000,
            page: 1_000,
        }
    }
}

/// A backup of the centre: its tables of each box, and the marks that were taken before.
struct Image {
    offices: Vec<Office>,
    marks: Vec<Mark>,
}

pub struct World<D> {
    dice: Dice,
    places: Vec<Place<D>>,
    /// The box that nothing but the lack of a line befalls.
    island: Option<usize>,
    /// Backups of the centre, oldest first.
    images: Vec<Image>,
    restored: u32,
}

impl<D: Database> World<D> {
    pub fn new(seed: u64, size: Size, fault: Option<Fault>) -> World<D> {
        let place = |number| Place::new(seed, number, size, "0", fault);
        World {
            dice: Dice(!seed),
            places: (0..size.places).map(place).collect(),
            island: None,
            images: Vec::new(),
            restored: 0,
        }
    }

    /// Lets everything happen for so many steps of each box, then ends quietly and checks.
    pub fn play(mut self, steps: usize) -> Result<Tally, Finding> {
        for _ in 0..steps * self.places.len() {
            self.step(&STORM)?;
        }
        self.end()
    }

    /// Lets so many days pass, with so many bookings at each box, once all have their timetable. On a day each third box has no line to
    /// the outside. In some worlds one box has none all the time.
    pub fn live(mut self, days: usize, bookings: usize) -> Result<Tally, Finding> {
        let island = self.dice.roll(2 * self.places.len());
        self.island = (island < self.places.len()).then_some(island);
        self.places.iter_mut().try_for_each(Place::calm)?;
        for day in 1..=days {
            for number in 0..self.places.len() {
                self.places[number].is_cut_off = self.dice.roll(3) == 0 || self.island == Some(number);
            }
            let a_day = bookings * self.places.len();
            for _ in 0..a_day * STEPS_A_BOOKING_MAX {
                let booked: usize = self.places.iter().map(|place| place.promised.len()).sum();
                if booked >= day * a_day {
                    break;
                }
                self.step(&MONTH)?;
            }
        }
        self.end()
    }

    fn end(mut self) -> Result<Tally, Finding> {
        let mut tally = Tally::default();
        for place in &mut self.places {
            place.calm()?;
            place.check()?;
            tally.add(&place.tally);
        }
        Ok(tally)
    }

    fn some_event(&mut self, weather: &Weather) -> Event {
        let mut what = self.dice.roll(weather.iter().map(|(_, parts)| parts).sum());
        let falls = |(_, parts): &&(Event, usize)| {
            let is_here = what < *parts;
            what -= if is_here { 0 } else { *parts };
            is_here
        };
        weather.iter().find(falls).unwrap().0
    }

    fn step(&mut self, weather: &Weather) -> Result<(), Finding> {
        let number = self.dice.roll(self.places.len());
        let event = self.some_event(weather);
        if event.is_mishap() {
            if self.island == Some(number) {
                return Ok(());
            }
            self.places.iter().try_for_each(Place::<D>::check_known)?;
        }
        let befallen = if event.is_of_all() {
            0..self.places.len()
        } else {
            number..number + 1
        };
        // Whoever books or cancels moves no owner: what came of it is looked at before the next event of another kind.
        if !event.is_booking() {
            self.places[befallen.clone()]
                .iter_mut()
                .try_for_each(Place::look)?;
        }
        self.befall(number, event)?;
        if !event.is_booking() {
            self.places[befallen].iter_mut().try_for_each(Place::look)?;
        }
        Ok(())
    }

    fn befall(&mut self, number: usize, event: Event) -> Result<(), Finding> {
        let place = &mut self.places[number];
        match event {
            Event::BookAtBox => place.book_at_box(),
            Event::BookAtCentre => place.book_at_centre(),
            Event::Cancel => place.cancel(),
            Event::GrantOrRecall => place.grant_or_recall(),
            Event::Ask => place.ask(),
            Event::Deliver => place.deliver(),
            Event::ExchangeAtOnce => place.exchange_at_once(),
            Event::KeepImages => self.keep_images(),
            Event::KeepImage => place.keep_image(),
            Event::RestoreBox => place.restore_box(),
            Event::RestoreCentre => self.restore_centre()?,
            Event::CopyMachine => place.copy_machine(),
            Event::CopyBack => place.copy_back(),
            Event::RestoreHere => place.restore_here(),
            Event::Retire => place.retire(),
            Event::JumpClock => place.jump_clock(),
        }
        Ok(())
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
