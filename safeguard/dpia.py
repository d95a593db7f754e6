"""The facts of a data protection impact assessment, from the settings in force."""
