//! The closed catalogue of causes: what is wrong, in one plain sentence, and who can mend it.

use serde::{Deserialize, Serialize};

/// One raised cause, or the reason a command was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// Stable name for programs.
    pub code: CauseCode,
    /// One sentence for people.
    pub sentence: String,
    /// Who can mend it.
    pub who: Mender,
    /// What was seen, for the person who mends it (host name, device, SIP status).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Cause {
    /// The catalogue entry of `code`.
    pub fn new(code: CauseCode) -> Self {
        Self { code, sentence: code.sentence().to_owned(), who: code.mender(), detail: None }
    }

    /// The catalogue entry of `code` with what was seen.
    pub fn with_detail(code: CauseCode, detail: impl Into<String>) -> Self {
        let detail = Some(detail.into()).filter(|text| !text.is_empty());
        Self { detail, ..Self::new(code) }
    }
}

/// Who can mend a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mender {
    /// The administrator of the conference server.
    Administrator,
    /// Whoever put the box and its cables there.
    Installer,
    /// Nobody needs to do anything: the box goes on trying.
    Itself,
    /// The person at the box or the panel.
    Owner,
}

macro_rules! catalogue {
    ($($(#[$doc:meta])* $code:ident: $mender:ident, $sentence:literal;)*) => {
        /// Stable names of the causes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum CauseCode { $($(#[$doc])* $code,)* }

        impl CauseCode {
            /// Every code there is, in catalogue order.
            pub const ALL: &'static [Self] = &[$(Self::$code,)*];

            /// The sentence people see.
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$code => $sentence,)* }
            }

            /// Who can mend it.
            pub const fn mender(self) -> Mender {
                match self { $(Self::$code => Mender::$mender,)* }
            }
        }
    };
}

catalogue! {
    /// 401/407 after an answer with our credentials (RFC 3261 section 22), or no credentials where some are asked for.
    WrongPassword: Owner, "The server refuses the user name or password.";
    /// 403, 404 or another final refusal of REGISTER.
    AccountRefused: Administrator, "The server does not let this account register.";
    /// Nobody listens, no answer, or the server hung up.
    ServerUnreachable: Itself, "The conference server does not answer; the box goes on trying.";
    /// The host name has no address.
    ServerNameNotFound: Owner, "The name of the conference server is not known on this network.";
    /// The TLS certificate does not lead to a trusted authority, or is out of date.
    CertificateNotTrusted: Administrator, "The certificate of the conference server is not trusted.";
    /// HTTP status or subprotocol says that this is no SIP WebSocket server (RFC 7118).
    NotAConferenceServer: Owner, "The configured address is not a conference server.";
    /// No network or no route.
    NetworkDown: Installer, "The box has no network connection.";
    /// 404, 484, 604.
    ConferenceNotFound: Owner, "There is no conference with the configured number.";
    /// 486, 600.
    ConferenceBusy: Itself, "The conference is busy.";
    /// 403, 603.
    ConferenceRefused: Administrator, "The conference does not let this box in.";
    /// 480, 408, 5xx and other failures of an INVITE.
    ConferenceUnavailable: Itself, "The conference cannot be reached at the moment.";
    /// 488, 606, or an answer that cannot be used.
    NoCommonMedia: Administrator, "The box and the conference have no common picture or sound format.";
    /// ICE or DTLS failed or was lost.
    MediaPathLost: Itself, "Picture and sound cannot get through to the conference.";
    /// A STUN or TURN server does not answer, refuses user or password, or its address is wrong.
    IceServerFailed: Installer, "A relay server for picture and sound cannot be used; calls may fail.";
    /// No remote frame for 3 s in a call.
    NoPictureFromConference: Itself, "No picture comes from the conference.";
    /// The camera is missing or does not deliver.
    NoCamera: Installer, "The camera does not work.";
    /// The microphone is missing or does not deliver.
    NoMicrophone: Installer, "The microphone does not work.";
    /// The speaker is missing or takes nothing.
    NoSpeaker: Installer, "The speaker does not work.";
    /// Echo cancellation, automatic gain or noise suppression is configured and not to be had.
    NoVoiceProcessing: Installer, "The microphone's sound goes out unprocessed: others may hear an echo.";
    /// The display output is missing.
    NoScreen: Installer, "The TV is not connected or is switched off.";
    /// The media engine did not start.
    MediaNotStarted: Installer, "Picture and sound cannot be started on this box.";
    /// The engine of calls that is configured is not installed; the default one takes its place.
    NoCallEngine: Installer, "The configured engine for calls is not installed: calls run on the default one.";
    /// A button, light or the status display of the board is missing.
    BoardDeviceMissing: Installer, "A part of the box is missing.";
    /// Another program has the panel's port.
    PanelPortInUse: Owner, "The port of the web panel is used by another program.";
    /// The configuration has an error; the box runs without the wrong part.
    ConfigError: Owner, "There is an error in the configuration.";
    /// Join without a target, and none configured.
    NoConferenceConfigured: Owner, "No conference to join is configured.";
    /// Join while another call is up.
    AlreadyInCall: Owner, "The box is already in a call.";
    /// Something for a call was asked without one.
    NotInCall: Owner, "The box is not in a call.";
    /// Redial before anything was dialled.
    NothingToRedial: Owner, "Nothing was dialled before.";
    /// Stop of a presentation that is not there.
    NothingPresented: Owner, "Nothing is being presented.";
    /// The picture to be presented is not there, or media cannot send it.
    NothingToPresent: Owner, "The picture to present cannot be sent.";
    /// The device was unplugged, the stream broke, a file went away; the last picture stands.
    NoPresentedPicture: Owner, "What is presented gives no picture.";
    /// A presentation source that is not configured.
    UnknownSource: Owner, "The box has no presentation source of that name.";
    /// A second screen share while there is one; the panel asks whether to take over.
    ScreenShared: Owner, "Somebody shares a screen already.";
    /// Pages are to be turned where there are none.
    NoPages: Owner, "What is presented has no pages to turn.";
    /// The server refused the permission INFO of a presentation (spec section 4.1).
    PresentationRefused: Administrator, "The conference does not allow a presentation now.";
    /// The server did not answer, or a presentation could not be agreed on; the call goes on.
    PresentationFailed: Owner, "The presentation did not start; try again.";
    /// The other side, or the one it was handed on to, did not take the call (RFC 3515).
    TransferRefused: Owner, "The call could not be handed on.";
    /// Leave while there is nothing to leave.
    NoCall: Owner, "There is no call to leave.";
    /// Answer or reject while nothing rings.
    NothingRings: Owner, "No incoming call is ringing.";
    /// A button name that the board does not have.
    UnknownButton: Owner, "The box has no button of that name.";
    /// A volume above 100, an empty target, digits that no telephone has.
    ValueNotAllowed: Owner, "That value is not allowed.";
    /// A command that this box cannot do.
    NotSupported: Owner, "This box cannot do that.";
}
