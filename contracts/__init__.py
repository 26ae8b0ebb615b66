"""What is said between the parts of Handset, each thing once."""

VERSION = "0.1.0"
