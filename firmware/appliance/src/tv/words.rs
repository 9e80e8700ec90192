//! The words of the TV in every language.

use roombox_settings::model::Language;

use crate::tree::QualityCause;

/// The same in each language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Text {
    en: &'static str,
    ru: &'static str,
    zh: &'static str,
}

impl Text {
    pub(super) const fn of(self, language: Language) -> &'static str {
        match language {
            Language::En => self.en,
            Language::Ru => self.ru,
            Language::Zh => self.zh,
        }
    }
}

const fn text(en: &'static str, ru: &'static str, zh: &'static str) -> Text {
    Text { en, ru, zh }
}

/// Under what the other side presents.
pub(super) const CONTENT: Text = text("Presentation", "Презентация", "演示");
/// The microphone is muted.
pub(super) const MUTED: Text = text("Microphone is off", "Микрофон выключен", "麦克风已关闭");
/// Somebody speaks although it is.
pub(super) const SPEAKING_MUTED: Text =
    text("You speak, but the microphone is off", "Вы говорите, но микрофон выключен", "您正在讲话，但麦克风已关闭");

/// What makes the call less than good.
pub(super) const fn of_cause(cause: QualityCause) -> Text {
    match cause {
        QualityCause::NothingReceived => {
            text("Nothing comes from the other side", "От собеседника ничего не поступает", "未收到对方的音视频")
        }
        QualityCause::Camera => text("The camera brings no picture", "Нет изображения с камеры", "摄像头没有画面"),
        QualityCause::CpuOverload => text("The box is too busy", "Устройство перегружено", "设备负载过高"),
        QualityCause::Bandwidth => text("The network is too slow", "Сеть слишком медленная", "网络速度过慢"),
        QualityCause::Loss => text("The network loses data", "Сеть теряет данные", "网络丢包"),
        QualityCause::Delay => text("The network answers late", "Большая задержка сети", "网络延迟过高"),
        QualityCause::Jitter => text("The network is uneven", "Сеть работает неравномерно", "网络不稳定"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_said_in_every_language_in_its_own_letters() {
        let causes = QualityCause::ALL.iter().map(|cause| of_cause(*cause));
        for text in causes.chain([CONTENT, MUTED, SPEAKING_MUTED]) {
            assert!(text.of(Language::En).is_ascii(), "{text:?}");
            assert!(text.of(Language::Ru).chars().any(|letter| ('а'..='я').contains(&letter)), "{text:?}");
            assert!(text.of(Language::Zh).chars().all(|letter| letter >= '\u{3000}'), "{text:?}");
        }
    }
}
