//! The output finds its way whatever stands around it: no prelude, names that hide the usual ones, another name
//! for the crate, macros that write the annotated function.

#![no_implicit_prelude]
#![allow(dead_code)]

/// Hides what an expansion could be tempted to name.
mod hidden {
    #![allow(non_camel_case_types, clippy::upper_case_acronyms)]

    pub(crate) mod core {}
    pub(crate) mod std {}
    pub(crate) mod alloc {}
    pub(crate) mod spanwright {}
    pub(crate) mod __private {}
    pub(crate) struct Option;
    pub(crate) struct Result;
    pub(crate) struct Box;
    pub(crate) struct String;
    pub(crate) struct Some;
    pub(crate) struct None;
    pub(crate) struct Ok;
    pub(crate) struct Err;
    pub(crate) trait Future {}
    pub(crate) trait Capture {}
    pub(crate) struct SITE;

    #[::spanwright::traced(capture(a), fields(b = a), err(Debug), ret(|r| *r as "r"), level = "debug", kind = client)]
    fn sync(a: u8) -> ::std::result::Result<u8, u8> {
        ::std::result::Result::Ok(a)
    }

    #[::spanwright::traced(name = ::std::format_args!("{a}"), sample = 1.0, metrics)]
    async fn later(#[capture(debug)] a: u8, _: u8) -> ::std::result::Result<u8, u8> {
        ::std::result::Result::Ok(a)
    }

    #[::spanwright::traced]
    fn boxed() -> ::std::pin::Pin<::std::boxed::Box<dyn ::std::future::Future<Output = u8>>> {
        ::std::boxed::Box::pin(async { 7 })
    }

    #[derive(::spanwright::Capture)]
    struct Held<T> {
        #[capture(len)]
        text: &'static str,
        value: T,
    }

    #[derive(::spanwright::Capture)]
    enum Either {
        One,
        Two(u8, u8),
        Three { a: u8 },
    }

    #[::spanwright::traced]
    impl Held<u8> {
        fn value(&self) -> ::std::result::Result<u8, u8> {
            ::std::result::Result::Ok(self.value)
        }
    }

    #[test]
    fn expansions_name_nothing_by_luck() {
        ::std::assert_eq!(sync(7), ::std::result::Result::Ok(7));
        let held = Held { text: "", value: 7 };
        ::std::assert_eq!(held.value(), ::std::result::Result::Ok(7));
        let futures = (later(7, 8), boxed());
        ::std::mem::drop(futures);
    }
}

/// The crate under another name, as a library that re-exports it would have it.
mod renamed {
    pub(crate) mod facade {
        pub(crate) use ::spanwright as tracing_by_another_name;
    }

    #[facade::tracing_by_another_name::traced(crate = crate::renamed::facade::tracing_by_another_name)]
    fn called() -> u8 {
        7
    }

    #[derive(::spanwright::Capture)]
    #[capture(crate = crate::renamed::facade::tracing_by_another_name)]
    struct Captured(u8);

    #[test]
    fn the_runtime_is_found_where_the_option_says() {
        ::std::assert_eq!(called(), 7);
    }
}

/// Functions that a `macro_rules` writes: names of both contexts meet.
mod written {
    macro_rules! function {
        ($name:ident, $parameter:ident, $type:ty, $body:expr) => {
            #[::spanwright::traced(capture($parameter, hidden))]
            fn $name($parameter: $type, hidden: u8) -> ::std::result::Result<$type, u8> {
                let value: $type = $body;
                ::std::result::Result::Ok(value + hidden)
            }
        };
    }

    function!(twice, number, u8, number * 2);

    #[test]
    fn a_macro_may_write_the_function() {
        use ::std::convert::From;
        let traces = ::spanwright::testing::TestTraces::start();
        ::std::assert_eq!(twice(3, 1), ::std::result::Result::Ok(7));
        ::spanwright::assert_trace!(traces, "twice" ["number" = 3, "hidden" = 1]);
    }
}

/// Parameters and locals with the names the output uses itself.
mod same_names {
    #[::spanwright::traced(capture(__span, __site, __scope))]
    fn locals(__span: u8, __site: u8, __scope: u8) -> ::std::result::Result<u8, u8> {
        let __r = __span + __site;
        ::std::result::Result::Ok(__r + __scope)
    }

    #[test]
    fn the_users_names_stay_the_users() {
        use ::std::convert::From;
        let traces = ::spanwright::testing::TestTraces::start();
        ::std::assert_eq!(locals(1, 2, 3), ::std::result::Result::Ok(6));
        ::spanwright::assert_trace!(traces, "locals" ["__span" = 1, "__site" = 2, "__scope" = 3]);
    }
}

/// Sites know where their attribute stands; one that a `macro_rules` writes, where that is called.
mod places {
    const BEFORE: u32 = ::std::line!();
    #[::spanwright::traced]
    fn plain() {}

    #[::spanwright::traced(capture(a))]
    fn captured(a: u8) -> ::std::result::Result<u8, u8> {
        ::std::result::Result::Ok(a)
    }

    macro_rules! function {
        ($name:ident) => {
            #[::spanwright::traced]
            fn $name() {}
        };
    }

    const WRITTEN: u32 = ::std::line!() + 1;
    function!(written);

    #[test]
    fn sites_know_their_places() {
        use ::std::iter::Iterator;
        plain();
        ::std::assert_eq!(captured(1), ::std::result::Result::Ok(1));
        written();
        let places = ::spanwright::sites();
        let line = |name: &str| {
            let mut here = places
                .iter()
                .filter(|site| site.target() == ::std::module_path!());
            let site = here.find(|site| site.name() == name);
            site.map(|site| (site.file(), site.line()))
        };
        let at = |line| ::std::option::Option::Some((::std::file!(), line));
        ::std::assert_eq!(line("plain"), at(BEFORE + 1));
        ::std::assert_eq!(line("captured"), at(BEFORE + 4));
        ::std::assert_eq!(line("written"), at(WRITTEN));
    }
}
