"""The command line of provkit: one module for each command, no logic of its own."""
