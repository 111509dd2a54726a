"""Sentences that say when things were, where a report has no timeline: cut at their clock times into clauses.

Only what is surely of the incident's own day and course is kept: a wrong time is far worse than a missing one. Prose
has no order of rows to go by, and says what was hoped, promised, tried, done by others or over for some only. So a
clause is a milestone only if its own words assert it, and if no other time of the text may be the one that counts.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.blocks import Item, Paragraph
from incident_analytics.reports.milestone_words import default_lexicon
from incident_analytics.reports.row_readings import Reading
from incident_analytics.reports.rows import begins_with_time
from incident_analytics.reports.sayings import milestones_of
from incident_analytics.reports.times import Moment, find_dates, read_moments, split_moment
from incident_analytics.reports.tokens import WEEKDAY, WEEKDAYS
from incident_analytics.reports.zones import ZONE
from incident_analytics.schema import LAST_COUNTS

__all__ = ["TimedClause", "milestones_said", "of_local_clock", "outage_said", "read_narrative", "said_to_be"]

_CLOCK = compile_late(
    r"(?P<about>\b[Ss]hortly after |\b[Jj]ust after |\b[Ee]ven na |\bpoco dopo le |\b[Kk]urz nach |\bpeu après )?"
    r"(?P<bound>\b(?:until|till|before|after|than|of|bis|vor|nach|tot|voor|na|jusqu['’]à|avant|après|hasta|até|antes de"
    r"|después de|depois|fino\s(?:alle|a)|prima\sdelle|dopo) )?"
    r"(?:\b(?:[Aa]t|[Bb]y|[Ff]rom|[Ss]ince|[Aa]bout|[Aa]round|[Aa]lle|[Oo]m|[Gg]egen|[Uu]m|[Ss]inds|[Vv]anaf|[Aa]b|[Àà]"
    r"|(?:[Aa] )?[Ll]as|[Aa]s|Às|[Kk]l(?:o|okken)?\.?|ore|[Pp]as om|[Ee]rst um) ){0,2}"
    r"(?P<time>(?<![\d:.$/+-])(?<!\b[Tt]he\s)(?:(?:[01]?\d|2[0-4])[:h][0-5]\d(?![\d%]|:\d)(?:\s?[AaPp]\.?[Mm]\b\.?)?"
    r"|(?:[01]?\d|2[0-3])\.[0-5]\d(?=\s(?:Uhr|uur|h)\b)"
    r"|(?:(?<=[Kk]l )|(?<=[Kk]l\. |[Kk]lo |ore ))(?:[01]?\d|2[0-3])\.[0-5]\d(?![\d%])"
    r"|1?\d(?:\.[0-5]\d)?\s?[AaPp]\.?[Mm]\b\.?|\b(?:12\s)?(?:noon|midday|midnight)\b)"
    rf"(?:\s(?:Uhr|uur)\b)?(?:\s?\(?(?:{ZONE})\)?)?)"
)
"""A time of day with the words that lead to it; one after, before or of which something was is not its own."""
_MAY_HAVE_CLOCK = compile_late(
    r"\d(?:[:h]|\s?[AaPp]\.?[Mm]|\.\d\d\s?(?:[Uu]|[AaPp]\.?[Mm]|h\b))|[Kk]lo? |[Kk]l\. |ore "
)
"""What every time of day has."""
_SENTENCE_END = compile_late(
    r"(?<![ap]\.m\.)(?<=[.!?])[\"'”’)]*\s+(?=[\"'“‘(]?[^\W\d_a-zà-ÿ])|(?<=[A-Z][A-Z][A-Z]\.)\s+(?=\d[\d.,]*\s[a-z])"
)
_JOINT = compile_late(r";\s|:\s|,?\s(?:and|but|en|und|et|e|y)\s|,\s(?:so|who|which|when|while|then)\s")
"""Where one clause ends and the next begins."""
_CONJUNCTION = compile_late(r"^,?\s?(?:and|but|so|en|und|et|e|y)\b")
_RANGE = compile_late(
    r"\s?(?:to|until|till|through|and|[-–—]|bis|und|tot|en|al?|alle|e|à|et|às|hasta|y|og|och|i)\s?(?:about |around )?"
    r"(?:las |les |le |alle |às |as |die )?"
)
_UNTIL_FOUND = compile_late(r"\b(?:took|needed) (?:(?:me|us|him|her|them|(?:the|our) \w+) )?(?P<until>until )$")
"""Words before a time at which, as those behind it go on, something was understood at last."""
_TO_FIND = compile_late(
    r"\W{0,3}(?:for (?:me|us|him|her|them|(?:the|our) \w+) )?to (?:understand|see|find|realise|realize|work out"
    r"|figure out|trace)\b"
)
_OF_A_NOUN = compile_late(
    r"\s(?:was|were|is|are|has|had|have|did|does|caused|led|brought|made|triggered|resulted|broke|that|which)\b"
)
"""How words behind a time go on where it is that of a noun: ``the deploy at 08:55 was rolled back``."""
_BEFORE_THAT = compile_late(r"\b(?:established|understood|realised|realized|found|saw|noticed|reported|determined)$")
"""Words before a time behind which *that* is what somebody found: ``established by 10:10 that the disk was full``."""
_IS_OUT = compile_late(
    r"\b(?:was|were|been)(?: \w+)? (?<!not )(?:down|unavailable|unreachable|offline)\b"
    r"|^\W*(?:down|unavailable|unreachable|offline) (?:from|between)\b"
    r"|^(?!.*\b(?:backups?|deploy\w*|builds?|jobs?|roll ?backs?|attempts?|tests?|repairs?|failovers?)\b.* failed)"
    r"[^.;]{3,80} (?:failed|timed out|did(?: not|n['’]t) (?:work|load|connect|arrive)) (?:from|between)\b"
    r"|\b(?:users|customers|clients|visitors|members|merchants|people|readers|drivers|staff|students|players|nurses"
    r"|patients|passengers|colleagues|shops|stores|branches|nobody|no one)\b[^.;]{0,40}?"
    r" (?:could(?: not|n['’]t)|were unable to|were not able to)\b|\b(?:nobody|no one|none of you) could\b"
    r"|\b(?:you|we) (?:could(?: not|n['’]t)|were unable to|were not able to) (?!reach us|call)"
    r"|\byou (?:got|saw|received|were shown) (?:an? )?(?:errors?|NXDOMAIN|nothing|\d{3}|time-?outs?|blank|empty)\b"
    r"|\b(?:was|were) not (?:\w+ed|sent|shown|written|read|kept) (?:from|between)\b"
    r"|\b(?:arrived|reached|sent|charged|paid|printed|delivered)\b[^.;]{0,40} twice\b"
    r"|\bno (?:se )?(?:pudieron|podían|pudo|podía)\b|\bnão (?:conseguiram|era possível|puderam)\b"
    r"|\bn['’](?:ont|avez) pas pu\b"
    r"|\bne (?:fonctionnai|répondai|marchai)(?:t|ent) (?:plus|pas)\b"
    r"|\bn['’]était pas (?:possible|accessible|disponible)\b|\bnon (?:era|è stato) possibile\b"
    r"|\bkonnten?\b[^.;]{1,120}\b(?:nicht|keine?n?)\b|\bkonden?\b[^.;]{1,80}\b(?:niet|geen)\b|\bkunde (?:\w+ )?inte\b"
    r"|\bkunne (?:\w+ )?ikke\b"
    r"|\b(?:sent|returned|received|delivered|accepted|showed|recorded|saw) (?:nothing|no \w+|only errors)\b",
    re.IGNORECASE,
)
"""Words that make a range of times that of the incident."""
_FROM = compile_late(
    r"\b(?:from|between|von|vom|zwischen|du|entre|desde|van|tussen|fra|från|mellom|mellan|mellem)\s", re.IGNORECASE
)
_TO_NEXT = compile_late(r"(?:to|until|till|and|bis|und|au|et|à|hasta|y|até|e|tot|en|til|till|og|och)\s", re.IGNORECASE)
"""Words before the second time of a range whose times have their dates."""
_LONGEST_RANGE: Final = 150
"""Characters of such a range: behind each *from* no more are looked at, however long the sentence is."""
_OUT_UNTIL = compile_late(
    r"\b(?:was|were|stayed|remained) (?:\w+ )?(?<!not )(?:down|unavailable|unreachable|offline) $"
)
"""Words before *until* that make a time the end."""
_BEGAN = compile_late(
    r"\W*(?:it|(?:the |this )?(?:trouble|incident|outage|problem|issue|disruption|degradation)s?)(?: all)?"
    r" (?:started|began)\b",
    re.IGNORECASE,
)
"""How a clause begins that says when it began, whatever it says of the cause."""
_ELSEWHERE = compile_late(
    r"\b(?:previous (?:\w+ )?(?:incident|outage|problem|issue|failure|event|time|day|night|week|month|year)s?"
    r"|earlier|similar|same \w+ as|unrelated|nothing to do|(?:its|their|'s|’s) own|status page|drill"
    r"|rehears\w+|game ?day|exercise|last (?:week|month|quarter|year|time)|in (?:january|february|march|april|may|june"
    r"|july|august|september|october|november|december)|yesterday|vorige|eerder|precedent\w*|précédent\w*"
    r"|anterior\w*|letzte\w*|vorig\w*|früher\w*)\b",
    re.IGNORECASE,
)
"""Signs that the rest of the paragraph is about something other than the incident."""
_NOT_SAID = compile_late(
    # what is usual or planned
    r"\b(?:will|would|should|shall|scheduled|planned|daily|weekly"
    r"|nightly(?! (?:job|run|build|batch|\w+ (?:deleted|ran|failed|stopped|removed|did|began|started))\b)"
    r"|(?:every|each|both)(?= (?:other |\w+ )?(?:minute|hour|day|night|morning|evening|week|\w+day|month"
    r"|quarter|year|time)s?\b)"
    r"|usually|normally(?! again)|opens|open(?= (?:at|from|until|between)\b)|hours"
    r"|always|cron|tested|if(?! you (?:called|tried|visited|opened|used|logged|sent)\b)|until now|maintenance"
    r"|(?-i:\bHad) \w+"
    # what is only wished or thought
    r"|could(?! not\b)|might|may|hop(?:e|ed|es|ing)|expect\w*|promis\w+|estimat\w+|eta|were to|decid\w+|decision"
    r"|believ\w+|thought|thinks?|suspect\w*|assum\w+|suppos\w+|seem\w*|appear\w*|apparently"
    r"|possibl[ey]|probabl[ey]|or so"
    # what was done about the incident afterwards
    r"|meetings?|retrospective|post-?mortem|debrief\w*|reviews?|audits?|apolog\w+|announce\w*|statement|press)\b",
    re.IGNORECASE,
)
"""Signs that a sentence may not say what happened at its times."""
_IN_DOUBT = compile_late(
    # what was tried or came to nothing, and what is said against it
    r"\b(?:attempt\w*|tr(?:y|ies|ied|ying)|unsuccessful\w*|in vain|without success|no effect|but|however|although"
    r"|though|yet|except|despite|unfortunately|nobody|no one|never|nothing|nor|(?<!-)(?<!our )only"
    # what was at another time, or elsewhere
    r"|(?:an)?other|different|last (?:good|known|successful)|staging|sandbox|pre-?prod\w*|standby|replicas?"
    r"|test(?:s|ing)? (?:environment|system|cluster)s?|minutes|hours|seconds|days|weeks)\b",
    re.IGNORECASE,
)
"""Signs that a clause may not say what happened to the service at its time."""
_OF_OTHERS = compile_late(
    r"\b(?:they|their|(?<!of )them|theirs|third[- ]part\w+|vendors?|suppliers?|providers?|upstream|partners?"
    r"|competitors?|banks?)\b",
    re.IGNORECASE,
)
"""Signs that something became of others; they may well be those who notice."""
_PARTLY = compile_late(
    r"\b(?:part\w*|half|third|most|some|many|several|majority|few|first|one(?! (?:and|which|that)\b|$)"
    r"|(?:two|three|four|five|six|\d+) of|came back with (?:errors?|warnings?|faults?|data missing)"
    r"|(?:engineers?|technicians?|electricians?|colleagues?|operators?|he|she) (?:came|was|were) back"
    r"|gradual\w*|slow\w*|improv\w+|degraded|begin\w*|beg[au]n"
    r"|start\w*|regions?|zones?|sites|in (?:the )?(?-i:[A-Z]{2,})|to be|from backups?"
    r"|for (?!all\b|every)(?:\w+ ){0,2}(?:users|customers|clients|tenants|members|shops|stores))\b|\d\s?%|\d/\d",
    re.IGNORECASE,
)
"""Signs that not all was over, or that somebody was back rather than the service."""
_FINDING = compile_late(
    r"\b(?:noticed|spotted|realised|realized|saw|found|discovered|understood|established|worked out|figured out)"
    r" (?:that|why|what)\b(?! (?:it|this|that|these|they) (?:was|were|had|did|could)(?: not|n['’]t)\b)"
    r"|\b(?:reason|cause|culprit)(?= ?:)"
    r"|\b(?:rang|phoned|called|e-?mailed|alerted) (?:us|the \w+(?: \w+)?)\b"
    r"(?= (?:when|because|since|to say|and said)\b)",
    re.IGNORECASE,
)
"""Words behind which is what somebody noticed or found, which may have its own not."""
_REPORTED = compile_late(
    r"\b(?:report(?:s|ed)?|sa(?:y|ys|id)|post(?:s|ed)?|stat(?:es|ed)|claim(?:s|ed)|told|tells?|inform(?:s|ed)|wr(?:ites|ote))\b",
    re.IGNORECASE,
)
"""Words behind which is what somebody said, which may be so at another time."""
_PASSED_ON = compile_late(
    r"\b(?:was|were|been|be) (?:\w+ )?(?:informed|told|notified|contacted|asked|warned|updated)\b"
    r"|\b(?:push|marketing|morning|newsletter|reminder) (?:\w+ )?notifications?\b"
    r"|\b(?:web|home|login|landing|error|status|front|blank|start)[ -]?pages?\b"
    r"|\bpages? (?:was|were|is|are|loaded|showed|did|could)\b(?! (?:sent|fired|raised))",
    re.IGNORECASE,
)
"""How somebody hears of what is known already, and what readers get and see."""
_ANOTHER_DAY = compile_late(
    r"\b(?:next|following) (?:day|morning|afternoon|evening)|\bday (?:after|before)|\bdays (?:later|earlier)"
    r"|\btomorrow\b|\bovernight\b|\bthe (?:evening|night) before\b|\bvolgende (?:dag|ochtend)|\bnächsten (?:Tag|Morgen)"
    r"|\blendemain\b|\bdía siguiente|\bdia seguinte|\bgiorno (?:dopo|seguente)",
    re.IGNORECASE,
)
_OF_OTHER_ZONE = compile_late(r"\b(?:local|their|store|site|office)(?: \w+)? time\b", re.IGNORECASE)
"""Words for a zone that nothing says."""
_TIME_OF = compile_late(r"\s[A-Z][a-z]+ time\b")
"""Words behind a time for a zone that is not known."""
_GOES_ON = compile_late(
    r"\b(?:remains?|(?:is|are|stays?)\sstill)\s(?:open|ongoing|down|paused|unavailable|offline|degraded|unresolved)\b",
    re.IGNORECASE,
)
"""What a text says of an incident that is not over."""
_HALF = compile_late(r"\d\s?[ap]\.?m", re.IGNORECASE)
_SINCE = compile_late(r"\b(?:from|since|vanaf|ab)\b", re.IGNORECASE)
_FAILS = compile_late(
    r"\b(?:fail(?:ed|s)?|refused|rejected|denied|timed out|errors?|dropped|lost|could(?: not|n['’]t)|unavailable"
    r"|unreachable)\b",
    re.IGNORECASE,
)
"""What was so since a time at which it began."""
_NOT = compile_late(
    r"n['’]t\b|\b(?:not|never|hardly|nicht|kein\w*|niet|geen|pas|ne|non|não|nunca|jamás|inte|ikke|nie|aldrig|aldri)\b",
    re.IGNORECASE,
)
_ON_THE_WALL = compile_late(r"\d\s?[ap]\.?m|\b(?:Uhr|uur)\b", re.IGNORECASE)
_NOON = 12
_WEEKDAY = compile_late(WEEKDAY, re.IGNORECASE)


class TimedClause(NamedTuple):
    """What a sentence says of one time: the words of the time, those of what happened, and the line.

    ``states`` is the milestone that a range of times in which it was down begins or ends with; no words are what
    cannot be assigned to its time. ``of_others`` is whether others than the author's house may have done it.
    """

    when: str
    event: str
    line: int
    states: str | None = None
    approximate: bool = False
    of_others: bool = False


class Outage(NamedTuple):
    """From when to when a sentence says that it was down, its words, and its line."""

    start: Moment
    end: Moment
    words: str
    line: int


def read_narrative(paragraphs: Iterable[Paragraph | Item], day: date) -> tuple[list[TimedClause], bool]:
    """Cut the sentences of a report at their clock times.

    Parameters
    ----------
    paragraphs
        Those on what happened and the items of lists there, in their order.
    day
        The incident's date.

    Returns
    -------
    tuple
        The clauses in the order of the text, and whether it says that the incident goes on. No clauses where a time is
        of another day than the incident's and may be of its course, or where lines are rows of a list rather than text.

    Examples
    --------
    >>> from incident_analytics.reports.markdown import parse_markdown
    >>> text = "At 09:12 UTC logins failed. An alert fired at 09:15 and Mara took it up at 09:19."
    >>> paragraphs = parse_markdown(text).sections[0].paragraphs()
    >>> for clause in read_narrative(paragraphs, date(2025, 3, 3))[0]:
    ...     print(clause.when, "|", clause.event)
    09:12 UTC | logins failed
    09:15 | An alert fired
    09:19 | and Mara took it up
    """
    goes_on = False
    found: list[TimedClause] = []
    texts = [text for text in paragraphs if not _are_fields(text)]
    if not any(_MAY_HAVE_CLOCK.search(text.text) and _CLOCK.search(text.text) for text in texts):
        return found, goes_on
    if any(_has_rows([line.text for line in text.lines]) for text in texts):
        return found, goes_on  # in which each time is that of the words behind it
    for paragraph in texts:
        starts = list(accumulate((len(line.text) + 1 for line in paragraph.lines), initial=0))
        is_of_incident = True
        label = paragraph.lines[0].label or ""  # which says nothing of when anything was
        for offset, sentence in _sentences(paragraph.text, len(label)):
            days = _days_named(sentence, day)
            if days:
                is_of_incident = days == {0}
            is_of_incident &= not _is_elsewhere(sentence, days)
            times = list(_CLOCK.finditer(sentence))
            of_other_zone = _OF_OTHER_ZONE.search(sentence) or any(
                _TIME_OF.match(sentence, each.end()) for each in times
            )
            if times and (_may_go_on(sentence, days) or of_other_zone):
                return [], False
            goes_on |= is_of_incident and _GOES_ON.search(sentence) is not None
            if not times or not is_of_incident:
                continue
            is_said = _NOT_SAID.search(sentence) is None
            for begin, clause in _clauses(sentence, times):
                line = paragraph.lines[bisect_right(starts, offset + begin) - 1].line
                words = clause.event if clause.states is None else _IS_OUT.sub(" ", clause.event)
                is_sure = is_said and _IN_DOUBT.search(_asserted(words)) is None
                of_others = _OF_OTHERS.search(_asserted(clause.event)) is not None
                found.append(clause._replace(line=line, event=clause.event if is_sure else "", of_others=of_others))
    if any(map(_says_half, found)):
        found = [clause for clause in found if _says_half(clause) or _is_of_one_half(clause)]
    return found, goes_on


def _are_fields(paragraph: Paragraph | Item) -> bool:
    """Return whether lines are fields such as those at the head of a mail, rather than sentences with a label."""
    lines = paragraph.lines
    return len(lines) > 1 and all(line.label and not line.text.rstrip().endswith((".", "!", "?")) for line in lines)


def _has_rows(lines: Sequence[str]) -> bool:
    """Return whether several lines open with a time that no sentence before them leads to."""
    opens = (begins_with_time(line) and not before.endswith((".", "!", "?")) for before, line in pairwise(["", *lines]))
    return sum(opens) > 1


def _says_half(clause: TimedClause) -> bool:
    """Return whether a time says am or pm: where some do, one that does not may be of either half of the day."""
    return _HALF.search(clause.when) is not None


def of_local_clock(when: str) -> bool:
    """Return whether a time is written as people say it who mean the clock on their wall: ``8.40am``, ``16.45 uur``.

    Examples
    --------
    >>> [of_local_clock(when) for when in ("8.40am", "16.45 uur", "16:45", "16:45 UTC")]
    [True, True, False, False]
    """
    return _ON_THE_WALL.search(when) is not None


def _is_of_one_half(clause: TimedClause) -> bool:
    """Return whether a time can be of one half of the day only: ``14:02``, ``midnight``."""
    hour = re.match(r"\d+", clause.when)
    return hour is None or int(hour[0]) > _NOON


def _sentences(text: str, begin: int = 0) -> Iterator[tuple[int, str]]:
    """Yield the sentences of a paragraph, from a place on, with where each begins."""
    for end in _SENTENCE_END.finditer(text, begin):
        yield begin, text[begin : end.start()]
        begin = end.end()
    yield begin, text[begin:]


def _days_named(sentence: str, day: date) -> set[int | None]:
    """Return how many days after the incident's date those are that a sentence names; None where it does not say."""
    found: set[int | None] = set()
    for moment in find_dates(sentence):
        if moment.day is None or moment.month is None:
            found.add(None)
            continue
        try:
            found.add((date(moment.year or day.year, moment.month, moment.day) - day).days)
        except ValueError:
            found.add(None)
    if not found:
        named = {WEEKDAYS.index(match[0][:3].lower()) for match in _WEEKDAY.finditer(sentence)}
        found |= {0 if weekday == day.weekday() else None for weekday in named}
    return found


