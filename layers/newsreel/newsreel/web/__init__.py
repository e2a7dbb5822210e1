"""What HTTP asks for: requests, answers, and all that is shown to readers."""
