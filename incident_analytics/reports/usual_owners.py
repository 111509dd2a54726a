"""Owners as one list writes them, without a label: at the end of its items, or in front of them.

A word in brackets may be anything: a product, a customer, a feature, a language. It is an owner where most items of a
list have a name in the same place, one of these is surely a person or a team, and none is a thing; in a list of one
item only if the report has the name for a person, and in front of the words only if it is surely one itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import chain
from typing import Final, NamedTuple

from incident_analytics.late_patterns import compile_late
from incident_analytics.names import without_accents
from incident_analytics.reports.action_states import read_state_alone
from incident_analytics.reports.placeholders import fold
from incident_analytics.reports.tokens import MONTH
from incident_analytics.reports.zones import is_place

__all__ = ["is_thing", "usual_owners"]

_WORD: Final = r"(?:[^\W\d_]\.|[^\W\d_][\w'’-]+)"
_NAME: Final = compile_late(rf"{_WORD}(?:\s{_WORD}){{0,3}}")
"""One to four words, of which one may be an initial."""
_MENTION: Final = compile_late(r"@\w[\w.-]*")
_PARTICLES_TEXT: Final = """
    al bin da dal de del della den der di do dos du el la le ní o ten ter van von y
"""
_PARTICLES: Final = frozenset(_PARTICLES_TEXT.split())
_AND: Final = compile_late(r"\s?[/&+]\s?|,\s|\s(?:and|und|et|e|en|og|och|i|y)\s")
_IN_BRACKETS: Final = compile_late(r"^(.*\S)\s*[(\[]([^()\[\]]{2,60})[)\]]$", re.DOTALL)
_BEHIND_DASH: Final = compile_late(r"^(.*\S)\s(?:[–—-]|--)\s([^–—]{2,60})$", re.DOTALL)
_MENTION_AT_END: Final = compile_late(rf"^(.*\S)\s(@\w[\w.'’-]*(?:\s{_WORD}){{0,2}})(?:\s(\d\S*))?$", re.DOTALL)
_IN_FRONT: Final = compile_late(r"^([^:→()\[\]]{2,40}?)(?::|\s?(?:→|->|=>))\s+(?=\S)")
_MENTION_IN_FRONT: Final = compile_late(r"(@\w[\w.-]*)\s{1,4}(?=[a-z])")
_BEFORE_DASH: Final = compile_late(r"^([^\W\d_]{2,20}) [–—-] (?=\S)")
_TO: Final = compile_late(r"^([^:→()\[\]]{2,40}?)\s(?:to|will)\s(?=[a-z])")
_DAY: Final = compile_late(
    rf",\s(?=(?:(?:due|by|until|before|bis|vor|avant|pour|antes|para|hasta|até|voor|tegen|entro|innen|inden|til|senast"
    rf"|före|do)\s)?(?:on\s|zum\s|le\s|el\s|den\s|(?:the\s)?end\s(?:of\s)?)?(?:\d|{MONTH}\b))",
    re.IGNORECASE,
)
"""What is between a name and the day behind it."""
_THINGS_TEXT: Final = """
    action actions alert alerting alerts all android api apps availability aws azure backend backlog backup
    backups best billing bug bugs build cache capacity chrome ci client clients cloud cloudflare code
    communication communications config configuration consul core corrective critical customer customers
    dashboard dashboards data database databases datadog deploy deployment deployments desktop detect detection
    dns docker docs documentation done due easy elastic elasticsearch email env europe every external feature
    fix follow frontend gateway gcp github gitlab go google grafana hard helm high important improvement infra
    infrastructure internal investigate ios issue java jenkins jira kafka kubernetes large later legacy linux
    load logging logs long low major maybe medium metrics minor mitigate mitigation mobile monitor monitoring
    mysql network new next nginx none note now observability ongoing only open optional oracle other p0 p1 p2 p3
    page part patch phase pilot platform policy postgres postgresql prevent prevention preventive priority
    process prod production project prometheus python quick rabbitmq redis region release reliability remediate
    resilience review root runbook runbooks rust safari security see server service services short slack small
    soon sql stage staging step storage stretch system systems task tbc tbd team temporary terraform test
    testing tests the ticket tls todo tomorrow tooling tools training urgent users vault vendor version web
    weekly windows wip workaround monday tuesday wednesday thursday friday saturday sunday montag dienstag
    mittwoch donnerstag freitag lundi mardi mercredi jeudi vendredi hoch mittel niedrig dringend kurzfristig
    mittelfristig langfristig sofort später neu offen erledigt teil betrieb netz prozess technik daten
    überwachung urgence urgent haute moyenne basse faible surveillance formation alta media baja baixa média
    urgente corto largo monitoreo proceso processo hoog laag midden spoed proces bewaking hög låg medel høj lav
    wysoki niski średni pilne
