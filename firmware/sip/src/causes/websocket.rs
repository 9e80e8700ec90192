//! WebSocket close codes (RFC 6455 section 7.4.1 and its registry).

use super::{Text, find, text};

/// Every code of the protocol's own range.
pub const CLOSE_CODES: &[(u16, Text)] = &[
    (1000, text("The connection was closed", "Соединение закрыто", "websocket已关闭")),
    (1001, text("The server went away", "Сервер отключился", "websocket服务器故障/页面即将关闭")),
    (1002, text("The server found an error in the protocol", "Ошибка протокола", "websocket协议错误")),
    (
        1003,
        text(
            "The server cannot handle this kind of data",
            "Сервер не принимает такие данные",
            "websocket无法处理的数据类型",
        ),
    ),
    (1004, text("Reserved close code 1004", "Зарезервированный код закрытия 1004", "websocket_Reserved1004")),
    (
        1005,
        text("The connection was closed without a reason", "Соединение закрыто без причины", "websocket_Reserved1005"),
    ),
    (1006, text("The connection broke off", "Соединение оборвалось", "websocket连接异常关闭")),
    (1007, text("The data were faulty", "Данные повреждены", "websocket数据异常")),
    (
        1008,
        text(
            "The message breaks a rule of the server",
            "Сообщение нарушает правила сервера",
            "websocket消息不符合策略",
        ),
    ),
    (1009, text("The message was too long", "Сообщение слишком длинное", "websocket消息过长")),
    (1010, text("The server lacks an extension", "Сервер не поддерживает расширение", "websocket握手失败")),
    (1011, text("The server met an unexpected fault", "Неожиданный сбой сервера", "websocket未知错误")),
    (1012, text("The server is restarting", "Сервер перезапускается", "websocket服务器重启中")),
    (
        1013,
        text(
            "The server is overloaded, try later",
            "Сервер перегружен, попробуйте позже",
            "websocket服务器超载，请稍后重试",
        ),
    ),
    (
        1014,
        text("A server behind it gave a bad answer", "Следующий сервер ответил неверно", "websocket_502 Bad Gateway"),
    ),
    (
        1015,
        text(
            "The certificate of the server is not trusted",
            "Нет доверия к сертификату сервера",
            "websocket_TLS 证书错误",
        ),
    ),
];

/// The text of a close code.
pub fn close_code(code: u16) -> Option<&'static Text> {
    find(CLOSE_CODES, &code)
}
