//! The causes that JsSIP names (spec sections 12.3 and 14.5).

use super::{Text, find, text};

/// Every cause by its name on the wire of the library.
pub const CAUSES: &[(&str, Text)] = &[
    ("Connection Error", text("Connection to the server lost", "Потеряно соединение с сервером", "websocket连接出错")),
    ("Request Timeout", text("The server did not answer in time", "Сервер не ответил вовремя", "请求超时")),
    ("SIP Failure Code", text("The call failed with code", "Вызов не удался, код", "SIP代码")),
    ("Internal Error", text("Something went wrong inside", "Внутренняя ошибка", "发生内部错误")),
    ("Busy", text("The line is busy", "Абонент занят", "用户忙")),
    ("Rejected", text("The call was refused", "Вызов отклонён", "拒绝连接")),
    ("Redirected", text("The call was sent elsewhere", "Вызов перенаправлен", "重定向")),
    ("Unavailable", text("Nobody can be reached there", "Абонент недоступен", "号码无效/空号")),
    ("Not Found", text("There is no such number", "Такого номера нет", "号码未找到")),
    ("Address Incomplete", text("The number is incomplete", "Номер набран не полностью", "账号有误")),
    (
        "Incompatible SDP",
        text("No common picture or sound format", "Нет общего формата видео или звука", "媒体协商错误,请重试:1"),
    ),
    (
        "Missing SDP",
        text(
            "The other side did not say how to send media",
            "Другая сторона не описала видео и звук",
            "媒体协商错误,请重试:2",
        ),
    ),
    (
        "Authentication Error",
        text("Wrong user name or password", "Неверное имя пользователя или пароль", "账号或密码错误"),
    ),
    ("Terminated", text("The call has ended", "Разговор завершён", "已挂断")),
    ("WebRTC Error", text("Picture and sound could not be set up", "Не удалось настроить видео и звук", "WebRTC错误")),
    ("Canceled", text("The call was cancelled", "Вызов отменён", "通话已取消")),
    ("Replaced", text("Another call took the place of this one", "Этот вызов заменён другим", "通话已被另一通话取代")),
    ("No Answer", text("Nobody answered", "Никто не ответил", "未接听")),
    ("Expires", text("The call ran out of time", "Время вызова истекло", "Expires")),
    ("No ACK", text("The other side did not confirm the call", "Другая сторона не подтвердила соединение", "No ACK")),
    (
        "Dialog Error",
        text("The other side no longer knows this call", "Другая сторона больше не знает этот вызов", "408/481错误"),
    ),
    (
        "User Denied Media Access",
        text("The microphone or camera may not be used", "Нет доступа к микрофону или камере", "麦克风权限获取失败"),
    ),
    (
        "Bad Media Description",
        text("The media description is faulty", "Ошибка в описании видео и звука", "错误的SDP信息"),
    ),
    (
        "RTP Timeout",
        text(
            "Picture and sound stopped, the call was ended",
            "Видео и звук пропали, вызов завершён",
            "RTP 丢失,会话结束",
        ),
    ),
];

/// The text of a cause.
pub fn cause(name: &str) -> Option<&'static Text> {
    find(CAUSES, &name)
}