"""
_THINGS: Final = frozenset(_THINGS_TEXT.split())
"""What is in brackets or before a colon as well: priorities, kinds of actions, places in a system, products."""
_TEAMS: Final = frozenset(
    (
        "contractor",
        "crew",
        "department",
        "dept",
        "desk",
        "engineers",
        "engineering",
        "guild",
        "ops",
        "squad",
        "team",
        "équipe",
        "equipe",
    )
)
"""Words that make a team of a thing: ``Data team``."""


_GIVEN_NAMES_TEXT: Final = """
    aaron abel adam adele adrian agnes agnieszka ahmed aino aisha akira alain alan albert albin alejandro
    alessandro alex alexander alexandra alexis ali alice alicia alina alma alois alvaro amalia amanda amara amelia
    amelie amina amir amit amy ana anastasia anders andrea andreas andrei andres andrew andrzej anette angela
    angelika angelo anil anita anja anjali ankit ann anna anne anneke annette annika anouk antoine anton antoni
    antonia antonio aoife ari arjen arjun arnaud arne arthur arturo arun asa ashley astri astrid aurelie ayse
    barbara bart bartosz bastian beatriz begona ben benjamin bernd bianca bjarne bjorg bjorn bo bob bodil boris
    brian brigitte bruna bruno cagla caio camila camille carina carla carlos carmen caroline carsten catalina
    catarina catherine cecilia celia celine cesar chantal charlotte chen chiara chloe chris christian christine
    christoph cillian claire clara claudia clement clementine conceicao cornelia craig cristian cristina daan
    damian dana daniel daniela daria darius dave david deepak delphine denis dennis derek diana didier diego
    dieter dimitri dirk dmitri dmitry dominik donna dorota dorothea duncan ed eduardo edward eelco eileen eirik
    elena eli elias elif elin elisa elizabeth elke ella elodie emil emilia emily emma emmanuel enrique enzo eric
    erik erika ernst erwin esra esteban esther eszter etienne eugenia eva evelyn ewa fabian fabienne fabio fatima
    fatma federico felix femke fernanda fernando filip fiona flavia fleur florian francesca francesco francisco
    francois frank franziska fred frederik fredrik fritz gabriel gabriela gareth gaspard georg george gerard gerda
    gergely gert gilles giorgio giovanni gitte giulia gonca gonzalo graham greg gregor greta grzegorz gudrun guido
    guillaume gustav gustavo halima halvard hamza hanna hannah hanneke hans harald harry hasan heather hector
    heidi heike heiko heinz helen helena helene helga henriette henrik henry hilde hiroshi hugo hugues ian ibrahim
    ida igor iida ilse imke ina ines inga ingeborg ingrid irene irina isabel isabella isabelle ismail iva ivan
    iwan iwona jacek jack jacob jacqueline jakob jakub james jamie jan jana jane janine jarmo jaroslav jasmin
    jason javier jean jeff jelena jelle jennifer jens jeremie jeroen jesper jessica jin jiri joan joana joanna
    joao joaquin jochen joe johan johanna johannes john jolanta jonas jonathan joost jordi jorg jorge jorgen joris
    jose josef josefine joseph josh juan juha jukka jules julia julian julie julien juliette jun jurgen jurgita
    justin kai kaisa kamil karen karim karin karine karl karolina karsten kasia katarzyna kate katharina katja
    katrin katrine keiko keith ken kenji kerstin kevin khadija khalid kim kirsten kjell kjetil klaus koen konrad
    kristian kristin kristina krzysztof kumar kyle lars laura laurence laurent lea lee leila lena lennart leo leon
    leonardo liam lieke ligia lin linda linnea lisa liz loic lola lone lorenzo lotte lou louis luc luca lucas
    lucia lucie ludmila ludovic luigi luis luisa lukas lukasz luke lyudmila maarten maciej madalena magda
    magdalena magnus maike maja malgorzata malik malin manfred manon manuel manuela mara marc marcel marcelo
    marcin marco marcos marek margaret maria mariana marianne marie marija marije marina mario marit marius
    mariusz markus marleen marta martin martina mateo mateusz mathias mathilde matias matteo matteus matthew
    matthias maud mauro max maxime maya mehmet mei melanie merete merve mette mia michael michal michel mieke
    miguel mikael mike mikhail mikkel milan milena mirela miriam mirjam mohamad mohamed mohammed monika monique
    moritz morten murat murielle nadia nadine nanna naomi natalia natasa natasha nathalie neha nela nia niccolo
    nicholas nick nico nicola nicolas nicole niels niklas nikola nikolai nils nina noah noor nora nuno nuria olaf
    oleg olga oliver olivia omar oriol oscar oskar otto ove oystein pablo paola paolo pascal patricia patrick paul
    paula paulina paulo pavel pawel pedro pernille perrine peter petra philip philipp philippe pia pierre pilar
    piotr pooja priya quentin rachel rafael ragnhild rahul raj ramon rania rasmus raul ravi rebecca regina regine
    reinhard renata renate renato renaud rene ricardo richard rikke rita rob robert roberto rocio rohan roland
    romain roman ronald rosa rosalind ruben rui rune ruth ryan sabine sabrina said salma sam samir samuel sander
    sandra sanjay sanna sanne santiago sara sarah sean sebastian sebastien selin serge sergei sergey sergio shreya
    sigrid silke silvia silvio simon simone sjoerd sofia sofie soledad solveig sonia sophie soren stefan stefania
    sten stephane stephanie stephen steve stijn sunil sunniva susan susana susanne sven svenja svetlana sylvie
    takeshi tamara tania tariq tatiana teemu teresa terje tess thea theo thiago thierry thijs thomas thorsten tim
    timo tine tobias tom tomas tomasz toni torben torbjorn tove trine trygve ulla ulrich ulrike ursula ute uwe
    valentin valentina valerie vanessa veerle vera veronica veronique vibeke victor vikram viktor vincent vincente
    virginie vivian vlad vladimir wei wiebke wilma wim wojciech wolfgang wouter xavier xenia ximena yan yannick
    yara yasmin youssef yuki yuri yusuf yves yvonne zeynep zoe zofia zsofia zuzanna
