"""The demonstration on one machine: `bin/demo` prepares it, serves it, and with `--check` walks through it as each role."""
