"""Words of everyday English that phrases must not be looked for by, or be mistaken for."""

_COMMON = """
a about all am an and are at be been being best by can cant do does dont for from get girl
girls going gonna good have he her him his how i if im in is it ive me my no not of off on
or our out people she should so some someone that the their them there they this to u up ur
us wanna want was way ways we what when where who will with would you your youre
"""
# Words one slip of the finger away from words that themes are likely to hold.
_RIGHT = """
addition additions benton anther baring bated bating beast beasts boing brides bridges cared caring
casing caving charing cloths coking counseling country county curse cursing dairies dairy
damming dating dining doping downed downing dying gabbed gambling gaming grated grating heron
herons hoping lauder launder loosing losing mating mediation medication meditation mining molded
moping pacing panting pining planed planing planting princes princess raged ranging ranted rated
rating reading relation revolt robing roping runway sacred sapped sapping sating scarcely scared
scaring scored serves sever severed sinking sitting spiting spotted staged staking stared
staring starting starving stated stating staving stopped strange stranger strangers striped
striping tabled tables tackle taped taping tapped tapping though tough treat treated treating
treats tricked trough trust unified united untied waning warring writing
"""
_SHORT = "a be do go i if im in is it me my no of on or so to u up ur us we"

COMMON = frozenset(_COMMON.split())  # that no pattern is anchored by, if it has others
RIGHT = frozenset(_RIGHT.split())  # that are never a slip for others
SHORT = frozenset(_SHORT.split())  # that may stand among words run together
