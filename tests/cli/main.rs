//! The command line, tried from outside: one binary, a module per topic.
