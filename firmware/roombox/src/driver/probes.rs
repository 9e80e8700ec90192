//! Looks whether a server can be reached: flows that are opened to be closed again.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use roombox_conference::api::ProbeId;
use roombox_sip::api::{FlowError, FlowId, FlowInput};

/// Flows from here on are probes.
const FIRST: u64 = 1 << 63;
/// For a probe to tell: more than a flow itself takes before it gives up (10 s), so that the flow's own reason is told.
const LIMIT: Duration = Duration::from_secs(12);

/// A probe that has told.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct EndedProbe {
    pub(super) id: ProbeId,
    pub(super) flow: FlowId,
    pub(super) outcome: Result<(), FlowError>,
}

/// The probes that are under way.
#[derive(Debug, Default)]
pub(super) struct Probes {
    deadlines: BTreeMap<ProbeId, Instant>,
}

impl Probes {
    /// This flow is a probe, or was one.
    pub(super) const fn has(flow: FlowId) -> bool {
        flow.0 >= FIRST
    }

    /// The flow to open.
    pub(super) fn begin(&mut self, now: Instant, id: ProbeId) -> FlowId {
        self.deadlines.insert(id, now + LIMIT);
        flow_of(id)
    }

    /// What happened to a flow; nothing when it has told already.
    pub(super) fn told(&mut self, flow: FlowId, input: FlowInput) -> Option<EndedProbe> {
        let outcome = match input {
            FlowInput::Opened(_) => Ok(()),
            FlowInput::Closed(error) => Err(error),
            FlowInput::Received(_) => return None,
        };
        let id = ProbeId(flow.0 - FIRST);
        self.deadlines.remove(&id).map(|_| EndedProbe { id, flow, outcome })
    }

    /// Those that have taken too long.
    pub(super) fn handle_timeout(&mut self, now: Instant) -> Vec<EndedProbe> {
        let late: Vec<_> = self.deadlines.iter().filter(|(_, due)| **due <= now).map(|(id, _)| *id).collect();
        let end = |id| {
            self.deadlines.remove(&id);
            let outcome = Err(FlowError::Timeout(format!("no connection within {} s", LIMIT.as_secs())));
            EndedProbe { id, flow: flow_of(id), outcome }
        };
        late.into_iter().map(end).collect()
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.deadlines.values().min().copied()
    }
}

const fn flow_of(id: ProbeId) -> FlowId {
    FlowId(FIRST + id.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probe_tells_once() {
        let mut probes = Probes::default();
        let flow = probes.begin(Instant::now(), ProbeId(3));
        assert!(Probes::has(flow) && !Probes::has(FlowId(3)));
        let refused = || FlowInput::Closed(FlowError::Refused("no".into()));
        assert_eq!(probes.told(flow, FlowInput::Received(vec![1].into())), None);
        let ended = probes.told(flow, refused()).unwrap();
        assert_eq!((ended.id, ended.outcome), (ProbeId(3), Err(FlowError::Refused("no".into()))));
        assert_eq!((probes.told(flow, refused()), probes.next_deadline()), (None, None));
    }

    #[test]
    fn a_probe_of_which_nothing_is_heard_ends_by_itself() {
        let mut probes = Probes::default();
        let start = Instant::now();
        let flow = probes.begin(start, ProbeId(3));
        assert_eq!(probes.next_deadline(), Some(start + LIMIT));
        assert_eq!(probes.handle_timeout(start + LIMIT / 2), []);
        let [ended] = &probes.handle_timeout(start + LIMIT)[..] else { panic!("one") };
        assert_eq!(ended.flow, flow);
        assert!(matches!(ended.outcome, Err(FlowError::Timeout(_))));
        assert_eq!(probes.told(flow, FlowInput::Closed(FlowError::Closed(String::new()))), None);
    }
}
