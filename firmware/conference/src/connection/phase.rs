//! The state machine of the connection (spec section 1.5).
//!
//! Three rows go beyond the spec: a lost registration leaves `established`; a registration that comes back while the
//! socket is still open leaves `disconnected`; a stop may interrupt `preparing`. Everything else a state does not know is
//! ignored.

use crate::catalogue::ConnectionPhase as Phase;

/// What moves the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trigger {
    StartConnect,
    StartAgent,
    Connecting,
    Connected,
    Registered,
    Unregistered,
    Disconnected,
    StartDisconnect,
    Reset,
}

/// The next phase; `register`: the account registers.
pub(super) const fn next(phase: Phase, trigger: Trigger, register: bool) -> Phase {
    use Phase as P;
    use Trigger as T;
    let next = match (phase, trigger) {
        (P::Idle | P::Disconnected, T::StartConnect) => P::Preparing,
        (P::Preparing, T::StartAgent) | (P::Disconnected, T::Connecting) => P::Connecting,
        (P::Connecting | P::Connected | P::Disconnected, T::Registered) => P::Registered,
        (P::Connecting | P::Disconnected, T::Connected) => P::Connected,
        (P::Registered | P::Established, T::Unregistered) => P::Connected,
        (P::Preparing | P::Connecting | P::Connected | P::Registered | P::Established, T::StartDisconnect) => {
            P::Disconnecting
        }
        (
            P::Preparing | P::Connecting | P::Connected | P::Registered | P::Established | P::Disconnecting,
            T::Disconnected,
        ) => P::Disconnected,
        (P::Disconnected | P::Established, T::Reset) => P::Idle,
        (other, _) => other,
    };
    match next {
        P::Registered => P::Established,
        P::Connected if !register => P::Established,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_connection_is_idle() {
        assert_eq!(Phase::default(), Phase::Idle);
    }

    #[test]
    fn an_account_that_registers_waits_for_that() {
        let mut phase = Phase::Idle;
        for (trigger, expected) in [
            (Trigger::StartConnect, Phase::Preparing),
            (Trigger::StartAgent, Phase::Connecting),
            (Trigger::Connected, Phase::Connected),
            (Trigger::Registered, Phase::Established),
            (Trigger::StartDisconnect, Phase::Disconnecting),
            (Trigger::Disconnected, Phase::Disconnected),
            (Trigger::Reset, Phase::Idle),
        ] {
            phase = next(phase, trigger, true);
            assert_eq!(phase, expected, "{trigger:?}");
        }
    }

    #[test]
    fn a_guest_is_established_with_the_connection() {
        assert_eq!(next(Phase::Connecting, Trigger::Connected, false), Phase::Established);
    }

    #[test]
    fn a_lost_connection_that_comes_back_passes_connecting_again() {
        assert_eq!(next(Phase::Established, Trigger::Disconnected, true), Phase::Disconnected);
        assert_eq!(next(Phase::Disconnected, Trigger::Connecting, true), Phase::Connecting);
    }

    #[test]
    fn every_phase_but_rest_is_left_by_a_disconnection() {
        for phase in [Phase::Preparing, Phase::Connecting, Phase::Connected, Phase::Established, Phase::Disconnecting] {
            assert_eq!(next(phase, Trigger::Disconnected, true), Phase::Disconnected);
        }
        assert_eq!(next(Phase::Idle, Trigger::Disconnected, true), Phase::Idle);
    }

    #[test]
    fn what_a_phase_does_not_know_changes_nothing() {
        for trigger in [Trigger::Registered, Trigger::Unregistered, Trigger::StartAgent, Trigger::Reset] {
            assert_eq!(next(Phase::Idle, trigger, true), Phase::Idle);
        }
        assert_eq!(next(Phase::Connecting, Trigger::Reset, true), Phase::Connecting);
        assert_eq!(next(Phase::Disconnecting, Trigger::StartConnect, true), Phase::Disconnecting);
    }

    #[test]
    fn a_registration_given_back_leaves_established() {
        assert_eq!(next(Phase::Established, Trigger::Unregistered, true), Phase::Connected);
    }
}
