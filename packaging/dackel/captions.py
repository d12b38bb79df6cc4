"""Words scenes the ways that people write prompts, and says which facts the words state.

A caption leaves things out, as prompts do: what is not said is free, and the model learns to
choose. The facts that are said train the text encoder directly.
"""

import random
import re
from itertools import chain

from scenes import COLOURS, Ground, Length, Scene, Sky, sample_scene

Said = dict[str, object]
"""What a caption states, by `Scene`'s field names; None or False for what it says is absent."""

DOG_NOUNS = (
    *("sausage dog",) * 5,
    *("dachshund",) * 3,
    "wiener dog",
    "dackel",
    "dog",
)
COLOUR_WORDS: dict[str, tuple[str, ...]] = {
    name: (name,) * 9 + {"purple": ("violet",)}.get(name, (name,)) for name in COLOURS
}
LENGTH_WORDS: dict[Length, tuple[str, ...]] = {
    "short": ("short", "short", "short", "small", "little", "stubby"),
    "long": ("long",),
    "very long": (
        "very long",
        "very long",
        "very long",
        "extra long",
        "extremely long",
        "super long",
    ),
}
FACING_WORDS = ("facing {}", "looking {}", "facing to the {}", "looking to the {}", "turned {}")
GROUND_WORDS: dict[Ground, tuple[str, ...]] = {
    "grass": ("on grass", "on grass", "on green grass", "on the grass", "in the grass",
              "in a meadow", "on a meadow", "on a green field", "on a lawn"),
    "snow": ("on snow", "in the snow", "in the snow", "on the snow", "in snow", "in winter",
             "in a snowy field", "on white snow"),
    "sand": ("on sand", "on the sand", "in the sand", "on the beach", "on a beach",
             "on a sandy beach", "in the desert"),
}  # fmt: skip
SKY_WORDS: dict[Sky, tuple[str, ...]] = {
    "day": ("by day", "on a sunny day", "on a sunny day", "under a blue sky", "in the sunshine",
            "at noon", "in daylight", "during the day", "under the sun", "in sunny weather"),
    "sunset": ("at sunset", "at sunset", "at sunset", "under a sunset sky", "in the evening",
               "at dusk", "in front of a sunset", "under an orange sky", "while the sun sets"),
    "night": ("at night", "at night", "at night", "under a starry sky", "under the stars",
              "in the moonlight", "by moonlight", "under the moon", "under a starry night sky"),
}  # fmt: skip
GROUND_TAGS: dict[Ground, tuple[str, ...]] = {
    "grass": ("grass", "grass", "green grass", "meadow", "lawn"),
    "snow": ("snow", "snow", "winter", "snowy"),
    "sand": ("sand", "sand", "beach", "sandy", "desert"),
}
SKY_TAGS: dict[Sky, tuple[str, ...]] = {
    "day": ("day", "sunny", "sunny day", "blue sky", "daylight", "noon", "sun"),
    "sunset": ("sunset", "sunset", "evening", "dusk", "sunset sky"),
    "night": ("night", "night", "starry", "starry sky", "moonlit", "moon and stars", "night sky"),
}
HOUSE_NOUNS = ("house", "house", "house", "cottage", "home")
BALL_NOUNS = ("ball",)
TREE_WORDS = ("a tree", "a tree", "a tree", "a round tree", "a green tree", "one tree")
MOUNTAIN_WORDS = ("mountains", "mountains", "snowy mountains", "mountains behind it",
                  "distant mountains", "mountains in the background")  # fmt: skip
FRAMES = (
    *("{dog}",) * 6,
    "a picture of {dog}",
    "an illustration of {dog}",
    "a drawing of {dog}",
    "there is {dog}",
    "{dog} standing",
)
ABSENT: dict[str, tuple[str, ...]] = {
    "house": ("no house", "without a house"),
    "tree": ("no tree", "without a tree"),
    "ball": ("no ball", "without a ball"),
    "mountains": ("no mountains", "without mountains"),
}
_THINGS = ("house", "cottage", "home", "ball", "collar", "sky", "grass", "field", "snow", "tree")

CAN_DRAW = (
    "Dackel draws flat-design landscapes with one sausage dog: short, long or very long, in ten "
    "colours, with or without a collar, facing left or right, on grass, snow or sand, by day, at "
    "sunset or at night, and if you like with a house, a tree, mountains or a ball."
)
EXAMPLES = (
    "a very long red sausage dog on snow at night",
    "a short blue dachshund with a yellow collar on the beach at sunset",
    "a long brown sausage dog with a green house in a meadow on a sunny day",
    "a pink sausage dog facing left, with a tree and a red ball, on grass at dusk",
    "night, snow, a very long white sausage dog with a purple collar and mountains",
    "a short black dackel in the snow under a blue sky with an orange house",
)


