//! Requests and answers as plain structs: parameters in, JSON out ([crate::contract::conventions]).

pub mod application;
pub mod cell;
pub mod day;
pub mod identity;
pub mod members;
pub mod message;
pub mod openapi;
pub mod params;
pub mod reading;
pub mod ready;
pub mod resource;
pub mod speciality;
pub mod ticket;
pub mod tickets;
pub mod waiting;
pub mod wish;
