//! The whole in one word (spec section 10.3). The first rule that fits decides.

use crate::catalogue::{
    AutoConnectPhase as Auto, CallPhase, CallReconnectPhase as Redial, ConnectionPhase as Connection, SystemStatus,
};

/// What these four phases mean together.
pub const fn system_status(connection: Connection, call: CallPhase, auto: Auto, redial: Redial) -> SystemStatus {
    if stands(call) {
        return SystemStatus::CallActive;
    }
    if matches!(redial, Redial::Attempting | Redial::Backoff | Redial::Evaluating | Redial::WaitingSignaling) {
        return SystemStatus::CallReconnecting;
    }
    if matches!(connection, Connection::Disconnecting) || matches!(auto, Auto::Disconnecting) {
        return SystemStatus::Disconnecting;
    }
    match (auto, connection) {
        (Auto::AttemptingConnect | Auto::AttemptingGate | Auto::WaitingBeforeRetry, _) => SystemStatus::Connecting,
        (_, Connection::Established) => ready(call),
        (Auto::ConnectedMonitoring, _) => SystemStatus::Connecting,
        (_, Connection::Idle | Connection::Disconnected) => SystemStatus::Disconnected,
        _ => SystemStatus::Connecting,
    }
}

const fn stands(call: CallPhase) -> bool {
    matches!(
        call,
        CallPhase::DirectP2pRoom
            | CallPhase::InRoom
            | CallPhase::P2pRoom
            | CallPhase::PresentationCall
            | CallPhase::Purgatory
            | CallPhase::RoomPendingAuth
    )
}

const fn ready(call: CallPhase) -> SystemStatus {
    match call {
        CallPhase::Connecting => SystemStatus::CallConnecting,
        CallPhase::Disconnecting => SystemStatus::CallDisconnecting,
        _ => SystemStatus::ReadyToCall,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONNECTIONS: [Connection; 8] = [
        Connection::Connected,
        Connection::Connecting,
        Connection::Disconnected,
        Connection::Disconnecting,
        Connection::Established,
        Connection::Idle,
        Connection::Preparing,
        Connection::Registered,
    ];

    #[test]
    fn a_call_in_a_room_goes_before_everything() {
        for call in [
            CallPhase::DirectP2pRoom,
            CallPhase::InRoom,
            CallPhase::P2pRoom,
            CallPhase::PresentationCall,
            CallPhase::Purgatory,
            CallPhase::RoomPendingAuth,
        ] {
            for connection in CONNECTIONS {
                let status = system_status(connection, call, Auto::Disconnecting, Redial::Backoff);
                assert_eq!(status, SystemStatus::CallActive);
            }
        }
    }

    #[test]
    fn a_redial_goes_before_the_connection() {
        for redial in [Redial::Attempting, Redial::Backoff, Redial::Evaluating, Redial::WaitingSignaling] {
            for connection in CONNECTIONS {
                let status = system_status(connection, CallPhase::Connecting, Auto::Idle, redial);
                assert_eq!(status, SystemStatus::CallReconnecting);
            }
        }
        for redial in [Redial::Armed, Redial::ErrorTerminal, Redial::Idle, Redial::LimitReached] {
            let status = system_status(Connection::Established, CallPhase::Idle, Auto::Idle, redial);
            assert_eq!(status, SystemStatus::ReadyToCall);
        }
    }

    #[test]
    fn the_connection_decides_without_a_call() {
        use SystemStatus::{CallConnecting, CallDisconnecting, Connecting, Disconnected, Disconnecting, ReadyToCall};
        for (connection, call, auto, status) in [
            (Connection::Disconnecting, CallPhase::Idle, Auto::Idle, Disconnecting),
            (Connection::Established, CallPhase::Idle, Auto::Disconnecting, Disconnecting),
            (Connection::Established, CallPhase::Idle, Auto::AttemptingConnect, Connecting),
            (Connection::Established, CallPhase::Idle, Auto::AttemptingGate, Connecting),
            (Connection::Disconnected, CallPhase::Idle, Auto::WaitingBeforeRetry, Connecting),
            (Connection::Disconnected, CallPhase::Idle, Auto::ConnectedMonitoring, Connecting),
            (Connection::Established, CallPhase::Idle, Auto::ConnectedMonitoring, ReadyToCall),
            (Connection::Idle, CallPhase::Idle, Auto::Idle, Disconnected),
            (Connection::Disconnected, CallPhase::Idle, Auto::ErrorTerminal, Disconnected),
            (Connection::Preparing, CallPhase::Idle, Auto::Idle, Connecting),
            (Connection::Connecting, CallPhase::Idle, Auto::Idle, Connecting),
            (Connection::Connected, CallPhase::Idle, Auto::Idle, Connecting),
            (Connection::Registered, CallPhase::Idle, Auto::Idle, Connecting),
            (Connection::Established, CallPhase::Connecting, Auto::Idle, CallConnecting),
            (Connection::Established, CallPhase::Disconnecting, Auto::Idle, CallDisconnecting),
        ] {
            assert_eq!(system_status(connection, call, auto, Redial::Idle), status, "{connection:?} {call:?} {auto:?}");
        }
    }
}
