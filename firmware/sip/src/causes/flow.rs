//! The ways a connection fails.

use super::{Text, find, text};
use crate::api::FlowError;

/// Every kind of [`FlowError`] by its name.
pub const FLOW_ERRORS: &[(&str, Text)] = &[
    (
        "certificate",
        text("The certificate of the server is not trusted", "Нет доверия к сертификату сервера", "服务器证书不受信任"),
    ),
    ("closed", text("The connection was closed", "Соединение закрыто", "连接已关闭")),
    (
        "refused",
        text("Nobody listens at the address of the server", "По адресу сервера никто не отвечает", "服务器拒绝连接"),
    ),
    ("name-not-found", text("The name of the server is not known", "Имя сервера неизвестно", "找不到服务器域名")),
    (
        "handshake",
        text(
            "That address is not a SIP WebSocket server",
            "По этому адресу нет сервера SIP WebSocket",
            "不是SIP WebSocket服务器",
        ),
    ),
    ("timeout", text("The server did not answer in time", "Сервер не ответил вовремя", "服务器响应超时")),
    ("unreachable", text("The network cannot be reached", "Сеть недоступна", "网络不可达")),
];

/// The kind of an error, as serde names it.
pub const fn flow_kind(error: &FlowError) -> &'static str {
    match error {
        FlowError::Certificate(_) => "certificate",
        FlowError::Closed(_) => "closed",
        FlowError::Refused(_) => "refused",
        FlowError::NameNotFound(_) => "name-not-found",
        FlowError::Handshake(_) => "handshake",
        FlowError::Timeout(_) => "timeout",
        FlowError::Unreachable(_) => "unreachable",
    }
}

/// The text of an error.
pub fn flow_error(error: &FlowError) -> &'static Text {
    // Every kind has its entry; a test holds the two together.
    find(FLOW_ERRORS, &flow_kind(error)).unwrap_or(&FLOW_ERRORS[1].1)
}
