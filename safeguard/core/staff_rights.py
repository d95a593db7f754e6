"""What each role of staff may do: one table, a line for each thing and why it is so.

The table is read by safeguard.core.staff_roles; docs/reference/roles.md is made of it.
"""

from enum import StrEnum
from typing import NamedTuple


class Role(StrEnum):
    """What someone is on the staff for. An account may hold several; some are kept apart."""

    LEAD = "lead"
    DEPUTY = "deputy"
    YEAR_LEAD = "year-lead"
    HEAD = "head"
    GOVERNOR = "governor"
    TEACHER = "teacher"
    TECHNICIAN = "technician"
    AUDITOR = "auditor"
    CONCERN_AUDITOR = "concern-auditor"
    SETUP = "set-up"
    GLASS = "break-glass"  # nobody is given it: it is what breaking the glass gives, for a while


class Deed(StrEnum):
    """What someone may want to do."""

    OWN_ACCOUNT = "own-account"
    SEE_CONCERNS = "see-concerns"
    REVIEW = "review"
    SEE_PERSON = "see-person"
    HANDLE_CASES = "handle-cases"
    SEE_NUMBERS = "see-numbers"
    SEE_AUDIT = "see-audit"
    LIFT = "lift"
    DECIDE_REQUESTS = "decide-requests"
    ASK_WHY = "ask-why"
    KEEP_REGISTER = "keep-register"
    CHANGE_RULES = "change-rules"
    CHANGE_POLICY = "change-policy"
    APPROVE_POLICY = "approve-policy"
    SEE_HEALTH = "see-health"
    MANAGE_ACCOUNTS = "manage-accounts"
    CONFIRM_ROLES = "confirm-roles"
    BREAK_GLASS = "break-glass"


TITLES = {
    Role.LEAD: "Safeguarding lead",
    Role.DEPUTY: "Deputy safeguarding lead",
    Role.YEAR_LEAD: "Year lead",
    Role.HEAD: "Head",
    Role.GOVERNOR: "Governor",
    Role.TEACHER: "Teacher",
    Role.TECHNICIAN: "Technician",
    Role.AUDITOR: "Auditor",
    Role.CONCERN_AUDITOR: "Auditor of safeguarding",
    Role.SETUP: "Set-up account",
    Role.GLASS: "Technician, glass broken",
}
DEEDS = {
    Deed.OWN_ACCOUNT: "change their own password",
    Deed.SEE_CONCERNS: "see concerns and events, with names and words",
    Deed.REVIEW: "say what was concluded of an event or a concern",
    Deed.SEE_PERSON: "see all that is kept about one pupil",
    Deed.HANDLE_CASES: "open, write and hand over cases",
    Deed.SEE_NUMBERS: "see numbers in which no pupil can be told",
    Deed.SEE_AUDIT: "read who looked at what and who changed what",
    Deed.LIFT: "lift a block for a lesson",
    Deed.DECIDE_REQUESTS: "decide on requests to unblock",
    Deed.ASK_WHY: "ask why an address is blocked",
    Deed.KEEP_REGISTER: "keep the register of people and devices",
    Deed.CHANGE_RULES: "change rules and lists",
    Deed.CHANGE_POLICY: "change the policy",
    Deed.APPROVE_POLICY: "agree to, or refuse, a change that weakens the policy",
    Deed.SEE_HEALTH: "see whether the filter is well",
    Deed.MANAGE_ACCOUNTS: "add accounts, give roles and end them",
    Deed.CONFIRM_ROLES: "confirm a safeguarding role that another has proposed",
    Deed.BREAK_GLASS: "break the glass in an emergency",
}

# What tells of pupils at risk, or changes what becomes of it.
SAFEGUARDING = frozenset({Deed.SEE_CONCERNS, Deed.REVIEW, Deed.SEE_PERSON, Deed.HANDLE_CASES})
# Roles that wait for another's word, and of which all leads are told.
CONFIRMED = frozenset({Role.LEAD, Role.DEPUTY, Role.YEAR_LEAD, Role.HEAD, Role.CONCERN_AUDITOR})
SCOPED = frozenset({Role.YEAR_LEAD, Role.TEACHER})  # for named groups, never for all
BOXED = frozenset({Role.AUDITOR, Role.CONCERN_AUDITOR})  # never without an end
APART = frozenset({Role.TECHNICIAN, Role.SETUP})  # nobody with one of these sees concerns
GIVEN = tuple(role for role in Role if role is not Role.GLASS)


class Right(NamedTuple):
    """That a role may do something, and why."""

    role: Role
    deed: Deed
    why: str


