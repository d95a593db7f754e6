"""Letters of all scripts: what makes one spelling of many, and what only looks like a letter.

`SPELT` is folded in every word, of phrases and of texts alike: letters with a stroke, the
kinds of one Arabic letter, digits of other scripts. LOOK_ALIKES and LEET are tried only where
a known word comes out.
"""

from itertools import product

# Marks and invisible characters that stand on or inside a word without being a letter of it.
MARKS = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff"  # invisible
    r"\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    r"\u06d6-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"  # points and accents
)
# The points of letters that other languages write without: क़ as क. Kept inside a word, then
# left out. Arabic words are drawn out with U+0640, which is no letter.
POINTS = r"\u093c\u09bc\u0a3c\u0abc\u0b3c\u0640"
# Vowel signs that Python does not count as letters: without them these scripts are unreadable.
SIGNS = r"\u0900-\u0963\u0966-\u0dff"
# Letters in circles and squares: symbols by name, letters to the eye.
FRAMED = r"\u24b6-\u24e9\U0001f130-\U0001f149\U0001f150-\U0001f169\U0001f170-\U0001f189"

# Scripts that put no space between words: Thai, Lao, Burmese, Khmer, Chinese, Japanese. Each
# letter with its signs is taken for a word, in phrases as in texts.
UNSPACED = (
    r"\u0e01-\u0e2f\u0e40-\u0e46\u0e81-\u0eaf\u0ebd-\u0ec6\u0edc-\u0edf"
    r"\u1000-\u102a\u103f\u1050-\u1055\u1780-\u17b3\u17d7\u17dc"
    r"\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
    r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d\U00020000-\U000323af"
)
UNSPACED_SIGNS = (
    r"\u0e30-\u0e3a\u0e47-\u0e4e\u0eb0-\u0ebc\u0ec8-\u0ece"
    r"\u102b-\u103e\u1056-\u1059\u17b6-\u17d3\u3099\u309a\uff9e\uff9f"
)

_DIGITS = (0x660, 0x6F0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xE50, 0xED0)
_DARK = (0x1F150, 0x1F170)  # A on a dark circle or square: normalisation leaves them alone
SPELT = str.maketrans(
    {
        "ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th",
        "ٱ": "ا", "ى": "ي", "ی": "ي", "ے": "ي", "ې": "ي", "ک": "ك", "ڪ": "ك", "ں": "ن",
        "ہ": "ه", "ھ": "ه", "ە": "ه", "ة": "ه", "ۃ": "ه", "ټ": "ٹ",
    }
    | {chr(first + letter): chr(97 + letter) for first in _DARK for letter in range(26)}
    | {chr(zero + digit): str(digit) for zero in _DIGITS for digit in range(10)}
)  # fmt: skip

# What is drawn like a Latin letter without being one: Greek, Cyrillic, Armenian, Cherokee,
# Coptic, Lisu, phonetic letters and small capitals. Those that normalisation makes Latin
# (fullwidth, mathematical, circled) need no line. Capitals stand beside small letters, as not
# every script has both, and casefold makes Cherokee capital.
_DRAWN = {
    "a": "ɐаɑαᴀꭺꓮᎪɐⱥ⍺ӑӓ", "b": "ᴃвьβʙɓƀьƅᏴꮟᏏꓐЪᖯ♭", "c": "сϲᴄⲥᏟꮯꓚƈ¢ↄᑕ", "d": "ԁɖđᴅɗꭰᎠꓓᏧꮷƌᗞᑯ",
    "e": "ⱻǝеєεəɛᴇɘɇҽꬲᎬꭼꓰ℮ⴹ∊ⲉ", "f": "ꜰғƒꞙꬵꓝẝϝᖴ", "g": "𝼂ɡɢցƍǥɠᶃᏀꮐꓖԍᎶꮆ", "h": "ɥһнʜհɦħᎻꮋꓧꞕᏂꮒᕼⲏ",
    "i": "іιıɩɪӏɨ⍳ꙇꭵᎥϊꞽɭⲓ", "j": "ȷјϳᴊʝɉᎫꭻꓙյ", "k": "կ𝼐ʞкκᴋƙҡқӄҝᏦꮶꓗⲕ", "l": "ӏłʟɭɫƚⅼᏞꮮꓡⳑլⵏߊǀᒪ׀וןا١",
    "m": "ꟺɯмᴍɱϻᎷꮇꓟⲙᗰ", "n": "ᴎпηոɴɲղռƞꓠпⲛ", "o": "ᴐɔоοσøօᴏס௦ंɵөഠഠoօ০੦૦ంಂംංဝꓳⲟⵔᴑഠθഠ๐໐",
    "p": "рρᴘƥᏢꮲꓑⲣþϸ⍴ᑭ", "q": "ꞯԛզգʠɋⵕ", "r": "ʁᴙᴚɹгʀᴦꭇꭈɍɼɽᏒꮢᎡꭱꓣⲅᖇ", "s": "ѕꜱʂƽᏚꮪᏕꮥꓢՏտꞅ",
    "t": "ʇтτᴛƫʈŧᎢꭲꓔⲧ⊤⟙", "u": "υսᴜʋцʉꭎꭒꓴ∪մʊᑌ", "v": "ʌνѵᴠʋᏙꮩꓦⴸ∨⋁ᐯ", "w": "ʍшωԝѡᴡɯաᏔꮤᎳꮃꓪԝщⲱ",
    "x": "хχᕁᕽ×ӽҳꓫⲭⅹ᙮", "y": "уγүʏɣᶌỿꭚყ¥ᎩꭹᎽꮍꓬⲩұҮ", "z": "ʐᴢƶȥɀᏃꮓꓜʑ",
}  # fmt: skip
LOOK_ALIKES = str.maketrans(
    {
        variant: letter
        for letter, drawn in reversed(_DRAWN.items())  # of two letters, the first in the alphabet
        for look_alike in drawn
        for variant in (look_alike, look_alike.lower(), look_alike.casefold())
        if len(variant) == 1 and not variant.isascii()
    }
)
LEET = tuple(
    str.maketrans("01345789@$€£!|+(<{¡", f"o{one}eas{seven}bgase{one}{one}{one}tccci")
    for one, seven in product("il", "t")
)
# What takes several signs to draw, undone before single ones are.
STROKES = (("|<", "k"), ("|_|", "u"), ("\\/\\/", "w"), ("\\/", "v"), ("|)", "d"), ("()", "o"),
           ("][", "i"), ("|-|", "h"), ("||", "ll"), ("vv", "w"), ("ph", "f"))  # fmt: skip

# Pictures that say a word, where they stand for themselves and not between letters.
EMOJI = {
    "🔪": "knife", "🗡": "dagger", "⚔": "swords", "🔫": "gun", "💣": "bomb", "💊": "pill", "💉": "syringe",
    "⚰": "coffin", "🪦": "grave", "☠": "skull", "💀": "skull", "🩸": "blood", "🪓": "axe", "🧨": "explosive",
    "🍆": "aubergine", "🍑": "peach", "❄": "snow", "🍁": "weed", "🥦": "weed", "🚬": "cigarette", "🍺": "beer",
    "🍻": "beer", "🍷": "wine", "🥃": "whisky", "🎰": "slots", "🪢": "rope", "🌉": "bridge", "🚆": "train",
}  # fmt: skip
