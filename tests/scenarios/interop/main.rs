//! Foreign implementations as peers: `SIPp` and Kamailio of the user agent, coturn of the media engine.

/// One test of each behaviour over UDP and one over TCP.
macro_rules! over_udp_and_tcp {
    ($($behaviour:ident),+ $(,)?) => {
        mod udp {
            use roombox_sip::api::Transport;
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                #[ignore = "needs the foreign peers: make interop"]
                async fn $behaviour() {
                    super::$behaviour(Transport::Udp).await;
                }
            )+
        }
        mod tcp {
            use roombox_sip::api::Transport;
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                #[ignore = "needs the foreign peers: make interop"]
                async fn $behaviour() {
                    super::$behaviour(Transport::Tcp).await;
                }
            )+
        }
    };
}

mod coturn_relays;
mod kamailio_calls;
mod kamailio_edges;
mod kamailio_registers;
mod sipp_calls;
mod sipp_is_called;