def _is_elsewhere(sentence: str, days: set[int | None]) -> bool:
    """Return whether a sentence is about something else; *yesterday* is the incident's day where it is named so."""
    found = _ELSEWHERE.search(sentence)
    return found is not None and not (days == {0} and found[0].casefold() == "yesterday")


def _may_go_on(sentence: str, days: set[int | None]) -> bool:
    """Return whether a sentence may have the incident's course go on, or begin, on another day."""
    near = any(days_later is not None and 0 < abs(days_later) <= 1 for days_later in days)
    return near or _ANOTHER_DAY.search(sentence) is not None


def _clauses(sentence: str, times: Sequence[re.Match[str]]) -> Iterator[tuple[int, TimedClause]]:
    """Yield what a sentence says of each of its times, with where that is."""
    ranges = {
        index
        for index, (one, other) in enumerate(pairwise(times))
        if _RANGE.fullmatch(sentence[one.end() : other.start("time")])
    }
    if ranges:
        is_down = len(times) == 2 and _IS_OUT.search(sentence)  # noqa: PLR2004 - one range
        for name, time in zip(("started", "restored") if is_down else [None] * len(times), times, strict=True):
            event = sentence if is_down else ""
            yield time.start(), TimedClause(time["time"], event, 0, name)
        return
    cuts = [
        (0, _first_cut(sentence, times[0])),
        *(_cut(sentence, one.end(), other.start()) for one, other in pairwise(times)),
    ]
    for time, (_, begin), (end, _) in zip(times, cuts, [*cuts[1:], (len(sentence),) * 2], strict=True):
        words = f"{sentence[begin : time.start()]} {sentence[time.end() : end]}"
        before = _CONJUNCTION.sub("", sentence[begin : time.start()]).strip(" ,")
        is_of_noun = before and _OF_A_NOUN.match(sentence, time.end()) and not _BEFORE_THAT.search(before)
        is_unclear = time["bound"] or is_of_noun or end < 0 or begin < 0
        event = "" if is_unclear else " ".join(words.split()).strip(" ,;:.")
        is_since = _SINCE.search(sentence[time.start() : time.start("time")]) is not None
        state, said = _said_until(sentence, time) if len(times) == 1 and time["bound"] == "until " else (None, "")
        event = said if state else event
        if is_since and not is_unclear and _FAILS.search(event):
            state = "started"
        yield time.start(), TimedClause(time["time"], event, 0, state, approximate=time["about"] is not None)


