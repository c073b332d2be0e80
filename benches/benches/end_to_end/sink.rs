//! The sink: a small HTTP/1.1 server on the loopback that counts the spans it is sent. Out: its port on the first line,
//! then the count for each line on stdin.

use crate::protobuf;
use std::error::Error;
use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

static SPANS: AtomicU64 = AtomicU64::new(0);

/// A sink's process, from outside.
pub(crate) struct Sink {
    process: Child,
    questions: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    pub(crate) port: u16,
}

impl Sink {
    pub(crate) fn start() -> Result<Self, Box<dyn Error>> {
        let mut process = Command::new(std::env::current_exe()?)
            .arg("--sink")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let questions = process.stdin.take().ok_or("no stdin")?;
        let mut answers = BufReader::new(process.stdout.take().ok_or("no stdout")?).lines();
        let port = answers.next().ok_or("the sink did not start")??.parse()?;
        Ok(Self {
            process,
            questions,
            answers,
            port,
        })
    }

    /// Ends it, and says how many spans it was sent.
    pub(crate) fn count(mut self) -> Result<u64, Box<dyn Error>> {
        writeln!(self.questions, "how many")?;
        let count = self.answers.next().ok_or("the sink has gone")??.parse()?;
        drop(self.questions);
        self.process.wait()?;
        Ok(count)
    }
}

pub(crate) fn serve() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut answers = std::io::stdout();
    writeln!(answers, "{}", listener.local_addr()?.port())?;
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(|| {
                if let Err(error) = connection(stream) {
                    eprintln!("sink: {error}");
                }
            });
        }
    });
    for line in std::io::stdin().lock().lines() {
        line?;
        writeln!(answers, "{}", SPANS.load(Ordering::SeqCst))?;
    }
    Ok(())
}

/// Answers requests until the other side closes.
fn connection(stream: TcpStream) -> Result<(), Box<dyn Error>> {
    stream.set_nodelay(true)?;
    let mut replies = stream.try_clone()?;
    let mut requests = BufReader::with_capacity(256 * 1024, stream);
    let mut body = Vec::new();
    loop {
        let mut first = String::new();
        if requests.read_line(&mut first)? == 0 {
            return Ok(());
        }
        let length = content_length(&mut requests)?;
        body.resize(length, 0);
        requests.read_exact(&mut body)?;
        if first.starts_with("POST /v1/traces ") {
            let spans = protobuf::spans(&body).ok_or("a body that is not protobuf")?;
            SPANS.fetch_add(spans, Ordering::SeqCst);
        }
        replies.write_all(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n",
        )?;
    }
}

/// Reads the headers; all the clients here say how long the body is.
fn content_length(requests: &mut impl BufRead) -> Result<usize, Box<dyn Error>> {
    let mut length = None;
    loop {
        let mut line = String::new();
        requests.read_line(&mut line)?;
        match line.trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = Some(value.trim().parse()?);
            }
            Some(_) => {}
            None => return Ok(length.ok_or("a request without content-length")?),
        }
    }
}
