//! An HTTP server over a real socket that answers by script, rightly or not.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Instant;

/// One request as it came.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) path: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// When all of it was there.
    pub(crate) at: Instant,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// What the server does with a request.
pub(crate) enum Reply {
    /// Sends these bytes and reads on.
    Raw(Vec<u8>),
    /// Sends these bytes and closes the connection.
    Last(Vec<u8>),
    /// Sends nothing until the client goes.
    Hang,
    /// Sends a success whose body never ends, until the client goes; then says how many bytes it sent.
    Endless(Sender<usize>),
}

impl Reply {
    pub(crate) fn status(status: &str) -> Self {
        Self::with(status, "", b"")
    }

    /// `headers` each end in CRLF.
    pub(crate) fn with(status: &str, headers: &str, body: &[u8]) -> Self {
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-length: {}\r\n{headers}\r\n",
            body.len()
        );
        Self::Raw([head.as_bytes(), body].concat())
    }
}

/// The server: its address and what it received.
pub(crate) struct Server {
    pub(crate) url: String,
    requests: Receiver<Request>,
}

impl Server {
    /// Asks `script` for each reply; it gets the request's number, from 0.
    pub(crate) fn start(script: impl FnMut(usize) -> Reply + Send + 'static) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").unwrap(), script)
    }

    /// Asks `script` for each reply; it gets the request.
    pub(crate) fn answering(mut script: impl FnMut(&Request) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Self::run(listener, move |_, request| script(request))
    }

    /// The same at a place that is taken already.
    pub(crate) fn on(listener: TcpListener, mut script: impl FnMut(usize) -> Reply + Send + 'static) -> Self {
        Self::run(listener, move |number, _| script(number))
    }

    fn run(listener: TcpListener, mut script: impl FnMut(usize, &Request) -> Reply + Send + 'static) -> Self {
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, requests) = mpsc::channel();
        std::thread::spawn(move || {
            let mut count = 0;
            while let Ok((stream, _)) = listener.accept() {
                serve(stream, &sender, &mut script, &mut count);
            }
        });
        Self { url, requests }
    }

    pub(crate) fn ok() -> Self {
        Self::start(|_| Reply::status("200 OK"))
    }

    /// The requests that were answered so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.try_iter().collect()
    }

    pub(crate) fn request(&self) -> Request {
        let mut all = self.requests();
        assert_eq!(all.len(), 1);
        all.remove(0)
    }
}

fn serve(
    stream: TcpStream,
    requests: &Sender<Request>,
    script: &mut impl FnMut(usize, &Request) -> Reply,
    count: &mut usize,
) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    while let Some(request) = read(&mut reader) {
        let reply = script(*count, &request);
        *count += 1;
        // Sent on before the reply, so that it is there when the client has its answer.
        if requests.send(request).is_err() {
            return;
        }
        match reply {
            Reply::Raw(bytes) => {
                if stream.write_all(&bytes).is_err() {
                    return;
                }
            }
            Reply::Last(bytes) => {
                let _ = stream.write_all(&bytes);
                return;
            }
            Reply::Hang => {
                let _ = reader.read_to_end(&mut Vec::new());
                return;
            }
            Reply::Endless(done) => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
                let chunk = [&b"1000\r\n"[..], &[b'x'; 0x1000], b"\r\n"].concat();
                let mut sent = 0;
                while stream.write_all(&chunk).is_ok() {
                    sent += chunk.len();
                }
                let _ = done.send(sent);
                return;
            }
        }
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let path = lines.first()?.split(' ').nth(1)?.to_owned();
    let headers: Vec<(String, String)> = lines[1..]
        .iter()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let mut request = Request {
        path,
        headers,
        body: Vec::new(),
        at: Instant::now(),
    };
    let length = request.header("content-length")?.parse().ok()?;
    request.body.resize(length, 0);
    reader.read_exact(&mut request.body).ok()?;
    request.at = Instant::now();
    Some(request)
}
