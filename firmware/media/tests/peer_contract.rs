//! What every engine behind `PeerConnection` must do, with real codecs and real sockets on loopback.
//!
//! The suite takes the engines of both sides as a parameter: each engine against itself, and the two crosswise. What an
//! engine does otherwise stands in `peer_contract/exceptions.rs` with its reason.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    unreachable_pub,
    missing_docs,
    dead_code,
    reason = "a test owns its tasks, sockets and clock, and may fail; helpers are shared with other tests"
)]

#[path = "peer_contract/exceptions.rs"]
mod exceptions;

#[path = "network/link.rs"]
mod link;

#[path = "network/relay.rs"]
mod relay;

#[path = "peer_contract/browser.rs"]
mod browser;

#[path = "peer_contract/side.rs"]
mod side;

#[path = "peer_contract/calls.rs"]
mod calls;

#[path = "peer_contract/content.rs"]
mod content;

#[path = "peer_contract/changes.rs"]
mod changes;

#[path = "peer_contract/codecs.rs"]
mod codecs;

#[path = "peer_contract/paths.rs"]
mod paths;

#[path = "peer_contract/refusals.rs"]
mod refusals;

/// Every test of the contract for one pair of engines.
macro_rules! contract {
    ($engines:ident, $calling:path, $called:path) => {
        mod $engines {
            const NAME: &str = stringify!($engines);
            const ENGINES: crate::side::Engines = crate::side::Engines($calling, $called);

            contract!(@tests calls:
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
            );
            contract!(@tests content:
                a_presentation_joins_a_running_call_and_leaves_it,
                either_side_presents_on_the_same_line,
                a_refused_presentation_leaves_the_call_and_a_later_one_works,
                an_offer_of_theirs_is_answered_while_ours_is_out,
                a_content_line_is_stopped_and_taken_again_by_the_peer,
                a_presentation_is_refused_by_port_and_offered_anew,
                a_three_line_offer_begins_a_call,
            );
            contract!(@tests changes:
                a_direction_changes_on_one_line_and_back,
                another_camera_takes_over_without_a_negotiation,
                pictures_and_sound_go_on_at_five_percent_loss,
                an_ice_restart_is_done_or_refused_with_its_cause,
            );
            contract!(@tests paths:
                a_path_that_becomes_narrow_is_told_to_the_sender,
                a_side_that_may_use_relays_only_names_no_address_of_its_own,
            );
            contract!(@tests codecs:
                a_codec_one_side_has_not_is_left_out,
                another_codec_is_agreed_in_the_call,
                codecs_are_left_out_by_either_side_and_taken_in_again,
                a_call_that_began_with_one_codec_takes_the_other_later,
            );
            contract!(@tests refusals:
                a_wrong_fingerprint_does_not_connect,
                what_is_no_description_is_refused,
                no_common_codec_is_told,
                a_failed_offer_leaves_the_call_standing,
                a_peer_that_announces_no_streams_is_received,
                a_browsers_offer_is_answered_line_by_line,
            );
        }
    };
    (@tests $module:ident: $($test:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                match super::exceptions::reason(NAME, stringify!($test)) {
                    Some(reason) => println!("not asked of these engines: {reason}"),
                    None => super::$module::$test(ENGINES).await,
                }
            }
        )*
    };
}

contract!(webrtc_crate, crate::side::webrtc_crate, crate::side::webrtc_crate);
contract!(webrtcbin, crate::side::webrtcbin, crate::side::webrtcbin);
contract!(both, crate::side::webrtc_crate, crate::side::webrtcbin);

#[test]
fn every_exception_names_a_case_of_the_contract() {
    let source = include_str!("peer_contract.rs");
    for exception in exceptions::EXCEPTIONS {
        assert!(source.contains(&format!("                {},\n", exception.case)), "{}", exception.case);
        assert!(exception.reason.len() > 40);
    }
}
