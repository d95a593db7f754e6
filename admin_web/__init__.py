"""The review edge: the sites of the safeguarding lead and of the technician."""
