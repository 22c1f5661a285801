//! The lucdau binary: command line, HTTP server, viewer.
