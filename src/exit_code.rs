//! The exit codes of the program: one enum for all commands, and each stage's error says which of them it is.

/// How a command ended, for who started it. A test holds docs/exit-codes.md to these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// What was asked for is done.
    Success = 0,
    /// Something failed that neither the command line nor the data can mend.
    Failure = 1,
    /// The command line or the configuration. Also what clap exits with.
    Usage = 2,
    /// The extracts or a run folder are not as they should be.
    Data = 3,
    /// The results are held, since they stray from those before.
    Gate = 4,
    /// Another run has the lock. The number is EX_TEMPFAIL of sysexits.h: try again later.
    Locked = 75,
}

impl ExitCode {
    /// All of them, in the order of their numbers.
    pub const ALL: [ExitCode; 6] =
        [ExitCode::Success, ExitCode::Failure, ExitCode::Usage, ExitCode::Data, ExitCode::Gate, ExitCode::Locked];

    /// What the operating system gets.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// What it means, for the help and the documentation.
    pub fn meaning(self) -> &'static str {
        match self {
            ExitCode::Success => "done, warnings included",
            ExitCode::Failure => "unexpected failure",
            ExitCode::Usage => "usage or configuration",
            ExitCode::Data => "data (unreadable, missing column, limit broken)",
            ExitCode::Gate => "the run strays too far from those before it (gate broken)",
            ExitCode::Locked => "output locked by another run",
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        code.number().into()
    }
}
