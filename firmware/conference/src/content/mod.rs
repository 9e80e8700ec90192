//! What arrives: the pictures and sounds of the other side, which of them is the conference and which somebody's
//! presentation (spec sections 2.10 and 10.4).
//!
//! One difference: a spectator whose receive connection brings nothing (yet, or any more) is shown what the call itself
//! brings, so that the screen does not go black while the conference is still there.

mod tracks;

use crate::api::{CallId, MediaFact};
use crate::catalogue::{CallEvent, Role, Streams, TrackChange};
use crate::context::Context;
use crate::vendor::VendorMessage;
use tracks::Tracks;

/// Whether somebody presents (spec section 10.4).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Presented {
    #[default]
    NotAvailable,
    /// In this codec, in upper case, where the server says it.
    Available { codec: Option<String> },
}

/// What arrives in one call.
#[derive(Debug, Default)]
pub(crate) struct Content {
    presented: Presented,
    tracks: Tracks,
    /// As last told.
    streams: Streams,
}

impl Content {
    /// The server says that somebody presents, or that nobody does any more.
    pub(crate) fn hear(&mut self, context: &mut Context, call: CallId, role: &Role, message: &VendorMessage) {
        self.presented = match message {
            VendorMessage::ContentAvailable { codec } => Presented::Available { codec: codec.clone() },
            VendorMessage::ContentGone {} => Presented::NotAvailable,
            _ => return,
        };
        self.choose(context, call, role);
    }

    /// A track of the other side came or went.
    pub(crate) fn media_fact(&mut self, context: &mut Context, role: &Role, fact: &MediaFact) {
        let (call, track, participant, change_type) = match fact {
            MediaFact::RemoteTrackAdded { call, track } => {
                let Some(change) = self.tracks.add(track.clone()) else { return };
                if change == TrackChange::Added {
                    let kind = track.kind.name().to_owned();
                    context.tell(CallEvent::OnTrack { call: *call, track: track.id.clone(), kind });
                }
                (*call, track.id.clone(), track.participant().to_owned(), change)
            }
            MediaFact::RemoteTrackRemoved { call, track } => {
                let Some(gone) = self.tracks.remove(track) else { return };
                (*call, gone.id.clone(), gone.participant().to_owned(), TrackChange::Removed)
            }
            _ => return,
        };
        let streams = self.chosen(role);
        context.tell(CallEvent::RemoteTracksChanged {
            call,
            streams,
            change_type,
            track_id: track,
            participant_id: participant,
        });
        self.choose(context, call, role);
    }

    /// Chooses anew; tells when something else is chosen now.
    pub(crate) fn choose(&mut self, context: &mut Context, call: CallId, role: &Role) {
        let streams = self.chosen(role);
        if streams != self.streams {
            self.streams = streams.clone();
            context.tell(CallEvent::RemoteStreamsChanged { call, streams });
        }
    }

    fn chosen(&self, role: &Role) -> Streams {
        match (role, &self.presented) {
            (Role::Spectator { .. }, presented) if self.tracks.spectator_main().is_some() => {
                let codec = match presented {
                    Presented::Available { codec } => codec.as_deref(),
                    Presented::NotAvailable => None,
                };
                let contented_stream = codec.and_then(|codec| self.tracks.spectator_content(codec));
                Streams { main_stream: self.tracks.spectator_main(), contented_stream }
            }
            (_, Presented::Available { .. }) => {
                Streams { main_stream: self.tracks.main(), contented_stream: self.tracks.content() }
            }
            (_, Presented::NotAvailable) => Streams { main_stream: self.tracks.main(), contented_stream: None },
        }
    }
}
