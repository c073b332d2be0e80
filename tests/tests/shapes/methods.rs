//! Methods, whole `impl` and `trait` blocks, and `async_trait` on either side.

macro_rules! method_shapes {
    ($($shape:path, [$($arg:tt)*])?) => {
        use super::probe::{Failed, Noisy, Observed, block_on, log, tick};
        use std::pin::Pin;

        #[derive(Default)]
        struct Account { total: u32, names: Vec<String> }

        $(#[$shape($($arg)* level = "debug")])?
        impl Account {
            const LIMIT: u32 = { 100 };
            const fn limit() -> u32 { Self::LIMIT }
            fn new(total: u32) -> Self { Self { total, ..Self::default() } }
            fn checked(total: u32) -> Result<Self, Failed> { if total > Self::limit() { return Err(Failed(total)); } Ok(Self::new(total)) }
            fn total(&self) -> u32 { self.total }
            fn add(&mut self, n: u32) -> Result<&mut Self, Failed> { self.total = self.total.checked_add(n).ok_or(Failed(n))?; Ok(self) }
            fn name_mut(&mut self, at: usize) -> Result<&mut String, Failed> { self.names.get_mut(at).ok_or(Failed(0)) }
            fn into_total(self) -> Result<u32, Failed> { Ok(self.total) }
            fn bumped(mut self) -> Result<Self, Failed> { self.total += 1; Ok(self) }
            fn pinned(self: Pin<&mut Self>) -> Result<u32, Failed> { let this = self.get_mut(); this.total += 1; Ok(this.total) }
            fn boxed(self: Box<Self>) -> Result<u32, Failed> { Ok(self.total) }
            async fn later(&self, n: u32) -> Result<u32, Failed> { tick().await; Ok(self.total + n) }
            async fn later_mut(&mut self) -> Result<&mut u32, Failed> { tick().await; self.total += 1; Ok(&mut self.total) }
        }

        struct Holder<T>(T);

        impl<T: Clone> Holder<T> {
            $(#[$shape($($arg)*)])?
            fn get(&self) -> T { self.0.clone() }
            $(#[$shape($($arg)*)])?
            fn part(Self(inner): &Self) -> Result<&T, Failed> { Ok(inner) }
        }

        struct Owner { first: Noisy, second: Noisy }
        impl Owner {
            $(#[$shape($($arg)*)])?
            fn take_first(self, _other: Noisy) -> Result<Noisy, Failed> { Ok(self.first) }
            $(#[$shape($($arg)*)])?
            async fn take_second(self, _other: Noisy) -> Result<Noisy, Failed> { tick().await; Ok(self.second) }
        }

        $(#[$shape($($arg)*)])?
        trait Store {
            type Id;
            fn id(&self) -> Result<Self::Id, Failed>;
            fn twice(&self) -> Result<(Self::Id, Self::Id), Failed> { Ok((self.id()?, self.id()?)) }
            #[allow(async_fn_in_trait)]
            async fn by_default(&self) -> Result<u8, Failed> { tick().await; Ok(7) }
        }

        $(#[$shape($($arg)*)])?
        impl Store for Account {
            type Id = u32;
            fn id(&self) -> Result<u32, Failed> { Ok(self.total) }
        }

        #[async_trait::async_trait]
        trait Service {
            async fn ask(&self, n: u32) -> Result<u32, Failed>;
            async fn twice(&mut self, n: u32) -> Result<u32, Failed> { self.ask(n).await }
        }

        struct Above(u32);
        #[async_trait::async_trait]
        impl Service for Above {
            $(#[$shape($($arg)*)])?
            async fn ask(&self, n: u32) -> Result<u32, Failed> { tick().await; if n == 0 { return Err(Failed(n)); } Ok(self.0 + n) }
            $(#[$shape($($arg)*)])?
            async fn twice(&mut self, n: u32) -> Result<u32, Failed> { self.0 += n; self.ask(n).await }
        }

        struct Below(u32);
        $(#[$shape($($arg)*)])?
        #[async_trait::async_trait]
        impl Service for Below {
            async fn ask(&self, n: u32) -> Result<u32, Failed> { tick().await; Ok(self.0 + n) }
        }

        struct Inside(u32);
        #[async_trait::async_trait(?Send)]
        impl super::methods::Local for Inside {
            $(#[$shape($($arg)*)])?
            async fn local(&self, _: Noisy) -> u32 { let rc = std::rc::Rc::new(self.0); tick().await; *rc }
        }

        pub fn run(seen: &mut Observed) {
            use super::methods::Local;
            seen.call("associated", || format!("{:?} {:?}", Account::checked(7).map(|a| a.total), Account::checked(101).is_err()));
            seen.call("by reference", || format!("{}", Account::new(1).total()));
            seen.call("by mutable reference", || format!("{:?}", Account::new(1).add(2).and_then(|a| a.add(u32::MAX)).map(|a| a.total)));
            seen.call("lends", || format!("{:?}", Account::new(1).name_mut(0)));
            seen.call("by value", || format!("{:?} {:?}", Account::new(1).into_total(), Account::new(1).bumped().map(|a| a.total)));
            seen.call("pinned", || format!("{:?}", Pin::new(&mut Account::new(1)).pinned()));
            seen.call("boxed self", || format!("{:?}", Box::new(Account::new(1)).boxed()));
            let account = Account::new(1);
            let traits = auto_traits!(account.later(1));
            seen.call("async method's traits", || traits);
            seen.future("async method", account.later(2), |r| format!("{r:?}"));
            let mut account = Account::new(1);
            seen.future("async method that lends", account.later_mut(), |r| format!("{r:?}"));
            seen.call("generic impl", || format!("{} {:?}", Holder(7).get(), Holder::part(&Holder(8))));
            let owner = || Owner { first: Noisy("first"), second: Noisy("second") };
            seen.call("part of self", || owner().take_first(Noisy("other")).map_or("", |n| n.0).to_owned());
            seen.future("part of self later", owner().take_second(Noisy("other")), |r| r.map_or("", |n| n.0).to_owned());
            seen.call("trait", || format!("{:?} {:?}", account_of(3).twice(), block_on(account_of(3).by_default())));
            seen.call("async_trait around", || format!("{:?} {:?}", block_on(Above(1).ask(0)), block_on(Above(1).twice(2))));
            seen.call("async_trait within", || format!("{:?} {:?}", block_on(Below(1).ask(1)), block_on(Below(1).twice(2))));
            seen.call("async_trait, not Send", || format!("{:?}", block_on(Inside(1).local(Noisy("wild")))));
            seen.call("async_trait's traits", || auto_traits!(Above(1).ask(1)));
            log("");
        }

        fn account_of(total: u32) -> Account { Account::new(total) }
    };
}
pub(crate) use method_shapes;

#[async_trait::async_trait(?Send)]
pub trait Local {
    async fn local(&self, noisy: super::probe::Noisy) -> u32;
}
