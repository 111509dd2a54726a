"""Milestones that rows tell in words of their own: what the scorer takes, and what it must not be misled by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_analytics.reports.clauses import Feature, Vocabulary
from incident_analytics.reports.milestone_model import Model
from incident_analytics.reports.milestone_words import default_lexicon
from incident_analytics.reports.milestones import (
    _PLACES,
    Clue,
    Gap,
    Guess,
    Scorer,
    infer_gaps,
    infer_milestones,
    infer_relapse,
)
from incident_analytics.reports.row_readings import ReportClues
from incident_analytics.schema import MILESTONES

DAY = datetime(2025, 3, 14, tzinfo=UTC)


def at(clock: str) -> datetime:
    hours, minutes = map(int, clock.split(":"))
    return DAY + timedelta(hours=hours, minutes=minutes)


def rows_of(*rows: str, evidence: ReportClues | None = None) -> dict[str, int]:
    """Infer from rows such as ``14:02 Users report 503s``; milestones with the number of their row."""
    clues = [Clue(at(row[:5]), row[6:]) for row in rows]
    return {name: guess.row for name, guess in infer_milestones(clues, evidence or ReportClues()).items()}


@pytest.mark.parametrize(
    ("event", "milestone"),
    [
        ("User reports that the site is down", "detected"),
        ("Alert on provider latency", "detected"),
        ("`api.example on prod` Simple Health Check Endpoint fires", "detected"),
        ("KubePodCrashLooping", "detected"),
        ("Odd Grafana graphs, launches fail", "detected"),
        ("Team tells us that applying a Service fails", "detected"),
        ("Incident declared", "responded"),
        ("Declared as an incident", "responded"),
        ("Investigation opens", "responded"),
        ("On-call wakes up and takes it", "responded"),
        ("Acknowledged", "responded"),
        ("Cause found in the logs: a missing poll", "identified"),
        ("Contributor has found the cause", "identified"),
        ("Explanation: the namespace of another cluster was deleted", "identified"),
        ("Cause understood: a query at the start", "identified"),
        ("Repaired", "mitigated"),
        ("Mitigation: rolled back by hand", "mitigated"),
        ("Resolved", "restored"),
        ("Service is back, pods start", "restored"),
        ("Recovery: another node is in", "restored"),
        ("Launch success back at 100%", "restored"),
        ("Ticket closed as resolved", "closed"),
        ("Closed in PagerDuty", "closed"),
    ],
)
def test_a_row_says_its_milestone(event: str, milestone: str) -> None:
    rows = ["09:00 Breakfast", f"10:00 {event}", "11:00 Coffee"]
    assert rows_of(*rows).get(milestone) == 1


IN_OTHER_WORDS = {
    "es": (
        "Primeros pedidos sin confirmar",
        "Salta la alarma de pedidos",
        "La guardia comienza a trabajar",
        "Causa encontrada: disco lleno en el broker",
        "Parche aplicado en el broker",
        "Pedidos normalizados",
        "Se da por cerrado el incidente",
    ),
    "es2": (
        "La web deja de responder",
        "Un cliente avisa por teléfono",
        "Equipo de sistemas toma el caso",
        "Se localiza la causa: certificado caducado",
        "Certificado reemplazado",
        "La web funciona con normalidad",
        "Cierre",
    ),
    "de": (
        "Kassen ohne Verbindung",
        "Filialen melden den Ausfall",
        "Rufbereitschaft übernimmt",
        "Ursache ermittelt: Zertifikat abgelaufen",
        "Zertifikat ausgetauscht",
        "Alle Kassen wieder online",
        "Vorfall geschlossen",
    ),
    "fr2": (
        "Le portail ne répond plus",
        "Les usagers appellent le support",
        "Début de l'intervention",
        "Cause identifiée : mauvaise route",
        "Route corrigée",
        "Portail de nouveau accessible",
        "Clôture de l'incident",
    ),
    "it": (
        "Ordini bloccati",
        "Allarme dal monitoraggio",
        "Il reperibile prende in carico",
        "Causa trovata: disco pieno",
        "Soluzione temporanea applicata",
        "Servizio ripristinato",
        "Incidente chiuso",
    ),
    "it2": (
        "Il sito non risponde",
        "Segnalazione da un cliente",
        "Inizio analisi",
        "Individuata la causa: certificato scaduto",
        "Certificato sostituito",
        "Il sito funziona di nuovo",
        "Chiusura della segnalazione",
    ),
    "pt": (
        "Pagamentos começam a falhar",
        "Alerta do monitoramento",
        "Plantonista inicia o atendimento",
        "Causa identificada: índice removido",
        "Mitigação aplicada",
        "Serviço restabelecido",
        "Encerramento do incidente",
    ),
    "nl2": (
        "Website onbereikbaar",
        "Klant belt de helpdesk",
        "Beheer neemt over",
        "Oorzaak vastgesteld: volle schijf",
        "Tijdelijke oplossing: logs verwijderd",
        "Website weer bereikbaar",
        "Ticket gesloten",
    ),
    "no": (
        "Betalinger feiler",
        "Alarm fra overvåkingen",
        "Vakten tar tag i saken",
        "Årsaken funnet: full disk",
        "Midlertidig løsning på plass",
        "Betalinger fungerer igjen",
        "Saken avsluttet",
    ),
    "no2": (
        "Appen svarer ikke",
        "Kunde ringer og melder feil",
        "Feilsøking startet",
        "Årsak identifisert: feil i utrulling",
        "Utrulling rullet tilbake",
        "Appen virker igjen",
        "Hendelse lukket",
    ),
    "da": (
        "Betalinger fejler",
        "Alarm fra overvågningen",
        "Vagthavende går i gang",
        "Årsag fundet: udløbet certifikat",
        "Certifikat skiftet",
        "Betalinger virker igen",
        "Sagen afsluttet",
    ),
    "sv": (
        "Betalningar misslyckas",
        "Larm från övervakningen",
        "Jourhavande börjar felsöka",
        "Orsaken hittad: full disk",
        "Tillfällig lösning på plats",
        "Betalningar fungerar igen",
        "Ärendet avslutat",
    ),
    "fi": (
        "Maksut epäonnistuvat",
        "Hälytys valvonnasta",
        "Päivystäjä aloittaa selvityksen",
        "Juurisyy löytyi: levy täynnä",
        "Väliaikainen korjaus käytössä",
        "Maksut toimivat taas",
        "Häiriö suljettu",
    ),
    "pl": (
        "Płatności nie przechodzą",
        "Alarm z monitoringu",
        "Dyżurny rozpoczyna pracę",
        "Znaleziono przyczynę: pełny dysk",
        "Tymczasowe obejście wdrożone",
        "Płatności działają ponownie",
        "Incydent zamknięty",
    ),
    "cs": (
        "Platby selhávají",
        "Upozornění z monitoringu",
        "Pohotovost začíná řešit",
        "Příčina nalezena: plný disk",
        "Náhradní řešení nasazeno",
        "Platby opět fungují",
        "Incident uzavřen",
    ),
    "tr": (
        "Ödemeler başarısız oluyor",
        "İzleme alarmı geldi",
        "Nöbetçi incelemeye başladı",
        "Kök neden bulundu: disk dolu",
        "Geçici çözüm uygulandı",
        "Ödemeler normale döndü",
        "Olay kapatıldı",
    ),
    "ru": (
        "Платежи не проходят",
        "Сработал алерт мониторинга",
        "Дежурный взял в работу",
        "Причина найдена: диск заполнен",
        "Применено временное решение",
        "Платежи снова работают",
        "Инцидент закрыт",
    ),
    "uk": (
        "Платежі не проходять",
        "Спрацював алерт",
        "Черговий взяв у роботу",
        "Знайдено причину: диск заповнений",
        "Тимчасове рішення застосовано",
        "Платежі знову працюють",
        "Інцидент закрито",
    ),
    "es3": (
        "Las cámaras dejan de enviar imágenes",
        "El encargado avisa a la guardia",
        "La guardia empieza la respuesta",
        "Causa identificada: enlace cortado",
        "Mitigación: rondas a pie",
        "Servicio restablecido",
        "Se cierra el incidente",
    ),
    "fr3": (
        "Premiers refus de badges (début de la panne)",
        "Appels des agents, la panne est détectée",
        "Le service informatique prend en charge l'incident",
        "Cause identifiée : disque plein",
        "Contournement : portes ouvertes",
        "Service rétabli",
        "Incident clôturé",
    ),
    "pl2": (
        "Bramki nie otwierają się",
        "Portier dzwoni do działu IT (pierwsze zgłoszenie)",
        "Informatyk na miejscu, początek działań",
        "Ustalono przyczynę: wygasły certyfikat",
        "Bramki otwarte ręcznie (obejście)",
        "Usługa przywrócona",
        "Zgłoszenie zamknięte",
    ),
    "eng4": (
        "Boilers show no readings",
        "Caretaker phones the helpdesk",
        "IT took the ticket",
        "We identified the problem: firewall rule",
        "Readings e-mailed every hour as a stop-gap",
        "Rule removed, readings normal",
        "Ticket closed",
    ),
    "eng1": (
        "Checkout fails",
        "Detection",
        "Response",
        "Diagnosis",
        "Mitigation",
        "Recovery",
        "Closure",
    ),
    "eng3": (
        "Parcel labels blank",
        "Depot supervisor reports",
        "IT duty engaged",
        "Root cause identified: printer driver",
        "Driver rolled back",
        "Labels at pre-incident quality",
        "All clear, team stood down",
    ),
}


@pytest.mark.parametrize("house", IN_OTHER_WORDS)
def test_a_timeline_in_another_language_or_of_labels_alone(house: str) -> None:
    clocks = ["09:00", "09:04", "09:10", "09:31", "09:45", "09:58", "11:00"]
    rows = [f"{clock} {event}" for clock, event in zip(clocks, IN_OTHER_WORDS[house], strict=True)]
    order = ["started", "detected", "responded", "identified", "mitigated", "restored", "closed"]
    assert rows_of(*rows) == {name: row for row, name in enumerate(order)}


@pytest.mark.parametrize(
    ("milestone", "rows"),
    [
        ("mitigated", ["Første feil", "Alarm", "Vakten tar tag i saken", "Tiltak vurderes", "Fortsatt nede"]),
        ("mitigated", ["Errores en pagos", "Alarma", "La guardia toma el caso", "Mitigación sin efecto", "Siguen"]),
        ("mitigated", ["Awaria", "Alarm", "Dyżurny rozpoczyna pracę", "Obejście nie działa", "Nadal błędy"]),
        ("closed", ["Felet börjar", "Larm", "Jouren börjar arbeta", "Kassan i entrén stängd", "Tjänsten återställd"]),
        ("closed", ["Første feil", "Alarm", "Port 443 lukket i brannmuren", "Årsak funnet: port", "Tjenesten oppe"]),
        ("closed", ["Errores", "Alarma", "Cierre de la válvula de entrada", "Causa: sensor", "Servicio restablecido"]),
        ("closed", ["Errores", "Alarma", "La tienda cierra a las 20", "Causa: sensor", "Servicio restablecido"]),
        ("closed", ["Awaria", "Alarm", "Zamknięto oddział w Krakowie", "Znaleziono przyczynę", "Usługa przywrócona"]),
        ("closed", ["Sensors silent", "Alarm", "On-call engaged", "Cause found: power",
                    "Sensors back", "Tunnel closure lifted"]),
        ("restored", ["First error", "Alarm", "On-call engaged", "Cause found: licence",
                    "Service not restored", "Vendor contacted"]),
        ("restored", ["Første feil", "Alarm", "Vakten tar tag i saken",
                    "Tjenesten ikke gjenopprettet", "Leverandør kontaktet"]),
    ],
)  # fmt: skip
def test_words_of_other_languages_that_say_something_else(milestone: str, rows: list[str]) -> None:
    assert milestone not in rows_of(*[f"09:{number}0 {event}" for number, event in enumerate(rows)])


@pytest.mark.parametrize(
    ("event", "is_normal"),
    [
        ("Response times normal again", True),
        ("Order times normal again", True),
        ("Checkouts at pre-incident levels", True),
        ("Load at 5 times normal", False),
        ("Load is nine times the usual", False),
    ],
)
def test_times_are_normal_or_so_many_times_normal(event: str, is_normal: bool) -> None:
    reading = default_lexicon().read(event)
    assert (reading.weights["restored"] > 1) is is_normal


@pytest.mark.parametrize(
    ("without", "written"),
    [
        ("restart didnt help", "restart didn't help"),
        ("we dont know the cause", "we don't know the cause"),
        ("fix doesnt work", "fix doesn't work"),
        ("users cant save", "users can't save"),
        ("the site wont load", "the site won't load"),
        ("service isnt restored", "service isn't restored"),
        ("its the nginx logs", "it's the nginx logs"),
        ("its not back", "it's not back"),
        ("thats the cause", "that's the cause"),
    ],
)
def test_words_without_their_apostrophe_mean_the_same(without: str, written: str) -> None:
    assert default_lexicon().read(without).features == default_lexicon().read(written).features


@pytest.mark.parametrize(
    "event", ["clients dont les paiements échouent", "queue back to its usual length", "the want of a key"]
)
def test_words_that_miss_no_apostrophe(event: str) -> None:
    assert "not" not in default_lexicon().read(event).meanings


def test_the_stated_end_and_the_words_of_its_row_count_more_than_the_rows_around_it() -> None:
    rows = ["09:00 Match starts drop to zero", "09:08 Community team pings us", "09:14 On-call (Dee) picks it up",
            "09:40 Culprit found: the matcher reads a group deleted by the cleanup job",
            "10:10 Matcher pointed at the new group, queue drained by hand",
            "10:35 Match starts at pre-incident rate", "12:15 All clear, stand down"]  # fmt: skip
    evidence = ReportClues(
        at("09:00"), at("10:35"), timedelta(minutes=95), cause="A nightly job removes groups without a heartbeat"
    )
    assert rows_of(*rows, evidence=evidence)["restored"] == 5


@pytest.mark.parametrize(
    ("rows", "milestone", "row"),
    [
        # Only a part works again: the end is later.
        (
            ["10:00 Alert", "10:36 Impacted shops begin to recover", "11:00 Most shops recovered", "12:35 Resolved"],
            "restored",
            3,
        ),
        # A machine that identifies trouble has detected it.
        (["09:37 Disruption identified by our probes", "10:05 Team finds the cause"], "identified", 1),
        # What is looked for is not found yet, and a denial says that it was not.
        (["09:40 Alert", "09:50 Ana tries to find the cause", "10:12 Root cause found: the licence"], "identified", 2),
        (["09:40 Alert", "09:50 No root cause found", "10:12 Root cause found: the licence"], "identified", 2),
        (["09:40 Alert", "09:50 Whether it is the proxy is unclear", "10:12 Cause found: a leak"], "identified", 2),
        # An attempt, a false cure and a plan are no cure.
        (["10:00 Alert", "10:10 False mitigation of the cache", "10:20 Rolled back", "10:30 Resolved"], "mitigated", 2),
        (["10:00 Alert", "10:10 Rollback would help", "10:20 Failed over", "10:30 Resolved"], "mitigated", 2),
        # The cure is that of this row, not what comes "after" something.
        (["10:00 Alert", "10:10 Service restored", "10:31 Switch undone after redis is restored"], "restored", 1),
        # To tell others is not to be told.
        (["10:00 Users report errors", "10:20 We tell customers that an update comes"], "detected", 0),
        # The alarm that stops is the end, not the detection.
        (["10:00 Alert fires", "10:41 The CheckoutErrors alarm stops firing"], "restored", 1),
        (["10:00 Alert fires", "10:41 No more errors"], "restored", 1),
        (["09:58 Alert fires", "10:10 Root cause detected: disk of the queue host is full"], "identified", 1),
        (["09:30 Start of billing outage", "10:15 End of billing outage"], "restored", 1),
        # What the cure takes up, next to it, was the cause, whether a word says so or not.
        (["10:00 Alert fires", "10:03 Vik acknowledges", "10:20 Scheduler account is locked", "10:25 Account unlocked",
          "10:30 All jobs run again, resolved"], "identified", 2),
        # An engineer who comes is a response; a check that fails, or a checkout, is none.
        (["10:00 Latency alert for checkout", "10:05 Priya joins the call", "10:20 Resolved"], "responded", 1),
        (["10:00 Synthetic check fails", "10:05 Technician dispatched", "10:20 Resolved"], "responded", 1),
    ],
)  # fmt: skip
def test_the_clause_decides_which_row_it_is(rows: list[str], milestone: str, row: int) -> None:
    assert rows_of(*rows).get(milestone) == row


@pytest.mark.parametrize(
    ("rows", "milestone"),
    [
        (["10:00 Alert fires", "10:10 Ana tries to find the cause"], "identified"),
        (["10:00 Alert fires", "10:10 The cause is not known yet"], "identified"),
        (["10:00 Alert fires", "10:10 Decision to fail over once the node is up"], "mitigated"),
        (["10:00 Alert fires", "10:10 Could be fixed by a restart"], "mitigated"),
        (["10:00 Alert fires", "10:10 Not resolved"], "restored"),
        (["10:00 Alert fires", "10:10 Service still not working"], "restored"),
        (["10:00 Sven shows up on his day off, told to go back to bed"], "restored"),
        (["10:00 Coffee", "10:05 We inform the partners about the maintenance"], "detected"),
        (["10:00 Alert fires", "10:20 nagios declares api OK"], "responded"),
        (["10:00 Alert fires", "10:20 Failover procedure written down in the notes"], "restored"),
    ],
)  # fmt: skip
def test_what_a_clause_denies_or_only_plans_is_not_taken(rows: list[str], milestone: str) -> None:
    assert milestone not in rows_of(*rows)


DENIALS = ["no", "not", "never", "without", "nobody has", "tries to see", "will be", "perhaps", "after the"]


@given(st.sampled_from(DENIALS), st.sampled_from(["root cause found", "resolved", "recovered", "alarm stops firing"]))
def test_no_denial_makes_a_row_more_of_a_milestone(denial: str, words: str) -> None:
    lexicon = default_lexicon()
    plain, denied = lexicon.read(words).weights, lexicon.read(f"{denial} {words}").weights
    for milestone in ("identified", "restored"):
        assert denied[milestone] <= max(plain[milestone], 0)


def test_a_feature_is_in_one_clause_unless_it_says_otherwise() -> None:
    words = Vocabulary({"act": ["restart*"], "well": ["works again"], "people": ["users"], "say": ["report"]})
    row = words.clauses("Hub restarted, works again; users report it")
    assert row == [("act", "$act"), ("well",), ("people", "say")]
    held = {"act & well", "people + say", "people > say", "say + people", "well"}
    lost = {"act + well", "say > people", "^act", "no act", "$well"}
    meanings = {meaning for clause in row for meaning in clause}
    assert {name for name in held | lost if Feature.of(name).is_in(row, meanings)} == held


@pytest.mark.parametrize(("confidence", "grade"), [(0.96, "check"), (0.98, "sure"), (1.0, "sure"), (0.5, "check")])
def test_a_guess_is_sure_from_the_confidence_that_was_right_at_98_percent(confidence: float, grade: str) -> None:
    assert Guess(0, confidence).grade == grade


@pytest.mark.parametrize(("minutes", "is_before"), [(4, False), (5, True), (60, True)])
def test_a_row_more_than_a_slip_before_the_stated_start_is_before_it(minutes: int, is_before: bool) -> None:
    start = at("10:00")
    scorer = Scorer([Clue(start - timedelta(minutes=minutes), "Alert")], ReportClues(start=start), default_lexicon())
    assert ("@before the start" in scorer.places("detected", 0)) == is_before


def test_the_row_one_stated_length_after_another_is_the_end() -> None:
    rows = [Clue(at("10:00"), "Coffee"), Clue(at("11:00"), "Coffee"), Clue(at("12:00"), "Coffee")]
    for hours, end in ((1, "11:00"), (2, "12:00")):
        assert Scorer(rows, ReportClues(total=timedelta(hours=hours)), default_lexicon()).end == at(end)
    assert Scorer(rows, ReportClues(total=timedelta(hours=1), approximate=True), default_lexicon()).end is None
    assert Scorer(rows, ReportClues(total=timedelta(hours=3)), default_lexicon()).end is None


@pytest.mark.parametrize(("off", "is_near"), [(0, True), (9, True), (10, False), (-9, True), (-10, False)])
def test_a_rough_length_is_met_within_15_percent(off: int, is_near: bool) -> None:
    rows = [Clue(at("10:00"), "Coffee"), Clue(at("11:00") + timedelta(minutes=off), "Service restored", "restored")]
    evidence = ReportClues(total=timedelta(hours=1), approximate=True)
    assert Scorer(rows, evidence, default_lexicon()).is_near_total(0) == is_near


@pytest.mark.parametrize(
    ("event", "is_so"),
    [
        ("Coffee", False),
        ("Archive deleted", True),
        ("Filesystem of the archive deleted", False),
        ("Filesystem of the archive on the database host deleted", False),
    ],
)
def test_one_word_of_the_cause_is_kept_from_several(event: str, is_so: bool) -> None:
    evidence = ReportClues(cause="Nobody emptied the archive, so the filesystem of the database ran full.")
    scorer = Scorer([Clue(at("10:00"), event), Clue(at("11:00"), "Coffee")], evidence, default_lexicon())
    assert ("@word of the cause" in scorer.places("identified", 0)) == is_so


def test_rows_at_the_instant_of_another_are_at_and_not_before_or_after_it() -> None:
    """Each milestone but the start shares its minute with a row below it; one row is a minute after the stated end."""
    rows = [
        ("10:00", "Errors begin", None), ("10:05", "Alert fires", "detected"), ("10:05", "Graph is red", None),
        ("10:10", "Ana joins", "responded"), ("10:10", "Coffee", None), ("10:20", "A lock is the cause", "identified"),
        ("10:20", "Rolled back", None), ("10:30", "Service restored", "restored"), ("10:30", "Coffee", None),
        ("10:31", "Coffee", None), ("10:40", "Reopened", None),
    ]  # fmt: skip
    evidence = ReportClues(start=at("10:00"), end=at("10:30"), total=timedelta(minutes=30))
    scorer = Scorer([Clue(at(clock), event, stated) for clock, event, stated in rows], evidence, default_lexicon())
    scorer.look_over()
    expected = {
        "first row": [0],
        "last row": [10],
        "at the start": [0],
        "before the start": [],
        "at the end": [7, 8],
        "after the end": [9, 10],
        "before detection": [0],
        "at detection": [1, 2],
        "after a response": [5, 6, 7, 8, 9, 10],
        "after the response": [3, 4, 5, 6, 7, 8, 9, 10],
        "after the cure": [9, 10],
        "before the cure": [5],
        "before the end": [6, 7],
        "helped": [6],
        "relapse": [10],
        "fits the total": [0],
        "act": [6],
        "last act": [6],
        "of the cure": [5, 6, 7, 8, 9, 10],
        "after the cause": [5, 6, 7, 8, 9, 10],
        "after an act": [5, 7, 8, 9, 10],
        "last of all": [7, 8, 9, 10],
        "next": [3],
    }
    found = {name: [row for row in range(len(rows)) if _PLACES[name](scorer, "identified", row)] for name in expected}
    assert found == expected
    assert [row for row in range(len(rows)) if _PLACES["relapse"](scorer, "restored", row)] == list(range(10))


def test_every_place_weighs_something() -> None:
    weighed = {key for weights in default_lexicon().weights.values() for key in weights if key.startswith("@")}
    assert {f"@{name}" for name in _PLACES} <= weighed


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        # Up to three words before the first colon are who speaks.
        ("Ann: down", [("speaker",), ("down", "$down")]),
        ("Ann Lee Roe: down", [("speaker",), ("down", "$down")]),
        ("Ann Lee Roe Poe: down", [("down", "$down")]),
        ("Down, Ann: cause", [("down", "^down", "$down"), ("cause", "$cause")]),
        # A question only supposes what it asks; what is denied or marked in it stays so.
        ("Cause found?", [("try cause", "^cause", "try find", "$find")]),
        ("No cause found?", [("try not", "no cause", "no find")]),
        ("Cause found, down?", [("cause", "^cause", "find", "$find"), ("try down", "$down")]),
        ("Cause found on their side", [("try cause", "try find")]),
    ],
)
def test_who_speaks_and_what_is_only_asked(text: str, clauses: list[tuple[str, ...]]) -> None:
    words = Vocabulary({"down": ["down"], "cause": ["cause"], "find": ["found"]})
    assert words.clauses(text) == clauses


def test_a_handle_is_a_speaker_wherever_it_is() -> None:
    words = Vocabulary({"down": ["down"]})
    for text in ("@ann: the site is down", "@ann says that the site is down", "Site down says @ann"):
        assert "speaker" in {meaning for clause in words.clauses(text) for meaning in clause}, text
    assert words.clauses("Ann says that the site is down") == [("down", "$down")]


def test_every_entry_of_the_lexicon_counts() -> None:
    """Each feature can be held by some row, and each judged sign is kept by the fit."""
    lexicon = default_lexicon()
    assert set(lexicon.weights) == set(MILESTONES)
    for name, weights in lexicon.weights.items():
        for key, weight in weights.items():
            assert weight.judged * weight.fitted >= 0, (name, key)


def test_words_of_the_root_cause_name_the_row_that_found_it() -> None:
    clues = [
        Clue(at("10:00"), "Alert: API 5xx"),
        Clue(at("10:05"), "On-call acknowledges"),
        Clue(at("10:15"), "Load balancer answers everything with 503"),
        Clue(at("10:20"), "Archive fills the root filesystem of the database host"),
        Clue(at("10:25"), "Archive deleted"),
        Clue(at("10:30"), "Resolved"),
    ]
    cause = ReportClues(cause="Nobody emptied the archive, so the filesystem of the database ran full.")
    assert infer_milestones(clues, cause)["identified"].row == 3


def test_what_the_words_are_sure_of_stays_sure_in_a_long_timeline() -> None:
    rows = [
        "14:07 Customer AS starts announcing 4,000 prefixes to us",
        "14:09 Traffic on the transit link doubles",
        "14:11 Monitoring: packet loss to several destinations",
        "14:15 NOC opens P1, two engineers on the bridge",
        "14:29 Leak traced to the new customer session; it has no prefix filter",
        "14:31 Session shut down",
        "14:38 Traffic levels back where they were",
        "15:00 Bridge closed",
    ]
    clues = [Clue(at(row[:5]), row[6:]) for row in rows]
    found = infer_milestones(clues, ReportClues(cause="A route leak by a customer whose prefix filter was missing."))
    sure = {name: guess.row for name, guess in found.items() if guess.grade == "sure"}
    assert sure == {"detected": 2, "responded": 3, "identified": 4, "restored": 6, "closed": 7}
    assert found["mitigated"].row == 5


def test_a_row_that_just_denies_a_milestone_takes_nothing_from_another() -> None:
    found = rows_of(
        "20:02 live blog stops updating for readers",
        '20:04 reader comments: "frozen?"',
        "20:07 desk calls the on-call developer",
        "20:15 CDN fine, origin times out",
        "20:19 one post holds a 40 MB inline image",
        "20:20 post unpublished",
        "20:22 live blog updates",
        evidence=ReportClues(cause="An editor pasted a 40 MB image into the live blog."),
    )
    assert found["mitigated"] == 5


def test_rows_that_say_nothing_give_nothing_but_where_it_began() -> None:
    assert rows_of("09:00 Coffee", "10:00 Lunch") == {"started": 0}


def test_a_label_of_the_house_outranks_an_alert_before_it() -> None:
    found = rows_of(
        "10:01 Node turns NotReady", "10:03 NotReady alert on Slack", "10:05 Detection: someone sees the alert"
    )
    assert (found["started"], found["detected"]) == (0, 2)


@pytest.mark.parametrize(
    ("milestone", "event"),
    [
        ("started", "Tills print blank slips (start of the incident)"),
        ("started", "Premiers refus de badges (début de la panne)"),
        ("detected", "Shop 12 at head office (first report)"),
        ("detected", "Portier w dziale technicznym (pierwsze zgłoszenie)"),
        ("mitigated", "Kim: staff write slips by hand (workaround)"),
        ("mitigated", "Kassen laufen ohne Netz (Notbetrieb)"),
        ("mitigated", "Cobros en efectivo (solución temporal)"),
        ("restored", "Caixas com ligação (fim do incidente)"),
    ],
)
def test_a_row_is_what_it_is_called_in_brackets_at_its_end(milestone: str, event: str) -> None:
    assert default_lexicon().read(event).label == milestone


@pytest.mark.parametrize(
    "event",
    [
        "Kim suggests slips by hand (workaround)",
        "Slips by hand do not work (workaround)",
        "(Workaround) is in the wiki, says Kim",
        "Deploy of 4.2 (root cause)",
        "Kim opens a pull request (fix)",
        "Rollback (start)",
        "Second alert (resolved)",
    ],
)
def test_brackets_that_do_not_say_what_a_row_is(event: str) -> None:
    assert default_lexicon().read(event).label is None


MOVED = ("09:00 Host moves the server", "09:20 Customer calls: page is blank", "09:25 Ana and Kim drop everything",
         "09:40 Got it: hardcoded IP", "10:20 Page is back")  # fmt: skip


@pytest.mark.parametrize(
    ("evidence", "later", "over"),
    [
        (ReportClues(at("09:00"), at("10:20")), "All customers confirmed ok", 4),
        (ReportClues(total=timedelta(minutes=80), approximate=True), "All customers confirmed ok", 4),
        (ReportClues(total=timedelta(minutes=75), approximate=True), "Last customer confirms all ok", 4),
        (ReportClues(total=timedelta(hours=5), approximate=True), "All customers confirmed ok", 5),
        (ReportClues(total=timedelta(hours=2), approximate=True), "All customers confirmed ok", 5),
        (ReportClues(at("09:00"), at("14:00")), "All customers confirmed ok", 5),
        (ReportClues(), "All customers confirmed ok", 5),
        (ReportClues(total=timedelta(minutes=80), approximate=True), "Resolved: service fully recovered", 5),
    ],
)
def test_a_late_confirmation_is_not_the_restoration_where_the_stated_end_has_its_row(
    evidence: ReportClues, later: str, over: int
) -> None:
    assert rows_of(*MOVED, f"14:00 {later}", evidence=evidence)["restored"] == over


def test_the_row_at_the_stated_end_is_not_the_restoration_before_a_relapse() -> None:
    rows = (*MOVED, "11:00 Page down again", "14:00 All customers confirmed ok")
    assert rows_of(*rows, evidence=ReportClues(at("09:00"), at("10:20"))).get("restored") != MOVED.index(rows[4])


def test_a_person_with_a_colon_is_no_label() -> None:
    assert "identified" not in rows_of("10:00 Alert fires", "17:42 Tech lead: root cause still to be fixed")


@pytest.mark.parametrize(
    "event",
    [
        "Hypothesis: the restarts max out the nodes",
        "Maybe it is the proxy",
        "A storage incident is suspected",
        "Various checks, nothing found",
    ],
)
def test_a_guess_is_no_identification(event: str) -> None:
    assert "identified" not in rows_of("10:00 Alert fires", f"10:30 {event}", "11:00 Resolved")


@pytest.mark.parametrize(
    "event",
    [
        "Revert deployed, not solved",
        "Rollback initiated",
        "Many pods restarted, no effect",
        "Would redeploy, but waits",
    ],
)
def test_a_cure_that_failed_or_is_only_begun_is_no_mitigation(event: str) -> None:
    assert "mitigated" not in rows_of("10:00 Alert fires", f"10:30 {event}", "10:45 Coffee", "11:00 Resolved")


def test_a_change_that_says_the_cause_is_no_cure() -> None:
    found = rows_of(
        "09:30 Version 2 deployed",
        "10:00 Users report 503s",
        "11:00 Resolved",
        evidence=ReportClues(start=at("09:30"), end=at("11:00")),
    )
    assert "mitigated" not in found


def test_one_row_that_cures_and_ends_is_the_restoration() -> None:
    found = rows_of("13:35 Launches fail", "13:44 Users hit the 403", "15:25 Patch merged and deployed, outage over")
    assert found == {"started": 0, "detected": 1, "restored": 2}


def test_the_last_cure_is_the_restoration_where_no_row_says_that_it_was_over() -> None:
    found = rows_of("01:04 Pod does not come up", "02:50 First user report", "08:10 Fixed image deployed")
    assert found["restored"] == 2


def test_what_was_restored_before_a_relapse_was_not_the_end() -> None:
    found = rows_of(
        "10:03 NotReady alert",
        "12:10 Marked as resolved",
        "15:03 NotReady alert again, this time the new node",
        "15:18 Recovery: another node is in",
    )
    assert found["restored"] == 3


def test_what_was_over_for_a_time_leaves_a_gap() -> None:
    rows = [
        "10:03 NotReady alert",
        "10:19 Node answers again, all healthy",
        "15:03 NotReady alert again",
        "15:18 Resolved",
    ]
    clues = [Clue(at(row[:5]), row[6:]) for row in rows]
    (gap,) = infer_gaps(clues, ReportClues())
    assert (gap.over, gap.relapse) == (1, 2)
    assert gap.guess is not None
    assert gap.guess.row == 1
    assert 0.6 <= gap.guess.confidence == round(gap.guess.confidence, 2)
    assert infer_gaps(clues[:2], ReportClues()) == []


def test_the_templates_phrase_ends_the_first_of_two_windows() -> None:
    clues = [
        Clue(at("10:00"), "Initial alert/detection", "detected"),
        Clue(at("10:30"), "Service restored", "restored"),
        Clue(at("11:00"), "The same errors again"),
        Clue(at("11:20"), "Service restored", "restored"),
    ]
    assert infer_gaps(clues, ReportClues()) == [Gap(1, 2, None)]


def test_a_relapse_after_the_last_restoration_is_not_a_gap() -> None:
    clues = [
        Clue(at("10:30"), "Service restored", "restored"),
        Clue(at("10:40"), "Incident closed", "closed"),
        Clue(at("11:00"), "Incident reopened, the same errors"),
    ]
    assert infer_gaps(clues, ReportClues()) == []
    assert infer_relapse(clues) == Gap(0, 2, None)
    assert infer_relapse([*clues, Clue(at("11:20"), "Service restored", "restored")]) is None
    assert infer_relapse(clues[1:]) is None


@pytest.mark.parametrize(
    ("untimed", "timed"),
    [
        (["something"], ["11:10 Queue grows", "16:40 All back to normal"]),
        (["Users report 503s"], ["11:10 Alert fires", "16:40 All back to normal"]),
    ],
)
def test_what_a_row_without_a_time_may_be_is_not_taken_from_a_later_row(untimed: list[str], timed: list[str]) -> None:
    rows = [Clue(at(row[:5]), row[6:]) for row in timed]
    without = infer_milestones(rows, ReportClues())
    found = infer_milestones([*(Clue(None, event) for event in untimed), *rows], ReportClues())
    assert "started" in without
    assert "started" not in found
    assert found["restored"].row == 2
    assert ("detected" in found) == (untimed == ["something"] and "detected" in without)


def test_a_later_restoration_without_a_time_leaves_the_restoration_unknown() -> None:
    rows = [Clue(at("10:00"), "Alert fires"), Clue(at("11:00"), "All back to normal")]
    assert infer_milestones(rows, ReportClues())["restored"].row == 1
    assert "restored" not in infer_milestones(
        [*rows, Clue(None, "Recovered for good, all back to normal")], ReportClues()
    )
    assert infer_milestones([*rows, Clue(None, "Coffee")], ReportClues())["restored"].row == 1


def test_the_stated_length_confirms_a_start_below_a_row_without_a_time() -> None:
    rows = [Clue(None, "Release 4.2"), Clue(at("10:00"), "Errors begin"), Clue(at("12:00"), "All back to normal")]
    assert infer_milestones(rows, ReportClues(total=timedelta(hours=2)))["started"].row == 1
    assert "started" not in infer_milestones(rows, ReportClues(total=timedelta(hours=2), approximate=True))


def test_the_last_cure_is_not_the_end_of_what_goes_on() -> None:
    rows = [Clue(at("10:00"), "Alert fires"), Clue(at("11:00"), "Fix deployed everywhere")]
    assert "restored" in infer_milestones(rows, ReportClues())
    assert "restored" not in infer_milestones(rows, ReportClues(is_open=True))


@pytest.mark.parametrize("event", ["Resolved", "Service restored", "All back to normal"])
def test_a_row_that_surely_says_that_it_is_over_counts_where_the_report_says_ongoing(event: str) -> None:
    rows = [Clue(at("10:00"), "Alert fires"), Clue(at("11:00"), event)]
    assert infer_milestones(rows, ReportClues(is_open=True))["restored"].row == 1


@pytest.mark.parametrize(
    ("events", "cure"),
    [
        (["Alert fires", "Scheduler account is locked", "Service restored"], 2),  # no act: the row that says it is over
        (["Alert fires", "Rolled back", "Service restored"], 1),
        (["Alert fires", "Rolled back", "Coffee", "Service restored"], 3),
    ],
)
def test_the_cure_is_the_act_right_before_the_end_or_the_end_itself(events: list[str], cure: int) -> None:
    clues = [Clue(at(f"10:{10 * row}0"[:5]), event) for row, event in enumerate(events)]
    clues[-1] = clues[-1]._replace(stated="restored")
    scorer = Scorer(clues, ReportClues(), default_lexicon())
    scorer.look_over()
    assert scorer.cure == cure


def test_the_learned_model_is_given_the_first_row_that_states_a_milestone_and_the_last_of_the_cure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stated = ["detected", "detected", "responded", None, "mitigated", "mitigated", "restored", "restored", "closed"]
    clues = [Clue(at(f"10:{row}0"[:5]), "Coffee", name) for row, name in enumerate(stated[:6])]
    clues += [Clue(at(f"11:{row}0"[:5]), "Coffee", name) for row, name in enumerate(stated[6:])]
    likely, passed = Model.likely, {}

    def noted(self: Model, scores: Any, ranks: Any, allowed: Any, given_rows: dict[str, int]) -> Any:
        passed.update(given_rows)
        return likely(self, scores, ranks, allowed, given_rows)

    monkeypatch.setattr(Model, "likely", noted)
    Scorer(clues, ReportClues(), default_lexicon()).learned()
    assert passed == {"detected": 0, "responded": 2, "mitigated": 5, "restored": 7, "closed": 8}


def scorer_with(events: list[str], found: dict[str, tuple[int, float]], **evidence: Any) -> Scorer:
    """Return the scorer of rows ten minutes apart, with milestones found: the row of each and the confidence."""
    clues = [Clue(at("10:00") + timedelta(minutes=10 * row), event) for row, event in enumerate(events)]
    scorer = Scorer(clues, ReportClues(**evidence), default_lexicon())
    scorer.found = {name: Guess(row, confidence) for name, (row, confidence) in found.items()}
    scorer.known = {name: scorer.at(row) for name, (row, _) in found.items()}
    return scorer


@pytest.mark.parametrize(
    ("over", "detected", "left"),
    [
        ((0, 0.99), (1, 0.99), set()),
        ((0, 0.8), (1, 0.8), set()),
        ((0, 0.8), (1, 0.99), {"detected"}),
        ((0, 0.99), (1, 0.8), {"restored"}),
        ((1, 0.8), (1, 0.99), {"restored", "detected"}),
        ((2, 0.8), (1, 0.99), {"restored", "detected"}),
    ],
)
def test_of_a_restoration_before_the_detection_the_less_sure_one_goes_or_both(
    over: tuple[int, float], detected: tuple[int, float], left: set[str]
) -> None:
    scorer = scorer_with(["Coffee"] * 3, {"restored": over, "detected": detected})
    scorer.drop_cure_before_detection()
    assert set(scorer.found) == left


@pytest.mark.parametrize(
    ("event", "found", "left"),
    [
        ("Service restored", {"restored": (0, 0.99), "started": (0, 0.5)}, {"restored"}),
        ("Service restored", {"restored": (0, 0.99), "started": (0, 0.51)}, {"started"}),
        ("Rolled back", {"restored": (0, 0.99), "started": (0, 0.5)}, {"started"}),
        (
            "Service restored",
            {"restored": (0, 0.99), "started": (0, 0.5), "detected": (0, 0.8)},
            {"started", "detected"},
        ),
        ("Service restored", {"restored": (0, 0.99), "detected": (0, 0.8)}, {"detected"}),
        ("Service restored", {"restored": (1, 0.99), "started": (0, 0.5)}, {"restored", "started"}),
    ],
)
def test_nothing_is_over_as_it_begins_unless_the_start_is_but_the_first_row(
    event: str, found: dict[str, tuple[int, float]], left: set[str]
) -> None:
    scorer = scorer_with([event, "Service restored"], found)
    scorer.drop_cure_at_beginning()
    assert set(scorer.found) == left


@pytest.mark.parametrize(("over", "left"), [(0, set()), (1, {"restored"}), (2, {"restored"})])
def test_a_restoration_goes_where_a_later_row_says_that_it_still_fails(over: int, left: set[str]) -> None:
    scorer = scorer_with(["Coffee", "Service not restored", "Coffee"], {"restored": (over, 0.99)})
    scorer.drop_cure_that_goes_on()
    assert set(scorer.found) == left


def test_a_mail_that_says_restored_after_the_stated_end_is_paperwork() -> None:
    found = rows_of(
        "10:48 No nodes",
        "11:01 Balancer finds the new nodes healthy, traffic flows",
        "11:08 Second mail, says service is restored",
        evidence=ReportClues(start=at("10:48"), end=at("11:01")),
    )
    assert found["restored"] == 1


def test_a_cause_found_after_the_end_stays_there() -> None:
    found = rows_of(
        "08:05 Noticed, hunt for the cause is on", "09:08 Ingress works as intended", "09:10 Explanation: bad rule"
    )
    assert (found["restored"], found["identified"]) == (1, 2)


def test_rows_before_the_stated_start_detect_nothing() -> None:
    found = rows_of(
        "09:33 Users miss their logs",
        "10:48 No nodes",
        "10:50 Alert fires",
        evidence=ReportClues(start=at("10:48"), end=at("11:01")),
    )
    assert found["detected"] == 2


def test_what_nobody_noticed_was_not_detected() -> None:
    assert (
        rows_of("17:30 Queue goes offline, not noticed", "18:00 Customers write that builds do not run")["detected"]
        == 1
    )


def test_the_total_leads_from_the_end_to_the_row_where_it_began() -> None:
    found = rows_of(
        "13:06 A first 403 on staging fails",
        "13:35 Beta deployed; 403 again",
        "15:25 Patch deployed, outage over",
        evidence=ReportClues(total=timedelta(hours=1, minutes=50), approximate=True),
    )
    assert found["started"] == 1


def test_a_milestone_that_a_row_states_is_not_inferred() -> None:
    clues = [Clue(at("10:00"), "Initial alert/detection", "detected"), Clue(at("10:10"), "Users report 503s")]
    assert "detected" not in infer_milestones(clues, ReportClues())


def test_rows_without_an_instant_say_nothing() -> None:
    assert infer_milestones([Clue(None, "Resolved"), Clue(None, "Alert fires")], ReportClues()) == {}


@given(st.lists(st.text(max_size=60), max_size=12), st.integers(-500, 500))
def test_any_words_are_taken_and_a_shift_of_all_times_changes_nothing(events: list[str], shift: int) -> None:
    rows = [Clue(DAY + timedelta(minutes=7 * place), event) for place, event in enumerate(events)]
    moved = [Clue(row.at + timedelta(minutes=shift) if row.at else None, row.event) for row in rows]
    found = infer_milestones(rows, ReportClues())
    assert found == infer_milestones(moved, ReportClues())
    assert all(0.5 <= guess.confidence <= 1 and 0 <= guess.row < len(rows) for guess in found.values())


@pytest.mark.parametrize(
    "row",
    [
        "Incident re-opened", "Incident reopened - errors are back", "Incident opened again", "Incident re-opens",
        "Incident channel re-opened", "SEV-2 re-opened, on-call investigating", "Re-opening the incident",
        "Errors are back, incident declared",
    ],
)  # fmt: skip
def test_a_reopening_is_never_the_first_response(row: str) -> None:
    assert "responded" not in rows_of("10:00 Users report 503s", "11:00 All back to normal", f"13:00 {row}")


def test_a_response_before_a_reopening_is_the_first_response() -> None:
    found = rows_of("10:00 Users report 503s", "10:05 Incident opened", "11:00 Resolved", "13:00 Incident re-opened")
    assert found["responded"] == 1


ROWS_OF_ANY_KIND = [
    "WLAN gone", "Errors gone", "All is normal", "Service restored", "Alert for API", "Users report 503s",
    "Rollback done", "Queue empties", "Deployment of 4.18", "Database is back",
]  # fmt: skip


@pytest.mark.parametrize(
    "words",
    [
        "Provider confirms that everything is fine on their side",
        "AWS says all systems are operational on their end",
        "Cloudflare reports no issues on its side",
        "The bank says that all works from their end",
        "Supplier: service fully restored at the supplier's side",
        "Carrier reports that the line is back to normal on the carrier side",
    ],
)
def test_that_all_is_well_on_the_side_of_others_is_no_restoration(words: str) -> None:
    rows = ["On-call is paged: queue > 1000", words, "Jonas finds the expired certificate"]
    begun = datetime(2026, 3, 29, 0, 25, tzinfo=UTC)
    clues = [Clue(begun + timedelta(minutes=20 * place), row) for place, row in enumerate(rows)]
    assert "restored" not in infer_milestones(clues, ReportClues())


@pytest.mark.parametrize(
    "words", ["All is normal on our side", "Site back to normal", "Errors gone, all works at our end"]
)
def test_that_all_is_well_on_our_own_side_is_one(words: str) -> None:
    rows = ["On-call is paged: queue > 1000", "Jonas finds the expired certificate and replaces it", words]
    begun = datetime(2026, 3, 29, 0, 25, tzinfo=UTC)
    clues = [Clue(begun + timedelta(minutes=20 * place), row) for place, row in enumerate(rows)]
    assert infer_milestones(clues, ReportClues())["restored"].row == 2


@pytest.mark.parametrize("rows", [["WLAN gone"], ["WiFi is gone", "Provider called"], ["Power gone", "Depot is asked"]])
@pytest.mark.parametrize("is_stated", [True, False])
def test_a_service_that_is_gone_is_not_restored(rows: list[str], *, is_stated: bool) -> None:
    begun = datetime(2026, 5, 22, 14, 10, tzinfo=UTC)
    clues = [Clue(begun + timedelta(minutes=20 * place), row) for place, row in enumerate(rows)]
    assert "restored" not in infer_milestones(clues, ReportClues(start=begun if is_stated else None))


@given(rows=st.lists(st.sampled_from(ROWS_OF_ANY_KIND), min_size=1, max_size=5), is_stated=st.booleans())
def test_no_incident_is_over_at_the_instant_of_its_stated_start(rows: list[str], *, is_stated: bool) -> None:
    """A restoration at the start would be an outage without length."""
    begun = datetime(2026, 5, 22, 14, 10, tzinfo=UTC)
    clues = [Clue(begun + timedelta(minutes=place // 2), row) for place, row in enumerate(rows)]
    found = infer_milestones(clues, ReportClues(start=begun if is_stated else None))
    if "restored" in found and "started" in found:
        assert clues[found["restored"].row].at != clues[found["started"].row].at
    if is_stated and "restored" in found:
        assert clues[found["restored"].row].at != begun


@pytest.mark.parametrize(
    "row",
    [
        "Origin traffic at nine times the usual", "Load is 4 times normal", "Errors are ten times above normal",
        "Latency twice the usual", "Memory above normal", "Response times higher than usual", "Half the usual traffic",
    ],
)  # fmt: skip
def test_what_is_compared_with_the_usual_is_not_back_to_it(row: str) -> None:
    rows = ("10:00 Users report 503s", "10:05 Incident declared", f"10:10 {row}", "10:20 We restart the proxy")
    assert rows_of(*rows).get("restored") != 2
    assert rows_of(*rows[:2], "10:10 Traffic back to normal")["restored"] == 2


def test_a_start_is_not_after_the_detection() -> None:
    """Whatever words a later row has, and whoever finds it: the words, or the learned model in longer timelines."""
    rows = [
        Clue(at("14:51"), "Initial alert/detection - monitoring alert", "detected"),
        Clue(at("14:56"), "Incident response began - on-call acknowledges", "responded"),
        Clue(at("15:01"), "All instances unhealthy, although they run"),
        Clue(at("15:08"), "Manual override of the check fails: no permission"),
        Clue(at("15:13"), "Root cause identified - deep check fails through a slow dependency", "identified"),
        Clue(at("15:23"), "Service restored - all instances in rotation", "restored"),
    ]
    assert "started" not in infer_milestones(rows, ReportClues())


@pytest.mark.parametrize(
    "event",
    ["Cause is not clear", "Cause unclear", "Cause not yet known", "The cause remains unknown"],
)  # fmt: skip
def test_a_cause_that_is_not_known_is_not_identified(event: str) -> None:
    rows = [
        "07:20 Error rate rises",
        f"07:35 {event}",
        "07:50 Certificate renewed",
        "08:00 Error rate is back to normal",
    ]
    assert rows_of(*rows).get("identified") != 1


@pytest.mark.parametrize("event", ["Nothing is back to normal", "No alert fires", "The database is down"])
def test_what_fails_and_what_is_not_so_is_no_response(event: str) -> None:
    rows = [
        "07:20 Alert fires",
        f"07:30 {event}",
        "07:40 Caches are cold",
        "07:50 Half of it is served",
        "08:00 All is well",
    ]
    assert rows_of(*rows).get("responded") != 1


@pytest.mark.parametrize("event", ["Failover fails", "Failover failed", "Revert fails"])
def test_an_act_that_fails_is_no_mitigation(event: str) -> None:
    rows = ["07:20 Deploy", "07:40 Alert fires", "07:45 Ann acks", "07:50 Service would be restored by failover"]
    assert rows_of(*rows, f"07:55 {event}", "08:00 Failover works").get("mitigated") != 4


def test_the_acts_after_a_row_are_found_without_a_look_at_all_before(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [Clue(at("10:00") + timedelta(minutes=minute), "Coffee") for minute in range(1024)]
    scorer = Scorer(rows, ReportClues(), default_lexicon())
    scorer.acts = list(range(0, 1024, 2))
    looked_at: list[int] = []
    instant = scorer.at
    monkeypatch.setattr(scorer, "at", lambda row: (looked_at.append(row), instant(row))[1])
    assert [scorer.later_acts(row) for row in (0, 1001, 1022, 1023)] == [[2, 4], [1002, 1004], [], []]
    assert len(looked_at) < 4 * 12