RIGHTS = (
    Right(Role.LEAD, Deed.SEE_CONCERNS, "What pupils do is for the lead to judge."),
    Right(Role.LEAD, Deed.REVIEW, "Only who knows the pupils can conclude."),
    Right(Role.LEAD, Deed.SEE_PERSON, "One event alone says little."),
    Right(Role.LEAD, Deed.HANDLE_CASES, "Cases are the lead’s records."),
    Right(Role.LEAD, Deed.SEE_NUMBERS, "They report them."),
    Right(Role.LEAD, Deed.SEE_AUDIT, "They answer for who looks at pupils."),
    Right(Role.LEAD, Deed.LIFT, "What a teacher may, the lead may for anyone."),
    Right(Role.LEAD, Deed.DECIDE_REQUESTS, "Opening a site may be a safeguarding decision."),
    Right(Role.LEAD, Deed.CHANGE_POLICY, "What pupils may see is theirs to answer for."),
    Right(Role.LEAD, Deed.APPROVE_POLICY, "What weakens it is a safeguarding decision."),
    Right(Role.LEAD, Deed.ASK_WHY, "They are asked why."),
    Right(Role.LEAD, Deed.MANAGE_ACCOUNTS, "Someone always can: the last lead stays."),
    Right(Role.LEAD, Deed.CONFIRM_ROLES, "Nobody sees concerns without a lead or the head."),
    Right(Role.DEPUTY, Deed.SEE_CONCERNS, "They stand in for the lead."),
    Right(Role.DEPUTY, Deed.REVIEW, "They stand in for the lead."),
    Right(Role.DEPUTY, Deed.SEE_PERSON, "They stand in for the lead."),
    Right(Role.DEPUTY, Deed.HANDLE_CASES, "They stand in for the lead."),
    Right(Role.DEPUTY, Deed.SEE_NUMBERS, "They stand in for the lead."),
    Right(Role.DEPUTY, Deed.SEE_AUDIT, "They stand in for the lead."),
    Right(Role.DEPUTY, Deed.LIFT, "They stand in for the lead."),
    Right(Role.DEPUTY, Deed.DECIDE_REQUESTS, "They stand in for the lead."),
    Right(Role.DEPUTY, Deed.CHANGE_POLICY, "They stand in for the lead."),
    Right(Role.DEPUTY, Deed.APPROVE_POLICY, "They stand in for the lead."),
    Right(Role.DEPUTY, Deed.ASK_WHY, "They stand in for the lead."),
    Right(Role.YEAR_LEAD, Deed.SEE_CONCERNS, "They know the pupils of their year."),
    Right(Role.YEAR_LEAD, Deed.REVIEW, "They know the pupils of their year."),
    Right(Role.YEAR_LEAD, Deed.SEE_PERSON, "One event alone says little."),
    Right(Role.YEAR_LEAD, Deed.LIFT, "As a teacher of their whole year."),
    Right(Role.HEAD, Deed.SEE_NUMBERS, "They answer for the school, not for each pupil’s words."),
    Right(Role.HEAD, Deed.CONFIRM_ROLES, "They appoint who sees concerns."),
    Right(Role.HEAD, Deed.APPROVE_POLICY, "Where the lead wrote it, another must agree."),
    Right(Role.GOVERNOR, Deed.SEE_NUMBERS, "They oversee; no pupil is theirs to know."),
    Right(Role.TEACHER, Deed.LIFT, "A lesson may need what is blocked otherwise."),
    Right(Role.TECHNICIAN, Deed.ASK_WHY, "They mend what blocks too much."),
    Right(Role.TECHNICIAN, Deed.KEEP_REGISTER, "They know which device is whose."),
    Right(Role.TECHNICIAN, Deed.CHANGE_RULES, "They keep the rules; each change is recorded."),
    Right(Role.TECHNICIAN, Deed.CHANGE_POLICY, "They write it; what weakens it others agree to."),
    Right(Role.TECHNICIAN, Deed.SEE_HEALTH, "They keep the filter running."),
    Right(Role.TECHNICIAN, Deed.DECIDE_REQUESTS, "Most requests are for a site, not a concern."),
    Right(Role.TECHNICIAN, Deed.BREAK_GLASS, "A pupil in danger cannot wait for a lead’s return."),
    Right(Role.AUDITOR, Deed.SEE_AUDIT, "They check the record; pupils’ names are left out."),
    Right(Role.AUDITOR, Deed.SEE_NUMBERS, "They check what is reported."),
    Right(Role.CONCERN_AUDITOR, Deed.SEE_AUDIT, "They check the record."),
    Right(Role.CONCERN_AUDITOR, Deed.SEE_NUMBERS, "They check what is reported."),
    Right(Role.CONCERN_AUDITOR, Deed.SEE_CONCERNS, "They check how concerns were judged."),
    Right(Role.CONCERN_AUDITOR, Deed.SEE_PERSON, "They check how concerns were judged."),
    Right(Role.SETUP, Deed.MANAGE_ACCOUNTS, "It is for this, and for nothing else."),
    Right(Role.GLASS, Deed.SEE_CONCERNS, "The emergency is about what a pupil did."),
    Right(Role.GLASS, Deed.SEE_PERSON, "The emergency is about one pupil."),
    *(
        Right(role, Deed.OWN_ACCOUNT, "Everyone keeps their own password.")
        for role in GIVEN
    ),
)  # fmt: skip
MAY = frozenset((one.role, one.deed) for one in RIGHTS)