def _said_until(sentence: str, time: re.Match[str]) -> tuple[str | None, str]:
    """Return the milestone that it was *until* a time, and the words that say so.

    It is the end of what was down until then, and the cause of what it took until then to understand.
    """
    if _OUT_UNTIL.search(sentence[: time.start("bound")]):
        return "restored", sentence
    is_found = _UNTIL_FOUND.search(sentence[: time.end("bound")]) and _TO_FIND.match(sentence, time.end())
    return ("identified", sentence[: is_found.end()]) if is_found else (None, "")


def _first_cut(sentence: str, time: re.Match[str]) -> int:
    """Return where the clause of a sentence's first time begins: at a joint right before the time, else at 0."""
    joint = next((each for each in _JOINT.finditer(sentence) if each.end() == time.start()), None)
    return 0 if joint is None or len(sentence[time.end() :].split()) < 2 else joint.start()  # noqa: PLR2004 - a clause


def _cut(sentence: str, begin: int, end: int) -> tuple[int, int]:
    """Return where the clause of one time ends and that of the next one begins; -1 where nothing joins them.

    What lies between a clause that ends with its time and the last joint may belong to either, and to none.
    """
    joints = list(_JOINT.finditer(sentence, begin, end + 1))
    last = next((joint for joint in reversed(joints) if joint[0][0] in ";:,"), joints[-1] if joints else None)
    if last is None:
        return -1, -1
    return joints[0].start() if joints[0].start() == begin else last.start(), last.start()