def caption(scene: Scene, rng: random.Random) -> str:
    """Word a scene, in one of very many ways."""
    return caption_with_facts(scene, rng)[0]


def caption_with_facts(scene: Scene, rng: random.Random) -> tuple[str, Said]:
    """Word a scene and tell which facts the words state, nothing that they leave open."""
    said = _choose_facts(scene, rng)
    style = rng.random()
    if style < 0.2:
        text = _tags(said, rng)
    elif style < 0.3:
        text = _sentences(said, rng)
    else:
        text = _phrase(said, rng)
    if rng.random() < 0.35:
        text = text[0].upper() + text[1:]
    if rng.random() < 0.2 and not text.endswith("."):
        text += "."
    return text, said


def colour_span(caption: str, facts: Said) -> tuple[int, int] | None:
    """Find the dog's colour word, as the range of its characters, to put a prompt weight on it.

    All other colours stand right before the thing that they colour; the dog's does not.
    """
    colour = facts.get("colour")
    if not isinstance(colour, str):
        return None
    words = "|".join(sorted(set(COLOUR_WORDS[colour])))
    match = re.search(rf"\b({words})\b(?! (?:{'|'.join(_THINGS)})\b)", caption, re.IGNORECASE)
    return match.span() if match else None


def _choose_facts(scene: Scene, rng: random.Random) -> Said:
    said: Said = {}
    if rng.random() >= 0.05:
        said["colour"] = scene.colour
    if rng.random() >= (0.35 if scene.length == "short" else 0.15):
        said["length"] = scene.length
    if rng.random() < 0.4:
        said["facing"] = scene.facing
    if rng.random() >= 0.08:
        said["ground"] = scene.ground
    if rng.random() >= 0.08:
        said["sky"] = scene.sky
    if scene.collar is not None and rng.random() >= 0.1:
        said["collar"] = scene.collar
    for name in ("house", "ball", "tree", "mountains"):
        value = getattr(scene, name)
        if rng.random() < (0.95 if value else 0.03):
            said[name] = value
    return said


def _with_article(words: str) -> str:
    return ("an " if words[0] in "aeiou" else "a ") + words


def _facing(said: Said, rng: random.Random) -> str:
    return rng.choice(FACING_WORDS).format(said["facing"])


def _dog(said: Said, rng: random.Random) -> str:
    """Word the dog with all that is on it: "a long red sausage dog with a blue collar"."""
    colour = _colour(said["colour"], rng) if "colour" in said else ""
    length = _length(said, rng)
    noun = rng.choice(DOG_NOUNS)
    order = rng.random()
    after = ""
    if length and order < 0.15:
        words, after = f"{colour} {noun}", f", {length}"
    elif length and colour and order < 0.22:
        words = f"{colour} {length} {noun}"
    elif colour and order < 0.27:
        words, after = f"{length} {noun}", f" that is {colour}"
    else:
        words = f"{length} {colour} {noun}"
    text = _with_article(" ".join(words.split())) + after
    more = []
    if "collar" in said:
        collar = _with_article(f"{_colour(said['collar'], rng)} collar")
        more.append(f"{rng.choice(('with', 'with', 'wearing'))} {collar}")
    if "facing" in said:
        more.append(_facing(said, rng))
    rng.shuffle(more)
    comma = ", " if after.startswith(",") or rng.random() < 0.15 else " "
    return comma.join([text, *more])


def _colour(name: object, rng: random.Random) -> str:
    return rng.choice(COLOUR_WORDS[str(name)])


def _length(said: Said, rng: random.Random) -> str:
    for length, words in LENGTH_WORDS.items():
        if said.get("length") == length:
            return rng.choice(words)
    return ""


def _extras(said: Said, rng: random.Random) -> tuple[list[str], list[str]]:
    """Word the things beside the dog: those that are there, and those said not to be."""
    there, absent = [], []
    for name, nouns in (("house", HOUSE_NOUNS), ("ball", BALL_NOUNS)):
        if said.get(name):
            there.append(_with_article(f"{_colour(said[name], rng)} {rng.choice(nouns)}"))
    if said.get("tree"):
        there.append(rng.choice(TREE_WORDS))
    if said.get("mountains"):
        there.append(rng.choice(MOUNTAIN_WORDS))
    for name, phrases in ABSENT.items():
        if name in said and not said[name]:
            absent.append(rng.choice(phrases))
    rng.shuffle(there)
    return there, absent


