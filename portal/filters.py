"""How do templates write what they get? A name as initials, a number without a needless nought, a browser's name."""

BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def initials(name: str) -> str:
    """Two letters of a name: the first of its first and of its last word; of a name without spaces the first one."""
    words = name.split()
    return "".join(word[0] for word in dict.fromkeys([*words[:1], *words[-1:]])).upper()


def browser(agent: str) -> str:
    """What a browser calls itself, as its owner knows it: Firefox, Windows; empty where it does not say."""
    names = [next((name for mark, name in kinds if mark in agent), "") for kinds in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, names))
