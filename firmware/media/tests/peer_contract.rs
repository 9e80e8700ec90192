//! What every engine behind `PeerConnection` must do, with real codecs and real sockets on loopback.
//!
//! The suite takes the engine as a parameter; a new engine adds one line at the end.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    unreachable_pub,
    missing_docs,
    reason = "a test owns its tasks and may fail"
)]

#[path = "peer_contract/side.rs"]
mod side;

#[path = "peer_contract/calls.rs"]
mod calls;

#[path = "peer_contract/content.rs"]
mod content;

#[path = "peer_contract/refusals.rs"]
mod refusals;

/// Every test of the contract for one engine.
macro_rules! contract {
    ($engine:ident, $make:path) => {
        mod $engine {
            contract!(@tests $make, calls:
                picture_and_sound_flow_both_ways,
                vp8_is_sent_where_it_comes_first,
                a_re_offer_by_either_side_keeps_streams_running,
                ice_restarts_by_either_side_keep_streams_running,
                hold_and_resume_stops_and_restarts_sending,
                one_of_two_peers_leaves_a_running_pipeline,
                a_source_pad_linked_late_still_gives_frames,
                a_key_frame_asked_for_reaches_the_sender,
                statistics_carry_the_names_of_webrtc_stats,
                a_peer_that_never_called_can_be_thrown_away,
                closing_ends_every_thread,
            );
            contract!(@tests $make, content:
                a_presentation_joins_a_running_call_and_leaves_it,
                either_side_presents_on_the_same_line,
                a_refused_presentation_leaves_the_call_and_a_later_one_works,
                an_offer_of_theirs_is_answered_while_ours_is_out,
                a_content_line_is_stopped_and_taken_again_by_the_peer,
                a_presentation_is_refused_by_port_and_offered_anew,
                a_three_line_offer_begins_a_call,
            );
            contract!(@tests $make, refusals:
                a_wrong_fingerprint_does_not_connect,
                what_is_no_description_is_refused,
                no_common_codec_is_told,
                a_failed_offer_leaves_the_call_standing,
                a_peer_that_announces_no_streams_is_received,
                a_browsers_offer_is_answered_line_by_line,
            );
        }
    };
    (@tests $make:path, $module:ident: $($test:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$module::$test($make).await;
            }
        )*
    };
}

contract!(webrtc_crate, crate::side::webrtc_crate);
