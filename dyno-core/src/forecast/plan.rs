use std::fmt;

use super::action::PlannedAction;
use super::request::PlannedRequest;
use crate::units::CapacityUnits;

/// What an operation would send: its requests in order, with the capacity units that they would consume.
///
/// Nothing has been sent. A plan supposes that every condition holds and no answer is lost: what an operation sends
/// after a conflict or a lost answer is not in it. Units of secondary indexes are not counted.
///
/// It prints as a table. The number before an operation is the round trip that sends it:
///
/// ```text
/// 2 requests in 2 round trips, 0.5 read units, at least 4 write units
///
/// 1 GetItem: 0.5 RCU
///     Get     Users   ada              700 bytes
/// 2 TransactWriteItems: at least 4 WCU
///     Put     Users   ada              712 bytes
///     Delete  Photos  User#ada/photo  >= 0 bytes
/// ```
///
/// `PlannedRequest` and `PlannedAction` have the same as data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    requests: Vec<PlannedRequest>,
    more: Option<More>,
}

/// What may follow the requests of a plan, as their answers decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum More {
    /// Requests that read.
    Reads,
    /// Requests that write, or read and write.
    Writes,
}

impl Plan {
    /// Adds one round trip: requests that are sent in parallel, after the answers to those before.
    #[must_use]
    pub(crate) fn then(mut self, requests: impl IntoIterator<Item = PlannedRequest>) -> Self {
        let round_trip = self.round_trips() + 1;
        let first = self.requests.len();
        self.requests.extend(requests);
        for request in self.requests.iter_mut().skip(first) {
            request.round_trip = round_trip;
        }
        self
    }

    /// What is sent after the answers to everything in this plan.
    #[must_use]
    pub(crate) fn and(mut self, later: Self) -> Self {
        let before = self.round_trips();
        self.requests
            .extend(later.requests.into_iter().map(|mut request| {
                request.round_trip += before;
                request
            }));
        self.more = self.more.or(later.more);
        self
    }

    /// What is sent at the same time as this plan.
    #[must_use]
    pub(crate) fn beside(mut self, other: Self) -> Self {
        self.requests.extend(other.requests);
        self.requests.sort_by_key(PlannedRequest::round_trip);
        self.more = match (self.more, other.more) {
            (Some(More::Writes), _) | (_, Some(More::Writes)) => Some(More::Writes),
            (own, others) => own.or(others),
        };
        self
    }

    /// Plans that need not wait for each other, so many at the same time.
    #[must_use]
    pub(crate) fn in_turns(plans: impl IntoIterator<Item = Self>, at_once: usize) -> Self {
        let mut plans = plans.into_iter().peekable();
        let mut all = Self::default();
        while plans.peek().is_some() {
            let some = plans.by_ref().take(at_once.max(1));
            all = all.and(some.fold(Self::default(), Self::beside));
        }
        all
    }

    /// The plan of an operation that may send more, as the answers to these requests decide.
    #[must_use]
    pub(crate) fn perhaps(mut self, more: More) -> Self {
        self.more = Some(more);
        self
    }

    /// The requests, in order.
    pub fn requests(&self) -> &[PlannedRequest] {
        &self.requests
    }

    /// How many times one waits for answers: requests that are sent in parallel count once.
    pub fn round_trips(&self) -> usize {
        self.requests.last().map_or(0, PlannedRequest::round_trip)
    }

    /// The read units of all requests, or [at least](Self::is_exact) these.
    pub fn read_units(&self) -> CapacityUnits {
        self.requests.iter().map(PlannedRequest::read_units).sum()
    }

    /// The write units of all requests, or [at least](Self::is_exact) these.
    pub fn write_units(&self) -> CapacityUnits {
        self.requests.iter().map(PlannedRequest::write_units).sum()
    }

    /// Whether the requests are all that will be sent. Otherwise what is stored decides whether more follow: to know
    /// them, the object has to be loaded.
    pub fn is_complete(&self) -> bool {
        self.more.is_none()
    }

    /// Whether the units are those that will be consumed. Otherwise the sizes of some stored items are not known or
    /// the plan is not [complete](Self::is_complete), and units are lower bounds.
    pub fn is_exact(&self) -> bool {
        self.is_complete() && self.requests.iter().all(PlannedRequest::is_exact)
    }

    fn actions(&self) -> impl Iterator<Item = &PlannedAction> {
        self.requests.iter().flat_map(PlannedRequest::actions)
    }

