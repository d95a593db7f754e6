"""The core of the data path and the shell around it: settings, store, engine, recorder, commands."""