_ASSERTS: Final[Mapping[str, Sequence[frozenset[str]]]] = {
    name: [frozenset(each.split(", ")) for each in features]
    for name, features in {
        "started": ["fault"],
        "detected": ["alarm", "us, notice", "people > say"],
        "responded": ["acknowledge"],
        "identified": ["find, cause", "find, defect"],
        "restored": ["over", "well"],
        "mitigated": ["revert", "fix"],
        "closed": ["close, incident"],
    }.items()
}
"""By milestone the features of which a clause has all of one group; in the order in which they are found."""
_DENY: Final[Mapping[str, frozenset[str]]] = {
    "started": frozenset(["alarm", "notice", "say", "find", "over", "well", "stop", "again", "acknowledge"]),
    "restored": frozenset(["part", "stop", "going", "elsewhere", "useless", "guess"]),
    "mitigated": frozenset(["elsewhere", "useless", "guess"]),
    "responded": frozenset(["elsewhere"]),
    "identified": frozenset(["elsewhere", "guess"]),
}
"""By milestone the meanings that a clause has none of."""
_TRIGGERS: Final = frozenset({"act", "change"})
"""Meanings of what is done before anything fails."""
_LITTLE: Final = 0.5
"""The weight from which on a clause may be a milestone, though it does not assert it."""