"""
_GIVEN_NAMES: Final = frozenset(_GIVEN_NAMES_TEXT.split())
"""First names that are common somewhere and hardly that of a thing, without accents."""


class _Owned(NamedTuple):
    words: str
    owner: str
    day: str = ""
    """The words of the day behind the name."""


def usual_owners(
    items: Sequence[str], people: str = "", things: Collection[str] = ()
) -> list[tuple[str, str, str] | None]:
    """Return the words, the owner and the day of each item, None where it has no owner in the list's usual place.

    Parameters
    ----------
    items
        The items' words.
    people
        The words by which the report names people, such as its authors.
    things
        The words of its title and its services, which are not people.

    Examples
    --------
    >>> [tuple(each) for each in usual_owners(["Renew the certificate (Joe)", "Add an alert (Ana, by 3 May)"])]
    [('Renew the certificate', 'Joe', ''), ('Add an alert', 'Ana', 'by 3 May')]
    >>> usual_owners(["Renew the certificate (Redis)", "Add an alert (Ana)"])
    [None, None]
    >>> owned = usual_owners(["Joe: renew the certificate", "Ana: add an alert"], people="Joe Doe")
    >>> [tuple(each) for each in owned]
    [('renew the certificate', 'Joe', ''), ('add an alert', 'Ana', '')]
    """
    known = {word for word in without_accents(people).split() if len(word) > 1 and word not in _THINGS}
    not_people = {word for thing in things for word in fold(thing).split()}
    known |= _handles(items, known, not_people)
    for read in (_at_end, _in_front):
        found = [read(item, known) for item in items]
        names = [name for owned in found if owned for name in _names_of(owned)]
        stray = {name for name in names if is_thing(name, not_people) and not _is_of(name, known)}
        persons = {name for name in names if name not in stray and (_is_of(name, known) or _is_person(name))}
        are_sure = read is _at_end or (all(found) and persons == set(names))
        is_habit = any(_is_of(name, known) for name in persons) or (are_sure and len(names) > 1)
        if not persons and not any(owned and owned.day for owned in found):
            continue
        if not is_habit or 3 * sum(map(bool, found)) < 2 * len(items):
            continue
        if stray and not any(_is_of(name, known) for name in names):
            continue
        sure = [name for name in names if name in persons or _is_name(name)]
        if 2 * len(sure) <= len(names):
            continue
        others = set(names) - persons if read is _in_front else stray
        return [
            owned if owned and others.isdisjoint(_names_of(owned)) else _mentioned(item)
            for owned, item in zip(found, items, strict=True)
        ]
    return [_mentioned(item) for item in items]


def _handles(items: Sequence[str], known: Collection[str], things: Collection[str]) -> set[str]:
    """Return the words of small letters in brackets at the end of items, where one of these is surely a person."""
    ends = (_IN_BRACKETS.match(item.rstrip(" .")) for item in items)
    words = {match[2] for match in ends if match and match[2].isalpha() and match[2].islower()}
    if not any(word in known or word in _GIVEN_NAMES for word in words):
        return set()
    return {word for word in words if not is_thing(word, things) and not read_state_alone(word).status}


def _mentioned(item: str) -> _Owned | None:
    """Read a mention in front of an item's words, which is its owner whatever the other items have."""
    if (match := _MENTION_IN_FRONT.match(item)) is not None:
        return _Owned(item[match.end() :], match[1])
    owned = _in_front(item) if item.startswith("@") else None
    return owned if owned and all(map(_MENTION.fullmatch, _names_of(owned))) else None


