//! Threads that a forked child can start.

use std::io;

/// Starts a thread that nobody waits for.
///
/// Each thread that the standard library starts enters itself into a list behind a lock of that library (Rust 1.95:
/// `stack_overflow::thread_info`), and leaves it at its end. In a child that was forked while another thread did so the
/// lock stays held for ever, and such a thread never comes to run. There ours are the system's own: without what the
/// standard library prints at a stack overflow.
pub(crate) fn spawn(name: String, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
    #[cfg(unix)]
    if super::fork_epoch() != 0 {
        return bare::spawn(name, Box::new(run));
    }
    std::thread::Builder::new().name(name).spawn(run).map(drop)
}

#[cfg(unix)]
mod bare {
    use std::ffi::c_void;
    use std::{io, mem, ptr};

    use crate::caught::caught;

    /// As the standard library's threads have.
    const STACK_BYTES: usize = 2 << 20;

    struct Start {
        name: String,
        run: Box<dyn FnOnce() + Send>,
    }

    pub(super) fn spawn(name: String, run: Box<dyn FnOnce() + Send>) -> io::Result<()> {
        let start = Box::into_raw(Box::new(Start { name, run }));
        // SAFETY: the attributes are initialised before they are used and destroyed once, after the last use; zeros are
        // valid bytes of a `pthread_t`, which the call writes. `begin` does not unwind, and takes `start` over, where the
        // call succeeds.
        let error = unsafe {
            let mut attributes: libc::pthread_attr_t = mem::zeroed();
            let mut thread: libc::pthread_t = mem::zeroed();
            let mut error = libc::pthread_attr_init(&mut attributes);
            if error == 0 {
                libc::pthread_attr_setstacksize(&mut attributes, STACK_BYTES);
                libc::pthread_attr_setdetachstate(&mut attributes, libc::PTHREAD_CREATE_DETACHED);
                error = libc::pthread_create(&mut thread, &attributes, begin, start.cast());
                libc::pthread_attr_destroy(&mut attributes);
            }
            error
        };
        if error == 0 {
            return Ok(());
        }
        // SAFETY: from `into_raw` above; no thread has it.
        drop(unsafe { Box::from_raw(start) });
        Err(io::Error::from_raw_os_error(error))
    }

    extern "C" fn begin(start: *mut c_void) -> *mut c_void {
        // SAFETY: `spawn` gave it to this thread alone.
        let Start { name, run } = *unsafe { Box::from_raw(start.cast::<Start>()) };
        set_name(name);
        // Unwinding must not cross into C.
        caught(run);
        ptr::null_mut()
    }

    /// For debuggers and process lists; Linux keeps 15 bytes.
    fn set_name(name: String) {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        {
            let mut bytes = name.into_bytes();
            bytes.truncate(15);
            if let Ok(name) = std::ffi::CString::new(bytes) {
                // SAFETY: the name ends with a zero and lives through the call.
                let _ = unsafe { libc::pthread_setname_np(libc::pthread_self(), name.as_ptr()) };
            }
        }
        #[cfg(not(any(target_os = "linux", target_os = "android")))]
        drop(name);
    }

    #[cfg(test)]
    mod tests {
        use std::sync::mpsc;

        #[test]
        fn a_thread_of_the_systems_own_runs_and_may_park_and_panic() {
            let (say, hear) = mpsc::channel();
            let run = move || {
                say.send(std::thread::current()).unwrap();
                std::thread::park();
                say.send(std::thread::current()).unwrap();
                std::panic::resume_unwind(Box::new("caught"));
            };
            super::spawn("spanwright-a-long-name".to_owned(), Box::new(run)).unwrap();
            let thread = hear.recv().unwrap();
            thread.unpark();
            assert_eq!(hear.recv().unwrap().id(), thread.id());
            // Unwinding drops the sender.
            assert!(hear.recv().is_err());
        }
    }
}