def said_to_be(
    clauses: Sequence[TimedClause], instants: Sequence[datetime], known: Mapping[str, datetime], *, is_open: bool
) -> dict[str, int]:
    """Return by milestone the clause that says that it was then.

    Parameters
    ----------
    clauses
        What `read_narrative` gives.
    instants
        That of each clause.
    known
        Milestones that the report has elsewhere.
    is_open
        Whether the report says that the incident goes on: nothing is over then.

    Examples
    --------
    >>> from datetime import UTC
    >>> story = [TimedClause("09:12", "logins failed", 1), TimedClause("09:40", "service was restored", 1)]
    >>> day = [datetime(2025, 3, 3, 9, minute, tzinfo=UTC) for minute in (12, 40)]
    >>> said_to_be(story, day, {}, is_open=False)
    {'started': 0, 'restored': 1}
    """
    order = sorted(range(len(clauses)), key=instants.__getitem__)
    readings = [default_lexicon().read(clause.event) if clause.event else None for clause in clauses]
    found: dict[str, int] = {}
    at = dict(known)
    for name in [name for name in _ASSERTS if name not in known]:
        rows = [row for row in order if row not in found.values() and _asserts(name, clauses[row], readings[row])]
        if not rows or (name == "restored" and is_open):
            continue
        row = rows[-1 if name in LAST_COUNTS else 0]
        others = [(instants[other], readings[other]) for other in order if other != row]
        if _is_in_doubt(name, instants[row], at, others) or not _is_in_order(name, instants[row], at, instants):
            continue
        found[name], at[name] = row, instants[row]
    return found


