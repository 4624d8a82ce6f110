//! The transition system: which steps are possible, and what each does.

use stateright::{Model, Property};

use crate::client::{Begin, Client, Doing, Machines, Outcome, Reaction, Waiting};
use crate::config::{Begins, Configuration, Shard};
use crate::network::{self, Message};
use crate::properties;
use crate::reader::Next;
use crate::service::{Request, Service, bit};
use crate::state::{Entry, FIRST, Items, Piece, Root, SHARDS, State, Wrong};

/// One step of one party.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step {
    /// A client begins its next operation, or the next part of it.
    Begin(u8),
    /// The service executes a request, and who waits for the answer gets it.
    Deliver(usize),
    /// A client reads one item, in its present state (0) or an earlier one.
    Read {
        /// Which client.
        client: u8,
        /// Which item.
        place: u8,
        /// Which of its states.
        version: u8,
    },
    /// A client stops waiting for an answer: it sends the same again, or gives up.
    StopWaiting(u8),
}

impl Model for Configuration {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        let mut root = None;
        let mut items = Items::default();
        let mut applied = 0;
        if let Begins::Object(pieces) = self.begins() {
            root = Some(self.first_object(pieces, &mut items));
            applied = bit(FIRST);
        }
        vec![State {
            service: Service {
                root,
                items,
                applied,
                idle: 0,
                dead: 0,
                history: Vec::new(),
            },
            network: Vec::new(),
            clients: vec![Client::default(); self.operations().len()],
            wrong: Wrong::default(),
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        for (number, (client, operations)) in (0..).zip(state.clients.iter().zip(self.operations()))
        {
            match &client.doing {
                Doing::Nothing if usize::from(client.at) == operations.len() => {}
                Doing::Nothing | Doing::DeletesLoaded => steps.push(Step::Begin(number)),
                Doing::Waits(_) => steps.push(Step::StopWaiting(number)),
                Doing::Reads(reading) => {
                    let reads = reading.reads(&state.service).into_iter();
                    steps.extend(reads.map(|(place, version)| Step::Read {
                        client: number,
                        place,
                        version,
                    }));
                }
            }
        }
        let mut before = None;
        for (index, message) in state.network.iter().enumerate() {
            if before != Some(message) {
                steps.push(Step::Deliver(index));
            }
            before = Some(message);
        }
    }

    fn next_state(&self, last: &State, step: Step) -> Option<State> {
        let mut state = last.clone();
        match step {
            Step::Begin(client) => self.begin(&mut state, client),
            Step::Deliver(index) => self.deliver(&mut state, index),
            Step::Read {
                client,
                place,
                version,
            } => self.read(&mut state, client, place, version),
            Step::StopWaiting(client) => stop_waiting(&mut state, client),
        }
        network::settle(&mut state.network, &state.service);
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::all()
    }
}

impl Configuration {
    fn first_object(&self, pieces: [u8; SHARDS], items: &mut Items) -> Root {
        let mut root = Root::create(FIRST, FIRST);
        for (shard, pieces) in pieces
            .into_iter()
            .enumerate()
            .filter(|(_, pieces)| *pieces > 0)
        {
            root.manifest[shard] = Some(Entry::written(self.kind(shard), FIRST, pieces));
            root.truth[shard] = FIRST;
            if self.shard(shard) == Shard::Entry {
                root.append_to_order(shard);
            }
            let piece = Piece {
                stamp: FIRST,
                life: FIRST,
                pieces,
                made_by: FIRST,
            };
            items[shard][..usize::from(pieces)].fill(Some(piece));
        }
        root
    }

    fn machines(&self, state: &State, client: u8) -> Machines<'_> {
        Machines {
            configuration: self,
            client,
            operation: state.clients[usize::from(client)].at,
        }
    }

    fn begin(&self, state: &mut State, number: u8) {
        let machines = self.machines(state, number);
        let client = &mut state.clients[usize::from(number)];
        let operation = self.operations()[usize::from(number)][usize::from(client.at)];
        let begin = match client.doing {
            Doing::DeletesLoaded => machines.delete_loaded(&state.service),
            Doing::Nothing | Doing::Reads(_) | Doing::Waits(_) => {
                machines.begin(&state.service, operation)
            }
        };
        match begin {
            Begin::End(outcome) => client.end(outcome),
            Begin::Read(reading) => client.doing = Doing::Reads(reading),
            Begin::Send(waiting, request) => send(state, number, waiting, request),
        }
    }

    fn deliver(&self, state: &mut State, index: usize) {
        let message = state.network.remove(index);
        let answer = state
            .service
            .execute(&message.request, self, &mut state.wrong);
        if !message.heard {
            return;
        }
        let machines = self.machines(state, message.client);
        let client = &mut state.clients[usize::from(message.client)];
        let operation = self.operations()[usize::from(message.client)][usize::from(client.at)];
        let Doing::Waits(waiting) = client.doing.clone() else {
            return;
        };
        match machines.answer(waiting, operation, answer) {
            Reaction::End(outcome) => client.end(outcome),
            Reaction::ReadFirst => client.doing = Doing::DeletesLoaded,
            Reaction::Send(waiting, request) => send(state, message.client, waiting, request),
        }
    }

    fn read(&self, state: &mut State, number: u8, place: u8, version: u8) {
        let machines = self.machines(state, number);
        let client = &mut state.clients[usize::from(number)];
        let Doing::Reads(reading) = &mut client.doing else {
            return;
        };
        match reading.read(place, version, &state.service, self, &mut state.wrong) {
            Next::Read => {}
            Next::Done(outcome) => client.end(outcome),
            Next::Save(edit, base) => {
                let (waiting, request) = machines.save(edit, base);
                send(state, number, waiting, request);
            }
        }
    }
}

impl Client {
    fn end(&mut self, outcome: Outcome) {
        self.outcomes[usize::from(self.at)] = outcome;
        self.at += 1;
        self.doing = Doing::Nothing;
    }
}

fn send(state: &mut State, client: u8, waiting: Waiting, request: Request) {
    state.clients[usize::from(client)].doing = Doing::Waits(waiting);
    state.network.push(Message {
        client,
        heard: true,
        request,
    });
}

fn stop_waiting(state: &mut State, number: u8) {
    let client = &mut state.clients[usize::from(number)];
    let heard = |message: &&mut Message| message.client == number && message.heard;
    let message = state.network.iter_mut().find(heard);
    let (Doing::Waits(waiting), Some(message)) = (&mut client.doing, message) else {
        return;
    };
    message.heard = false;
    let again = Message {
        heard: true,
        ..*message
    };
    match waiting.resends.checked_sub(1) {
        Some(left) => {
            waiting.resends = left;
            waiting.lost = true;
            state.network.push(again);
        }
        None => client.end(Outcome::Stopped),
    }
}
