//! The events of [`crate::worker`] (spec section 12.2).

use super::{Text, find, text};

/// Every event by the value of its constant.
pub const EVENTS: &[(&str, Text)] = &[
    ("Request Timeout", text("No answer from the server", "Нет ответа от сервера", "连接超时")),
    ("event", text("New event", "Новое событие", "新事件")),
    ("registered", text("Signed in", "Вход выполнен", "已签入")),
    ("unregistered", text("Not signed in", "Вход не выполнен", "未签入")),
    ("registrationFailed", text("Signing in failed", "Не удалось войти", "签入失败")),
    ("registrationExpiring", text("The sign-in is about to expire", "Срок входа истекает", "签入即将过期")),
    ("connecting", text("Connecting", "Подключение", "登录中")),
    ("connected", text("Connected", "Подключено", "已连接")),
    ("disconnected", text("Disconnected", "Отключено", "连接断开")),
    ("newRTCSession", text("New call", "Новый вызов", "新通话")),
    ("new_RTCSession_state", text("State of the call", "Состояние вызова", "通话状态")),
    ("session_connecting", text("Dialling", "Набор номера", "拨号中")),
    ("session_progress", text("Ringing", "Звонит", "响铃中")),
    ("session_accepted", text("Call accepted", "Вызов принят", "通话接受")),
    ("session_confirmed", text("In a call", "Идёт разговор", "通话中")),
    ("session_ended", text("Call ended", "Разговор завершён", "通话结束:1")),
    ("session_failed", text("Call failed", "Вызов не удался", "通话结束:2")),
    ("session_answer_failed", text("Call could not be set up", "Не удалось установить разговор", "通话结束:3")),
    ("session_req_timeout", text("Nobody answered in time", "Никто не ответил вовремя", "拨号超时")),
    ("onHold", text("On hold", "Удержание", "保持")),
    ("onResume", text("Resumed", "Снова на связи", "继续")),
    ("onMute", text("Muted", "Звук выключен", "静音")),
    ("onUnmute", text("Unmuted", "Звук включён", "取消静音")),
    ("newMessage", text("New message", "Новое сообщение", "新消息")),
    ("session_recall", text("Redialling", "Повторный набор", "重拨中")),
    ("re_register", text("Signing in again", "Повторный вход", "进行重连")),
    ("re_login", text("Connecting again", "Повторное подключение", "进行重连")),
    ("call_event", text("Call event", "Событие вызова", "呼叫事件")),
    ("newOptions", text("The server asks what we can do", "Сервер спрашивает о возможностях", "newOptions")),
    ("sipEvent", text("Notification of the server", "Уведомление сервера", "sipEvent")),
];

/// What an event without an entry is called.
pub const UNKNOWN_EVENT: Text = text("Unknown event", "Неизвестное событие", "未定义的事件");

/// The text of an event.
pub fn event(name: &str) -> Option<&'static Text> {
    find(EVENTS, &name)
}
