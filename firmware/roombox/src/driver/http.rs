//! Requests to the HTTP interface of the conference server, done beside the loop.
//!
//! One connection a request: they are rare. Nothing is followed, kept or logged: a redirect is an answer like any other, so
//! that a token goes nowhere but where it was meant to go.

use std::time::Duration;

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{
    Request, Uri,
    body::Bytes,
    client::conn::http1,
    header::{CONNECTION, HOST},
    http::uri::Scheme,
    rt::{Read, Write},
};
use hyper_util::rt::TokioIo;
use roombox_conference::api::{HttpId, HttpRequest, HttpResponse};
use roombox_sip::api::FlowError;
use roombox_sip_transports::ClientTls;
use tokio::{net::TcpStream, sync::mpsc::UnboundedSender, time::timeout};

/// For everything from the name to the last byte of the answer. The server sets up a stream meanwhile; nobody waits longer
/// for a picture.
const TIME_LIMIT: Duration = Duration::from_secs(10);
/// Longest answer. A description of five media sections has a few kilobytes.
const LONGEST_ANSWER: usize = 256 * 1024;

/// What became of one request, in the words of the client.
pub(super) type Answered = (HttpId, Result<HttpResponse, String>);

/// Why there is no answer. No text has anything of the request's headers or body in it.
#[derive(Debug, thiserror::Error)]
enum HttpError {
    #[error("the address {0} cannot be used")]
    Address(String),
    #[error("{host} cannot be reached: {source}")]
    Connect {
        host: String,
        #[source]
        source: std::io::Error,
    },
    #[error("{0}")]
    Tls(FlowError),
    #[error("{0}")]
    Exchange(#[from] hyper::Error),
    #[error("a header cannot be sent: {0}")]
    Header(#[from] hyper::http::Error),
    #[error("the answer is longer than {LONGEST_ANSWER} bytes")]
    TooLong,
    #[error("the answer broke off: {0}")]
    BrokeOff(Box<dyn std::error::Error + Send + Sync>),
    #[error("no answer within {} ms", .0.as_millis())]
    TooLate(Duration),
}

/// The way to the server and back.
pub(super) struct HttpClient {
    answers: UnboundedSender<Answered>,
    limit: Duration,
    tls: ClientTls,
}

impl HttpClient {
    pub(super) const fn new(tls: ClientTls, answers: UnboundedSender<Answered>) -> Self {
        Self { answers, limit: TIME_LIMIT, tls }
    }

    /// Begins a request; it ends by itself in time and is told then.
    pub(super) fn ask(&self, request: HttpRequest) {
        let (answers, tls, limit) = (self.answers.clone(), self.tls.clone(), self.limit);
        tokio::spawn(async move {
            let id = request.id;
            let outcome = timeout(limit, exchange(&tls, request)).await.unwrap_or(Err(HttpError::TooLate(limit)));
            // The box has ended when nobody waits any more.
            let _ = answers.send((id, outcome.map_err(|error| error.to_string())));
        });
    }
}

async fn exchange(tls: &ClientTls, request: HttpRequest) -> Result<HttpResponse, HttpError> {
    let unusable = || HttpError::Address(request.url.clone());
    let uri: Uri = request.url.parse().map_err(|_| unusable())?;
    let secure = match uri.scheme() {
        Some(scheme) if *scheme == Scheme::HTTPS => true,
        Some(scheme) if *scheme == Scheme::HTTP => false,
        _ => return Err(unusable()),
    };
    let authority = uri.authority().ok_or_else(unusable)?;
    let host = authority.host().trim_matches(['[', ']']).to_owned();
    let port = authority.port_u16().unwrap_or(if secure { 443 } else { 80 });
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut message = Request::builder()
        .method(request.method)
        .uri(path)
        .header(HOST, authority.as_str())
        .header(CONNECTION, "close");
    for (name, value) in &request.headers {
        message = message.header(name, value);
    }
    let message = message.body(Full::new(Bytes::from(request.body)))?;
    let connected = TcpStream::connect((host.as_str(), port)).await;
    let tcp = connected.map_err(|source| HttpError::Connect { host: host.clone(), source })?;
    if secure {
        let stream = tls.handshake(&host, tcp).await.map_err(HttpError::Tls)?;
        speak(TokioIo::new(stream), message).await
    } else {
        speak(TokioIo::new(tcp), message).await
    }
}

async fn speak<S>(stream: S, message: Request<Full<Bytes>>) -> Result<HttpResponse, HttpError>
where
    S: Read + Write + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(stream).await?;
    let exchange = async {
        let answer = sender.send_request(message).await?;
        let status = answer.status().as_u16();
        let body = Limited::new(answer.into_body(), LONGEST_ANSWER).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() { HttpError::TooLong } else { HttpError::BrokeOff(error) }
        })?;
        let body = String::from_utf8_lossy(&body.to_bytes()).into_owned();
        Ok(HttpResponse { status, body })
    };
    tokio::pin!(exchange);
    tokio::select! {
        outcome = &mut exchange => outcome,
        ended = connection => {
            ended?;
            exchange.await
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::{
        Router,
        http::HeaderMap,
        response::Redirect,
        routing::{get, post},
    };
    use tokio::{
        io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
        net::TcpListener,
        sync::mpsc,
    };
    use tokio_rustls::{
        TlsAcceptor,
        rustls::{ServerConfig, crypto::ring::default_provider, pki_types::PrivateKeyDer},
    };

    use super::*;

    fn request(url: String, method: &'static str) -> HttpRequest {
        let headers = vec![
            ("Content-Type".to_owned(), "application/json".to_owned()),
            ("Authorization".to_owned(), "Bearer very-secret".to_owned()),
        ];
        HttpRequest { id: HttpId(7), method, url, headers, body: "{\"type\":\"offer\"}".into() }
    }

    async fn asked(request: HttpRequest) -> Result<HttpResponse, String> {
        asked_within(TIME_LIMIT, request).await
    }

    async fn asked_within(limit: Duration, request: HttpRequest) -> Result<HttpResponse, String> {
        asked_with(ClientTls::new(None).unwrap(), limit, request).await
    }

    async fn asked_with(tls: ClientTls, limit: Duration, request: HttpRequest) -> Result<HttpResponse, String> {
        let (answers, mut answered) = mpsc::unbounded_channel();
        HttpClient { answers, limit, tls }.ask(request);
        let (id, outcome) = answered.recv().await.unwrap();
        assert_eq!(id, HttpId(7));
        outcome
    }

    async fn echo(headers: HeaderMap, body: String) -> String {
        let header = |name: &str| headers[name].to_str().unwrap().to_owned();
        format!("{} {} {body}", header("authorization"), header("content-type"))
    }

    /// A server on a free port; its address.
    async fn served() -> String {
        let router = Router::new()
            .route("/echo/{room}", post(echo))
            .route("/away", get(|| async { Redirect::temporary("http://127.0.0.1:1/token-thief") }))
            .route("/endless", get(|| async { "x".repeat(LONGEST_ANSWER + 1) }))
            .route("/long", get(|| async { "x".repeat(LONGEST_ANSWER) }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    }

    #[tokio::test]
    async fn headers_and_body_arrive_and_the_answer_comes_back() {
        let answer = asked(request(format!("{}/echo/a%20b?quality=high", served().await), "POST")).await.unwrap();
        assert_eq!(answer.status, 200);
        assert_eq!(answer.body, "Bearer very-secret application/json {\"type\":\"offer\"}");
    }

    #[tokio::test]
    async fn a_refusal_is_an_answer_and_a_redirect_is_not_followed() {
        let server = served().await;
        assert_eq!(asked(request(format!("{server}/nowhere"), "GET")).await.unwrap().status, 404);
        assert_eq!(asked(request(format!("{server}/away"), "GET")).await.unwrap().status, 307);
    }

    #[tokio::test]
    async fn an_answer_has_a_longest_length() {
        let server = served().await;
        assert_eq!(asked(request(format!("{server}/long"), "GET")).await.unwrap().body.len(), LONGEST_ANSWER);
        let error = asked(request(format!("{server}/endless"), "GET")).await.unwrap_err();
        assert!(error.contains("longer than"), "{error}");
    }

    #[tokio::test]
    async fn what_cannot_be_asked_fails_without_telling_the_secret() {
        for (url, words) in [
            ("ftp://127.0.0.1/", "cannot be used"),
            ("/only/a/path", "cannot be used"),
            ("http://127.0.0.1:1/", "cannot be reached"),
        ] {
            let error = asked(request(url.into(), "POST")).await.unwrap_err();
            assert!(error.contains(words) && !error.contains("very-secret"), "{error}");
        }
        let mut broken = request("http://127.0.0.1:1/".into(), "POST");
        broken.headers.push(("X".into(), "very-secret\r\nY: 1".into()));
        let error = asked(broken).await.unwrap_err();
        assert!(error.contains("header") && !error.contains("very-secret"), "{error}");
    }

    #[tokio::test]
    async fn a_server_that_is_not_trusted_gets_no_request() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        // It speaks no TLS at all.
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut begin = [0; 512];
            let read = tokio::io::AsyncReadExt::read(&mut stream, &mut begin).await.unwrap();
            tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
            begin[..read].to_vec()
        });
        assert!(asked(request(format!("https://{address}/"), "POST")).await.is_err());
        let begin = server.await.unwrap();
        assert!(!begin.windows(11).any(|window| window == b"very-secret"));
    }

    /// Answers one request by TLS; its port and its certificate, which is its own authority.
    async fn secure() -> (u16, String) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            let (tcp, _) = listener.accept().await.unwrap();
            let Ok(stream) = TlsAcceptor::from(Arc::new(config)).accept(tcp).await else { return };
            let mut stream = BufReader::new(stream);
            let mut line = String::new();
            while line != "\r\n" {
                line.clear();
                stream.read_line(&mut line).await.unwrap();
            }
            stream.write_all(b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok").await.unwrap();
            stream.flush().await.unwrap();
        });
        (port, made.cert.pem())
    }

    #[tokio::test]
    async fn the_accounts_authority_is_trusted_and_no_other() {
        let (port, authority) = secure().await;
        let tls = ClientTls::with_authority_text(&authority).unwrap();
        let answer = asked_with(tls, TIME_LIMIT, request(format!("https://localhost:{port}/"), "POST")).await.unwrap();
        assert_eq!((answer.status, answer.body.as_str()), (201, "ok"));

        let (port, _) = secure().await;
        let error = asked(request(format!("https://localhost:{port}/"), "POST")).await.unwrap_err();
        assert!(error.contains("certificate"), "{error}");
    }

    #[tokio::test]
    async fn a_server_that_does_not_answer_is_given_up_in_time() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let answer = asked_within(Duration::from_millis(20), request(url, "GET")).await;
        assert_eq!(answer, Err("no answer within 20 ms".to_owned()));
    }
}