    /// The number of characters of the longest text in a column.
    fn width(&self, column: impl Fn(&PlannedAction) -> String) -> usize {
        let widths = self.actions().map(|action| column(action).chars().count());
        widths.max().unwrap_or_default()
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        let (requests, round_trips) = (self.requests.len(), self.round_trips());
        write!(
            f,
            "{}{requests} request{} in {round_trips} round trip{}",
            at_least(self.is_complete()),
            plural(requests),
            plural(round_trips)
        )?;
        let exact = |of: fn(&PlannedRequest) -> CapacityUnits| {
            let mut open = self.requests.iter().filter(|request| !request.is_exact());
            open.all(|request| of(request) == CapacityUnits::ZERO)
        };
        writeln!(
            f,
            ", {}{} read units, {}{} write units",
            at_least(self.is_complete() && exact(PlannedRequest::read_units)),
            self.read_units(),
            at_least(self.more != Some(More::Writes) && exact(PlannedRequest::write_units)),
            self.write_units()
        )?;
        if !self.requests.is_empty() {
            writeln!(f)?;
        }
        let (tables, keys) = (self.width(|action| action.table.clone()), self.width(key));
        let sizes = self.width(size);
        for request in &self.requests {
            write!(f, "{} {}: ", request.round_trip(), request.operation())?;
            let bound = at_least(request.is_exact());
            match (request.read_units(), request.write_units()) {
                (read, CapacityUnits::ZERO) => writeln!(f, "{bound}{read} RCU")?,
                (_, written) => writeln!(f, "{bound}{written} WCU")?,
            }
            for action in request.actions() {
                writeln!(
                    f,
                    "    {:<6}  {:<tables$}  {:<keys$}  {:>sizes$} bytes",
                    action.kind(),
                    action.table(),
                    key(action),
                    size(action)
                )?;
            }
        }
        Ok(())
    }
}

fn at_least(exact: bool) -> &'static str {
    if exact { "" } else { "at least " }
}

/// A key on one line, whatever it holds.
fn key(action: &PlannedAction) -> String {
    action.key().replace(char::is_control, "\u{fffd}")
}

fn size(action: &PlannedAction) -> String {
    let bound = if action.is_exact() { "" } else { ">= " };
    format!("{bound}{}", action.bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commit::cost::tests::{address, delete, put};
    use crate::commit::{Known, Request};
    use crate::plan::Address;

    fn transaction() -> PlannedRequest {
        let request = Request::Transact {
            token: "t".to_owned(),
            actions: vec![put("a", 1100), delete("longer")],
        };
        let (a, longer) = (address("a"), address("longer"));
        let before = |at: &Address| match at {
            at if *at == a => Known::Bytes(700),
            at if *at == longer => Known::Unknown,
            _ => Known::Absent,
        };
        PlannedRequest::write(&request, &before)
    }

    #[test]
    fn a_plan_adds_up_its_requests() {
        let get = |id: &str| PlannedRequest::get(&address(id), Known::Bytes(700), false);
        let plan = Plan::default()
            .then([get("a"), get("b")])
            .then([transaction()]);
        assert_eq!(plan.requests().len(), 3);
        assert_eq!(plan.round_trips(), 2);
        let rounds: Vec<_> = plan
            .requests()
            .iter()
            .map(PlannedRequest::round_trip)
            .collect();
        assert_eq!(rounds, [1, 1, 2]);
        assert_eq!(plan.read_units(), CapacityUnits::whole(1));
        assert_eq!(plan.write_units(), CapacityUnits::whole(6));
        assert!(!plan.is_exact());
        assert!(plan.is_complete());
        assert_eq!(plan.clone(), plan);
    }

    #[test]
    fn a_plan_prints_as_a_table() {
        let get = PlannedRequest::get(&address("a"), Known::Bytes(700), false);
        let plan = Plan::default().then([get]).then([transaction()]);
        let expected = "\
2 requests in 2 round trips, 0.5 read units, at least 6 write units

1 GetItem: 0.5 RCU
    Get     Items  o/a        700 bytes
2 TransactWriteItems: at least 6 WCU
    Put     Items  o/a       1100 bytes
    Delete  Items  o/longer  >= 0 bytes
";
        assert_eq!(plan.to_string(), expected);
        assert_eq!(
            Plan::default().to_string(),
            "0 requests in 0 round trips, 0 read units, 0 write units\n"
        );
    }

    #[test]
    fn a_plan_says_that_more_may_follow() {
        let get = PlannedRequest::get(&address("a"), Known::Bytes(700), false);
        for (more, expected) in [
            (
                More::Reads,
                "at least 1 request in 1 round trip, at least 0.5 read units, 0 write units\n",
            ),
            (
                More::Writes,
                "at least 1 request in 1 round trip, at least 0.5 read units, at least 0 write units\n",
            ),
        ] {
            let plan = Plan::default().then([get.clone()]).perhaps(more);
            assert!(plan.to_string().starts_with(expected), "{plan}");
            assert!(!plan.is_exact() && !plan.is_complete());
        }
    }
}
