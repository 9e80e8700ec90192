//! SIP status codes (RFC 3261 section 21 and the registry of later RFCs).

use super::{Text, find, text};

/// Every code with a text. Chinese texts for 100, 180, 183, 3xx, 401, 403, 404, 408, 410, 480, 484, 486, 487, 503 and 6xx
/// up to 604 are those of the spec (section 12.3); for the others it has none.
pub const SIP_CODES: &[(u16, Text)] = &[
    (100, text("Calling", "Идёт вызов", "拨打中")),
    (180, text("Ringing", "Звонит", "响铃中")),
    (181, text("Being forwarded", "Переадресация", "呼叫转移中")),
    (182, text("Waiting in a queue", "В очереди", "排队等候中")),
    (183, text("Ringing", "Звонит", "响铃中")),
    (199, text("One of the places called has given up", "Один из вызванных отказался", "其中一路呼叫已结束")),
    (200, text("Done", "Готово", "成功")),
    (202, text("Accepted", "Принято", "已接受")),
    (300, text("Reachable in several other places", "Есть несколько других адресов", "重定向")),
    (301, text("Moved for good", "Адрес изменён навсегда", "重定向")),
    (302, text("Moved for now", "Адрес временно изменён", "重定向")),
    (305, text("Only reachable through another server", "Доступен только через другой сервер", "重定向")),
    (380, text("Another service is offered instead", "Предложена другая услуга", "重定向")),
    (400, text("The server did not understand the request", "Сервер не понял запрос", "请求有误")),
    (401, text("Wrong user name or password", "Неверное имя пользователя или пароль", "用户/密码错误")),
    (402, text("Payment is required", "Требуется оплата", "需要付费")),
    (403, text("The server does not allow this", "Сервер не разрешает", "服务器拒绝连接")),
    (404, text("User not found", "Пользователь не найден", "用户未找到")),
    (
        405,
        text("The other side does not allow this request", "Другая сторона не принимает такой запрос", "不允许的请求"),
    ),
    (
        406,
        text(
            "The other side cannot give a fitting answer",
            "Другая сторона не может ответить подходящим образом",
            "无法接受的请求",
        ),
    ),
    (407, text("Wrong user name or password at the proxy", "Неверные данные входа на прокси", "代理用户/密码错误")),
    (408, text("No answer in time", "Нет ответа вовремя", "拨号超时")),
    (410, text("The user is no longer here", "Пользователя здесь больше нет", "未找到")),
    (412, text("The state to be changed is out of date", "Изменяемое состояние устарело", "前提条件不满足")),
    (413, text("The message is too large", "Сообщение слишком большое", "消息过大")),
    (414, text("The address is too long", "Адрес слишком длинный", "地址过长")),
    (
        415,
        text(
            "The other side does not know this kind of content",
            "Другая сторона не знает такой тип данных",
            "不支持的内容类型",
        ),
    ),
    (
        416,
        text(
            "The other side does not know this kind of address",
            "Другая сторона не знает такой вид адреса",
            "不支持的地址类型",
        ),
    ),
    (
        420,
        text(
            "The other side lacks an extension that was asked for",
            "Другая сторона не поддерживает нужное расширение",
            "不支持的扩展",
        ),
    ),
    (421, text("The other side asks for an extension", "Другая сторона требует расширение", "需要扩展支持")),
    (422, text("The session timer is too short", "Слишком короткий таймер сеанса", "会话计时过短")),
    (423, text("The time asked for is too short", "Запрошен слишком короткий срок", "注册有效期过短")),
    (424, text("The location given is faulty", "Неверные сведения о местоположении", "位置信息有误")),
    (428, text("Proof of identity is required", "Требуется подтверждение личности", "需要身份标识")),
    (429, text("Who transfers the call must be named", "Не указано, кто переводит вызов", "需要提供转接方身份")),
    (430, text("The connection to the user failed", "Соединение с пользователем потеряно", "到用户的连接失败")),
    (433, text("Anonymous calls are not accepted", "Анонимные вызовы не принимаются", "不接受匿名呼叫")),
    (
        436,
        text(
            "The proof of identity cannot be fetched",
            "Не удалось получить подтверждение личности",
            "身份信息无法获取",
        ),
    ),
    (437, text("The certificate of the caller is not accepted", "Сертификат вызывающего не принят", "证书不受支持")),
    (438, text("The proof of identity is not valid", "Подтверждение личности недействительно", "身份信息无效")),
    (
        439,
        text(
            "The first server does not support outbound connections",
            "Первый сервер не поддерживает outbound",
            "首跳服务器不支持outbound",
        ),
    ),
    (440, text("Too many branches of the call", "Слишком много ветвей вызова", "呼叫分支过多")),
    (
        469,
        text(
            "The other side does not know this information package",
            "Другая сторона не знает такой пакет INFO",
            "不支持的INFO包",
        ),
    ),
    (470, text("Consent is needed", "Нужно согласие", "需要授权同意")),
    (480, text("Nobody answers at the moment", "Сейчас никто не отвечает", "未接听/无法接通")),
    (481, text("The call no longer exists", "Вызова больше нет", "通话不存在")),
    (482, text("The call goes round in a circle", "Вызов ходит по кругу", "检测到环路")),
    (483, text("The call passed too many servers", "Вызов прошёл слишком много серверов", "跳数过多")),
    (484, text("The number is incomplete", "Номер набран не полностью", "找不到用户,请检查sip uri")),
    (485, text("The number is ambiguous", "Номер неоднозначен", "地址不明确")),
    (486, text("Busy here", "Абонент занят", "用户忙")),
    (487, text("The call was cancelled", "Вызов отменён", "用户拒接")),
    (488, text("No common picture or sound format here", "Здесь нет общего формата видео или звука", "媒体格式不兼容")),
    (489, text("The server does not know this subscription", "Сервер не знает такую подписку", "不支持的事件")),
    (491, text("Both sides asked at the same moment", "Обе стороны обратились одновременно", "请求冲突,稍后重试")),
    (493, text("The message cannot be decrypted", "Сообщение не удаётся расшифровать", "无法解密消息")),
    (494, text("A security agreement is required", "Требуется соглашение о защите", "需要安全协商")),
    (500, text("The server has an internal fault", "Внутренняя ошибка сервера", "服务器内部错误")),
    (501, text("The server cannot do that", "Сервер этого не умеет", "服务器不支持此功能")),
    (502, text("A server behind it gave a bad answer", "Следующий сервер ответил неверно", "网关错误")),
    (503, text("The service is not available", "Служба недоступна", "无法接通")),
    (504, text("A server behind it did not answer", "Следующий сервер не ответил", "服务器超时")),
    (505, text("The server does not speak this SIP version", "Сервер не знает эту версию SIP", "不支持的SIP版本")),
    (513, text("The message is too large for the server", "Сообщение слишком велико для сервера", "消息过长")),
    (555, text("The push service is not supported", "Служба push не поддерживается", "不支持推送服务")),
    (580, text("The network cannot guarantee the call", "Сеть не может обеспечить вызов", "前置条件失败")),
    (600, text("Busy everywhere", "Абонент занят на всех устройствах", "用户忙")),
    (603, text("The user declined", "Пользователь отказался", "未接听/拒接/无法接通")),
    (604, text("This user exists nowhere", "Такого пользователя нигде нет", "用户未找到")),
    (
        606,
        text(
            "No common picture or sound format anywhere",
            "Нигде нет общего формата видео или звука",
            "媒体格式均不兼容",
        ),
    ),
    (607, text("The user does not want this call", "Нежелательный вызов", "不受欢迎的来电")),
    (608, text("The call was blocked on its way", "Вызов заблокирован по пути", "呼叫被拦截")),
];

/// The text of a code.
pub fn sip_code(code: u16) -> Option<&'static Text> {
    find(SIP_CODES, &code)
}