def outage_said(paragraphs: Iterable[Paragraph | Item]) -> Outage | None:
    """Return the range, with dates at both of its ends, of which the one such sentence says that it was down then.

    Examples
    --------
    >>> from incident_analytics.reports.markdown import parse_markdown
    >>> text = "The site was unavailable from 23:10 UTC on 3 March 2025 until 01:20 UTC on 5 March 2025."
    >>> found = outage_said(parse_markdown(text).sections[0].paragraphs())
    >>> found.start.clock, found.end.date
    (datetime.time(23, 10), datetime.date(2025, 3, 5))
    """
    found: list[Outage] = []
    for paragraph in paragraphs:
        starts = list(accumulate((len(line.text) + 1 for line in paragraph.lines), initial=0))
        for offset, sentence in _sentences(paragraph.text):
            if not (_MAY_HAVE_CLOCK.search(sentence) and _IS_OUT.search(sentence)):
                continue
            begins = (each.end() for each in _FROM.finditer(sentence))
            ranges = (_dated_range(sentence[begin : begin + _LONGEST_RANGE]) for begin in begins)
            moments = next(filter(None, ranges), None)
            signs = (_NOT_SAID, _ELSEWHERE, _OF_OTHERS, _OF_OTHER_ZONE)
            if moments is None or any(sign.search(sentence) for sign in signs):
                continue
            line = paragraph.lines[bisect_right(starts, offset) - 1].line
            found.append(Outage(*moments, " ".join(sentence.split()), line))
    return found[0] if len(found) == 1 else None


