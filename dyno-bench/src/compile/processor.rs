//! The processor's time, which other programs on the machine disturb less than what a clock says.

use std::fs;
use std::time::Duration;

/// Linux counts in hundredths of a second, whatever its own clock does.
const TICK: Duration = Duration::from_millis(10);

/// What the programs that this one started and that ended have taken, with those that they started; where the system says it.
pub(super) fn of_children() -> Option<Duration> {
    ticks(&fs::read_to_string("/proc/self/stat").ok()?).map(|ticks| TICK * ticks)
}

/// Of the children in the program and in the system. A name, which may hold anything, stands before the last bracket.
fn ticks(stat: &str) -> Option<u32> {
    let (_, figures) = stat.rsplit_once(')')?;
    let mut children = figures.split_whitespace().skip(13).map(str::parse);
    let (user, system): (u32, u32) = (children.next()?.ok()?, children.next()?.ok()?);
    user.checked_add(system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ticks_of_children_are_the_sixteenth_and_seventeenth_figure() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 1 2 3 4 50 60 700 80 20 0 1 0";
        assert_eq!(ticks(stat), Some(780));
        assert_eq!(ticks("7 (a) S 1"), None);
    }
}
