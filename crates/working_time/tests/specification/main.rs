//! What the crate promises, chapter by chapter. One program, so that it links once.

#[cfg(test)]
mod bhutan;
#[cfg(test)]
mod days;
#[cfg(test)]
mod explanations;
#[cfg(test)]
mod holiday_lists;
#[cfg(test)]
mod hours;
#[cfg(test)]
mod pauses;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod support;
#[cfg(test)]
mod time_zones;
#[cfg(test)]
mod vectors;
#[cfg(test)]
mod wrong_data;
