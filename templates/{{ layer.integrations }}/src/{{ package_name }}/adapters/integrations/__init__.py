"""The systems around the pilot, one module each: it provides one thing, once the settings switch it on."""
