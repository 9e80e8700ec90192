//! What the TV shows, in media's words.

use roombox_appliance::{
    api::ScreenContent,
    tree::{Layout, ScreenSign, SelfView, SignKind},
};
use roombox_media::{
    api::{self as media, Corner, Mark, Names, Sign, View, Words},
    engine::MediaEngine,
};
use tokio::sync::watch;

/// Hands to the engine what is to be shown, the latest only: drawing words may take longer than they change.
pub(super) struct ScreenPainter(watch::Sender<ScreenContent>);

impl ScreenPainter {
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(ScreenContent::default()))
    }

    pub(super) fn show(&self, content: ScreenContent) {
        self.0.send_replace(content);
    }

    /// Paints from now on, as long as this is kept.
    pub(super) fn paint_with(&self, engine: MediaEngine) {
        let mut content = self.0.subscribe();
        content.mark_changed();
        tokio::spawn(async move {
            while content.changed().await.is_ok() {
                let latest = content.borrow_and_update().clone();
                engine.set_view(view(&latest));
                engine.set_words(words(latest)).await;
            }
        });
    }
}

fn view(content: &ScreenContent) -> View {
    let layout = match content.layout {
        Layout::Standard => media::Layout::Standard,
        Layout::SideBySide => media::Layout::SideBySide,
        Layout::Content => media::Layout::Content,
        Layout::Speaker => media::Layout::Speaker,
        Layout::RemoteOnly => media::Layout::RemoteOnly,
    };
    let own = match content.self_view {
        SelfView::Off => None,
        SelfView::TopLeft => Some(Corner::TopLeft),
        SelfView::TopRight => Some(Corner::TopRight),
        SelfView::BottomLeft => Some(Corner::BottomLeft),
        SelfView::BottomRight => Some(Corner::BottomRight),
    };
    View { layout, own }
}

fn words(content: ScreenContent) -> Words {
    let ScreenContent { remote, content, own, signs, .. } = content;
    Words { names: Names { remote, content, own }, signs: signs.into_iter().map(sign).collect() }
}

fn sign(sign: ScreenSign) -> Sign {
    let mark = match sign.sign {
        SignKind::Muted => Mark::Muted,
        SignKind::SpeakingMuted => Mark::SpeakingMuted,
        SignKind::Fair => Mark::Fair,
        SignKind::Poor => Mark::Poor,
    };
    Sign { mark, text: sign.text }
}