def _listed(things: list[str]) -> str:
    if len(things) < 2:
        return "".join(things)
    return ", ".join(things[:-1]) + " and " + things[-1]


def _place(said: Said, rng: random.Random) -> list[str]:
    """Word ground and sky, in either order."""
    places = [
        rng.choice(words)
        for name, words in _tables(GROUND_WORDS, SKY_WORDS)
        if name in said.values()
    ]
    rng.shuffle(places)
    return places


def _tables(
    ground: dict[Ground, tuple[str, ...]], sky: dict[Sky, tuple[str, ...]]
) -> list[tuple[str, tuple[str, ...]]]:
    return [*ground.items(), *sky.items()]


def _phrase(said: Said, rng: random.Random) -> str:
    """Word all in one phrase: "at night, a red dachshund on snow with a tree"."""
    dog = rng.choice(FRAMES).format(dog=_dog(said, rng))
    places = _place(said, rng)
    there, absent = _extras(said, rng)
    extras = ""
    if there:
        extras = rng.choice((" with ", " with ", " and ", ", ", ", and ", " next to ")) + _listed(
            there
        )
        if "collar" in said and extras.startswith(" with "):
            extras = extras.replace(" with ", " and ", 1)
    comma = rng.choice((" ", " ", " ", ", "))
    order = rng.random()
    if order < 0.2 and places:
        cut = rng.randint(1, len(places))
        text = ", ".join([*places[:cut], comma.join([dog, *places[cut:]]) + extras])
    elif order < 0.5:
        text = comma.join([dog + extras, *places])
    else:
        text = comma.join([dog, *places]) + extras
    return ", ".join([text, *absent])


def _sentences(said: Said, rng: random.Random) -> str:
    """Word the scene in short sentences: "A red dachshund on snow. It is night."."""
    places = _place(said, rng)
    there, absent = _extras(said, rng)
    verb = rng.choice(("", " stands", " is")) if places else ""
    parts = [_dog(said, rng) + verb + "".join(f" {place}" for place in places)]
    if there:
        start = "there are " if there[0].split()[-1] == "mountains" else "there is "
        parts.append(start + _listed(there))
    parts.extend(absent)
    return ". ".join(part[0].upper() + part[1:] for part in parts) + "."


def _tags(said: Said, rng: random.Random) -> str:
    """Word the scene tersely, as tags: "red dachshund, snow, night"."""
    colour = _colour(said["colour"], rng) if "colour" in said else ""
    words = [_length(said, rng), colour, rng.choice(DOG_NOUNS)]
    tags = [
        rng.choice(tag) for name, tag in _tables(GROUND_TAGS, SKY_TAGS) if name in said.values()
    ]
    if "collar" in said:
        tags.append(f"{_colour(said['collar'], rng)} collar")
    if "facing" in said:
        tags.append(_facing(said, rng))
    there, absent = _extras(said, rng)
    tags += [re.sub(r"^an? ", "", thing) for thing in there] + absent
    rng.shuffle(tags)
    dog = " ".join(word for word in words if word)
    tags.insert(0 if rng.random() < 0.75 else rng.randint(0, len(tags)), dog)
    return ", ".join(tags)


def _vocabulary() -> tuple[str, ...]:
    """Collect the words from the tables above; those in the code's own phrases are listed."""
    tables = chain(
        DOG_NOUNS, FACING_WORDS, HOUSE_NOUNS, BALL_NOUNS, TREE_WORDS, MOUNTAIN_WORDS, FRAMES,
        *COLOUR_WORDS.values(), *LENGTH_WORDS.values(), *GROUND_WORDS.values(), *SKY_WORDS.values(),
        *GROUND_TAGS.values(), *SKY_TAGS.values(), *ABSENT.values(),
        ("left right a an and with wearing collar next to that is there are stands",),
    )  # fmt: skip
    text = " ".join(tables).replace("{dog}", "").replace("{}", "")
    return tuple(sorted(set(re.findall(r"[a-z]+", text))))


VOCABULARY = _vocabulary()

if __name__ == "__main__":
    _rng = random.Random(0)
    for _ in range(20):
        print(*caption_with_facts(sample_scene(_rng), _rng), sep="\n    ")
