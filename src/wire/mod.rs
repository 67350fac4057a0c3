//! Requests and answers as plain structs: parameters in, JSON out ([crate::contract::conventions]).

pub(crate) mod application;
pub(crate) mod cell;
pub(crate) mod day;
pub(crate) mod desk;
pub(crate) mod hold;
pub(crate) mod identity;
pub(crate) mod issue;
pub(crate) mod members;
pub mod message;
pub(crate) mod openapi;
pub(crate) mod params;
pub(crate) mod reading;
pub(crate) mod ready;
pub(crate) mod resource;
pub(crate) mod speciality;
pub(crate) mod terminal;
pub(crate) mod ticket;
pub(crate) mod tickets;
pub(crate) mod waiting;
pub(crate) mod wish;
