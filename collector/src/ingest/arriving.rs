//! Reads bodies as they arrive: within their limits, their time and the budget.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::{Instant, timeout, timeout_at};

use super::budget::Budget;
use super::held::Held;
use super::refusal::Refusal;

/// Bytes of a body that have a second more to arrive in.
const BYTES_A_SECOND: usize = 64 << 10;

/// How long what is refused unread may go on arriving, so that its sender reads the answer.
const DRAIN: Duration = Duration::from_secs(5);

/// A body that is arriving.
#[derive(Debug)]
pub(super) struct Arriving {
    body: Incoming,
    /// What has been read of it, and not been asked for.
    ahead: Bytes,
    started: Instant,
    received: usize,
    patience: Duration,
    limit: usize,
}

impl Arriving {
    /// The body, with what it is held to.
    pub(super) fn new(body: Incoming, limit: usize, patience: Duration) -> Self {
        Self {
            body,
            ahead: Bytes::new(),
            started: Instant::now(),
            received: 0,
            patience,
            limit,
        }
    }

    /// Bytes that have come.
    pub(super) fn received(&self) -> usize {
        self.received
    }

    async fn next(&mut self) -> Result<Option<Bytes>, Refusal> {
        if !self.ahead.is_empty() {
            return Ok(Some(std::mem::take(&mut self.ahead)));
        }
        loop {
            let earned = Duration::from_secs((self.received / BYTES_A_SECOND) as u64);
            let deadline = (Instant::now() + self.patience).min(self.started + self.patience + earned);
            let frame = timeout_at(deadline, self.body.frame()).await;
            let Some(frame) = frame.map_err(|_| Refusal::Slow)? else {
                return Ok(None);
            };
            if let Ok(data) = frame.map_err(|_| Refusal::Interrupted)?.into_data()
                && !data.is_empty()
            {
                self.received += data.len();
                return Ok(Some(data));
            }
        }
    }

    fn expect(&self, held: &mut Held, length: u64) -> Result<usize, Refusal> {
        let too_large = Refusal::TooLarge { limit: self.limit };
        let length = usize::try_from(length).map_err(|_| too_large.clone())?;
        if length > self.limit {
            return Err(too_large);
        }
        held.expect(length)?;
        Ok(length)
    }

    /// The whole body, of `length` bytes where the sender said so.
    pub(super) async fn whole(
        &mut self,
        length: Option<u64>,
        contiguous: bool,
        budget: &Arc<Budget>,
    ) -> Result<Held, Refusal> {
        let mut held = Held::new(budget, contiguous);
        if let Some(length) = length {
            self.expect(&mut held, length)?;
        }
        while let Some(data) = self.next().await? {
            if held.length() + data.len() > self.limit {
                return Err(Refusal::TooLarge { limit: self.limit });
            }
            held.push(&data)?;
        }
        Ok(held)
    }

    /// The one message of a gRPC call, and whether it is compressed.
    pub(super) async fn message(&mut self, budget: &Arc<Budget>) -> Result<(Held, bool), Refusal> {
        let mut prefix = [0; 5];
        let mut filled = 0;
        while let Some(rest) = prefix.get_mut(filled..)
            && !rest.is_empty()
        {
            let mut data = self.next().await?.ok_or(Refusal::Interrupted)?;
            let now = data.split_to(rest.len().min(data.len()));
            rest.iter_mut().zip(&now).for_each(|(place, byte)| *place = *byte);
            filled += now.len();
            self.ahead = data;
        }
        let [compressed, length @ ..] = prefix;
        let mut held = Held::new(budget, compressed == 0);
        let length = self.expect(&mut held, u64::from(u32::from_be_bytes(length)))?;
        while let Some(data) = self.next().await? {
            if held.length() + data.len() > length {
                return Err(Refusal::bad_data(&"the call has more than one message"));
            }
            held.push(&data)?;
        }
        if held.length() < length {
            return Err(Refusal::Interrupted);
        }
        Ok((held, compressed != 0))
    }

    /// Lets the rest of a refused body arrive, for a while. A connection that is closed while its sender still writes
    /// may lose the answer.
    pub(super) async fn drain(mut self) {
        let rest = async {
            let mut left = self.limit;
            while let Ok(Some(data)) = self.next().await
                && let Some(less) = left.checked_sub(data.len())
            {
                left = less;
            }
        };
        let _ = timeout(DRAIN, rest).await;
    }
}