def _dated_range(words: str) -> tuple[Moment, Moment] | None:
    """Return the two moments that words begin with, each with its date and its time of day."""
    if not _MAY_HAVE_CLOCK.search(words):
        return None
    when, rest = split_moment(words)
    if not when or not words.lstrip().startswith(when):
        return None
    moments = read_moments(when)
    if len(moments) == 1 and (link := _TO_NEXT.match(rest)):
        moments = [*moments, *read_moments(split_moment(rest[link.end() :])[0])]
    is_whole = len(moments) == 2 and all(each.date and each.clock and not each.unreadable for each in moments)  # noqa: PLR2004
    return (moments[0], moments[1]) if is_whole else None


def milestones_said(paragraphs: Iterable[Paragraph | Item], day: date) -> set[str]:
    """Return the milestones that sentences assert at times of a day.

    Examples
    --------
    >>> from incident_analytics.reports.markdown import parse_markdown
    >>> text = "At 09:12 UTC logins failed. An alert fired at 09:15 and Mara took it up at 09:19."
    >>> sorted(milestones_said(parse_markdown(text).sections[0].paragraphs(), date(2025, 3, 3)))
    ['detected', 'responded', 'started']
    """
    read = default_lexicon().read
    clauses = [(clause, read(clause.event)) for clause in read_narrative(paragraphs, day)[0] if clause.event]
    return {name for clause, reading in clauses for name in _ASSERTS if _asserts(name, clause, reading)}


