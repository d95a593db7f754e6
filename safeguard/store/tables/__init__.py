"""The tables, by subject. Each column says what it is for; the comments are in the database too.

`school_id` stands on every subject, event, concern, rule and staff grant, so that a trust can
keep its schools in one database. Ids of people and devices are random text: an id in a log
tells nobody's name.
"""
