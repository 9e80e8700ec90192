//! The call contract against Chromium: `JsSIP` in a page negotiates with our user agent, a path of the test's own carries
//! what the two ends send. What is not asked of an engine stands in `docs/developer/call-engines.md` with its reason.

use roombox_media::peer::Engine;
use roombox_tests::phone::OTHER_CAMERA;

use crate::call::{Call, OUR_SOURCE};
use crate::codecs::{codecs_are_left_out_by_either_side, the_codec_is};
use crate::steps::{
    an_ice_restart_is_refused_with_its_cause, both_turn_the_camera, directions_change, either_side_holds,
    either_side_restarts_ice, keys_are_pressed_both_ways, pictures_and_sound_go_on_at_loss, the_page_presents_then_we,
    we_present_then_the_page,
};
use crate::world::World;

const H264_FIRST: [&str; 2] = ["H264", "VP8"];
const VP8_FIRST: [&str; 2] = ["VP8", "H264"];

/// A call of ours, in H.264 at first.
async fn kept_in_a_call_of_ours_by(engine: Engine) {
    let world = World::start();
    let mut call = Call::by_us(&world, engine, H264_FIRST).await;
    the_codec_is(&call, "H264").await;
    // Not with the other engine: docs/developer/call-engines.md says why.
    if engine == Engine::Webrtc {
        codecs_are_left_out_by_either_side(&mut call).await;
    }
    the_page_presents_then_we(&mut call).await;
    directions_change(&mut call).await;
    pictures_and_sound_go_on_at_loss(&mut call).await;
    both_turn_the_camera(&mut call).await;
    call.end(OTHER_CAMERA).await;
}

/// A call of the page, in VP8 at first.
async fn kept_in_a_call_of_the_page_by(engine: Engine) {
    let world = World::start();
    let mut call = Call::by_the_page(&world, engine, VP8_FIRST).await;
    the_codec_is(&call, "VP8").await;
    we_present_then_the_page(&mut call).await;
    either_side_holds(&mut call).await;
    if engine == Engine::Webrtc {
        codecs_are_left_out_by_either_side(&mut call).await;
        keys_are_pressed_both_ways(&mut call).await;
        either_side_restarts_ice(&mut call).await;
        call.end(OUR_SOURCE).await;
    } else {
        an_ice_restart_is_refused_with_its_cause(&mut call).await;
    }
}

/// Both calls with each engine.
macro_rules! contract {
    ($($module:ident: $engine:path,)+) => {
        $(
            mod $module {
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                #[ignore = "needs Kamailio, Chromium and `npm ci`: make interop"]
                async fn the_contract_is_kept_in_a_call_of_ours() {
                    super::kept_in_a_call_of_ours_by($engine).await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                #[ignore = "needs Kamailio, Chromium and `npm ci`: make interop"]
                async fn the_contract_is_kept_in_a_call_of_the_page() {
                    super::kept_in_a_call_of_the_page_by($engine).await;
                }
            }
        )+
    };
}

contract! {
    webrtc_crate: roombox_media::peer::Engine::Webrtc,
    webrtcbin: roombox_media::peer::Engine::Webrtcbin,
}