def _names_of(owned: _Owned) -> list[str]:
    return [name.strip() for name in _AND.split(owned.owner)]


def _is_of(name: str, known: Collection[str]) -> bool:
    """Return whether a name has a word of those that the report has for people."""
    return any(word in known for word in without_accents(name).split())


def _is_person(name: str) -> bool:
    """Return whether a name is surely a person's or a team's: a handle, a first name, an initial, two words, a team."""
    words = name.split()
    if _MENTION.fullmatch(name) or not _GIVEN_NAMES.isdisjoint(without_accents(name).split()):
        return True
    return len(words) > 1 and (_is_name(name) or not _TEAMS.isdisjoint(fold(name).split()))


def _at_end(item: str, known: Collection[str] = ()) -> _Owned | None:
    """Read a name behind an item's words, in brackets or behind a dash, with a day behind it or not."""
    text = item.rstrip(" .")
    if match := _MENTION_AT_END.match(text):
        words, mention, day = match.groups("")
        return _Owned(words.rstrip(" –—-:"), mention[1:] if day or " " in mention else mention, day)
    match = _IN_BRACKETS.match(text) or _BEHIND_DASH.match(text)
    if match is None:
        return None
    name, *days = _DAY.split(match[2], maxsplit=1)
    return _Owned(match[1], name.strip(), *days) if _may_be_owner(name, known) else None


def _in_front(item: str, known: Collection[str] = ()) -> _Owned | None:
    """Read a name in front of an item's words: ``Joe: add ...``, ``Joe → add ...``, ``Joe to add ...``."""
    match = _IN_FRONT.match(item) or _TO.match(item)
    if match is None and (match := _BEFORE_DASH.match(item)):
        word = without_accents(match[1])
        match = match if word in known or word in _GIVEN_NAMES else None
    return _Owned(item[match.end() :], match[1].strip()) if match and _may_be_owner(match[1], known) else None


def _may_be_owner(words: str, known: Collection[str] = ()) -> bool:
    """Return whether words have the form of one or several owners; names that are known need no capital letter."""
    names = [name.strip() for name in _AND.split(words)]
    return all(
        (_MENTION.fullmatch(name) or (_NAME.fullmatch(name) and (name[0].isupper() or without_accents(name) in known)))
        and not read_state_alone(name).status
        for name in names
    )


def _is_name(name: str) -> bool:
    """Return whether each word of a name begins with a capital letter and is not one of capitals alone."""
    words = [word for word in name.split() if word not in _PARTICLES]
    return all(word[0].isupper() and (word.endswith(".") or not word.isupper()) for word in words)


def is_thing(name: str, things: Collection[str] = ()) -> bool:
    """Return whether what has the form of a name is that of a place, a product, a month, a state or the like."""
    words = fold(name).split()
    if _MENTION.fullmatch(name) or not words:
        return False
    if is_place(name) or any(word in things for word in words) or re.fullmatch(rf"{MONTH}", name, re.IGNORECASE):
        return True
    return not _TEAMS.intersection(words) and any(word in _THINGS for word in chain(words[:1], words[-1:]))