def _asserts(name: str, clause: TimedClause, reading: Reading | None) -> bool:
    """Return whether a clause says by its own words that it is a milestone."""
    if clause.states is not None or reading is None:
        return reading is not None and clause.states == name and not clause.of_others
    if name == "started" and _BEGAN.match(clause.event):
        return True
    by_phrase = milestones_of(clause.event)
    is_turn = name in by_phrase
    is_denied = not _DENY.get(name, frozenset()).isdisjoint(reading.meanings)
    if not is_turn and (name not in reading.speaks_for or is_denied):
        return False
    if clause.of_others and name != "detected":
        return False
    if name in LAST_COUNTS and (_PARTLY.search(clause.event) or _REPORTED.search(clause.event)):
        return False
    if name == "detected" and _PASSED_ON.search(clause.event):
        return False
    if name == "started" and not is_turn and "restored" in by_phrase:
        return False  # the fault was put right
    if name == "started" and "part" in reading.meanings and "begin" not in reading.meanings:
        return False  # something was better, or worse, in part
    if is_turn:  # which may have its own not, of what no longer worked
        return name == "started" or _NOT.search(_asserted(clause.event)) is None
    has = reading.meanings | reading.features
    return "not" not in has and any(group <= has for group in _ASSERTS[name])


def _asserted(event: str) -> str:
    """Return the words of a clause without what somebody noticed or found."""
    found = _FINDING.search(event)
    return event if found is None else event[: found.end()]


def _is_in_doubt(
    name: str, at: datetime, known: Mapping[str, datetime], others: Iterable[tuple[datetime, Reading | None]]
) -> bool:
    """Return whether another time may be that of a milestone: a later one of what counts last, else an earlier one.

    It may be where its words speak for it, where nothing is said of it, before a start where they do not say what was
    done, and after the end where something fails. Nothing is detected before it starts or at that time, nor
    responded to before its detection.
    """
    before = known.get({"detected": "started", "responded": "detected"}.get(name, ""))
    for other, reading in others:
        if other == at or (other > at) != (name in LAST_COUNTS) or (before is not None and other <= before):
            continue
        if reading is None or reading.weights[name] >= _LITTLE:
            return True
        if name == "started" and ("fault" in reading.meanings or _TRIGGERS.isdisjoint(reading.meanings)):
            return True
        if name == "restored" and ("fault" in reading.meanings or reading.is_relapse):
            return True
    return False


def _is_in_order(name: str, at: datetime, known: Mapping[str, datetime], others: Iterable[datetime]) -> bool:
    """Return whether an instant may be that of a milestone, given those found before and all other times.

    A response follows a detection that is known. What is over has begun before, and was mitigated at the same time or
    before that.
    """
    begun = [known[each] for each in ("started", "detected") if each in known]
    if name in {"started", "detected"}:
        return all(at >= each for each in begun if name == "detected")
    if name == "responded":
        return "detected" in known and at >= known["detected"]
    if name == "mitigated" and ("restored" not in known or at > known["restored"]):
        return False
    if name in LAST_COUNTS:
        return all(at > each for each in begun) and any(each < at for each in (*begun, *others))
    return all(at >= each for each in begun)
