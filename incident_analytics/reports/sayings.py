"""How sentences say that a milestone was then, in turns of phrase that the words of a timeline's rows don't have.

A row names what happened; a sentence has a subject and a tense: ``the team began work``, ``everything was back``. Each
turn below is one that says by itself that it happened, in the languages of reports.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from incident_analytics.late_patterns import compile_late

__all__ = ["says"]

_SAYINGS: Final[Mapping[str, re.Pattern[str]]] = {
    "started": compile_late(
        r"\bwas (?:interrupted|disrupted)\b|\btrading\b[^.;]{0,40} was (?:suspended|halted)\b"
        r"|\b(?:began|started) (?:to )?(?:fail|reject|refus|turn\w* \w+ away|drop|time|slow|los[et]|crash|hang|freez"
        r"|return\w* (?:errors|5\d\d|4\d\d)|den[yi]|flap|overheat|misbehav)\w*"
        r"|\bstopped (?:answering|responding|working|accepting|serving|sending|receiving|delivering|processing"
        r"|printing|loading|syncing|updating|playing|charging|starting|recording|opening|reporting|arriving)\b"
        r"|\b(?:fielen?|vielen|viel)\b[^.;]{1,60} (?:aus|uit)\b|\b(?:ist|sind|war|waren)\b[^.;]{1,60} ausgefallen\b"
        r"|\b(?:lagen?|lag)\b[^.;]{0,40} (?:plat|eruit|lahm)\b|\bse cay(?:ó|eron)\b|\bcaiu\b|\bgick ner\b|\bgikk ned\b"
        r"|\b(?:reagierten?|antworteten?) [^.;]{0,30}nicht mehr\b|\b(?:reageerden?|werkten?) [^.;]{0,30}niet meer\b"
        r"|\bne (?:répondai(?:t|ent)|fonctionnai(?:t|ent)) plus\b|\best tombée? en panne\b|\ba cessé de (?:répondre|f)"
        r"|\b(?:dej(?:ó|aron)|deix(?:ou|aram)|par(?:ou|aram)) de (?:responder|funcionar|aceptar|aceitar|cargar)"
        r"|\b(?:sai(?:u|ram) do ar|ha(?:nno)? smesso di (?:rispondere|funzionare))\b"
        r"|\b(?:slutade|sluttet å|holdt op med at|ophørte med at) (?:fungera|svara|fungere|svare|virke)\b"
        r"|\bprzestał[ay]? (?:działać|odpowiadać)\b",
        re.IGNORECASE,
    ),
    "detected": compile_late(
        r"\b(?:noticed|spotted)\b(?! (?:that|it) (?:was )?(?:over|fixed|back|working|again))"
        r"|\bcomplained (?:in|on|to|about|that)\b"
        r"|\b(?:learned|learnt|heard|found out) about (?:it|this)\b"
        r"|\bsaw the (?:gap|errors?|drop|spike|failures?|first)\b"
        r"|\bfirst (?:(?:bug |error |user |customer )?reports?|calls?|complaints?|tickets?|messages?|e-?mails?|tweets?"
        r"|posts?|alerts?|alarms?)\b[^.;]{0,40}? (?:came|arrived|reached|were received|was received)\b"
        r"|\bfirst (?:that )?(?:we|i|anyone|anybody|any of us|our \w+) (?:heard|knew|saw|learn(?:ed|t)) (?:of|about)\b"
        r"|(?<!he )(?<!they )\b(?:rang|phoned|called|e-?mailed|alerted) (?:us|(?:the|our)"
        r" (?:emergency number|hot ?line|help ?(?:desk|line)|service ?desk|support(?: (?:desk|line|team))?"
        r"|switchboard|control room))\b(?! (?:back|again|off)\b)"
        r"|\breceived (?:its|the|our|their) first (?:calls?|reports?|complaints?|tickets?|messages?|e-?mails?)\b"
        r"|\b(?:opened|filed|raised) an? (?:bug|issue|ticket|case|complaint)\b"
        r"|\b(?:customers?|users?|members?|clients?|colleagues?|visitors?|drivers?|readers?|players?|merchants?"
        r"|somebody|someone|one of (?:you|our|them|the))\b[^.;:]{0,30}? (?:wrote|complained|phoned|called|rang|mailed"
        r"|e-?mailed|messaged|reported)\b"
        r"|\breported (?:it|this|the (?:problem|issue|fault|outage|error)) to\b"
        r"|\b(?:alarm|alert|melding|meldingen|klachten|larm)\b[^.;]{0,20} (?:binnen|gekomen|in)\b"
        r"|\bmeldd?en?\b[^.;]{0,40} (?:servicedesk|helpdesk|storing|probleem|dit)\b"
        r"|\bvarios clientes nos (?:avisaron|llamaron)\b"
        r"|\bkwam(?:en)? [^.;]{0,30}\b(?:alarm|alert|melding(?:en)?|klachten)\b[^.;]{0,10} binnen\b"
        r"|\b(?:gingen?|trafen?|kam(?:en)?)\b[^.;]{0,30}\b(?:meldung(?:en)?|alarme?|beschwerden?|anrufe?)\b[^.;]{0,30}"
        r" (?:ein|rein|herein|an)\b"
        r"|\bfiel\b[^.;]{0,30} auf, dass\b|\b(?:bemerkten?|merkten?|merkte) (?:wir|das|der|die|unsere?)\b"
        r"|\b(?:nous avons (?:constaté|remarqué|été alertés)|a (?:été signalée?|donné l['’]alerte)|ont signalé)\b"
        r"|\b(?:nos avis(?:ó|aron)|detectamos|nos dimos cuenta|fomos avisados|percebemos|avisaram)\b"
        r"|\b(?:ci siamo accorti|ha(?:nno)? segnalato|abbiamo ricevuto (?:le|la) prim[ae] segnalazion[ei])\b"
        r"|\b(?:upptäckte|oppdaget|opdagede|zauważyliśmy|zauważył[ay]?|zgłosił[ai]?)\b",
        re.IGNORECASE,
    ),
    "responded": compile_late(
        r"\b(?:began|started|set to|got to|begun) (?:to )?(?:work(?!ing again)|investigat|dig|look|troubleshoot|debug"
        r"|analy|the investigation)\w*"
        r"|\b(?:was|were) (?:at|behind|in front of|on) (?:my|his|her|their|the|our) (?:desk|laptop|computer)s?\b"
        r"|\b(?:was|were) (?:both |all )?on (?:it|the case|the call|the bridge)\b"
        r"|\btook (?:over the (?:case|incident|call)|(?:up|on) the (?:case|incident|ticket|work)|the (?:call|ticket))\b"
        r"|^\W*(?:and )?i (?:saw|read) (?:it|that|this|the \w+)\b"
        r"|\bpicked (?:it|the \w+) up\b|\bpicked up the (?:ticket|call|page|alert)\b"
        r"|\bgot to (?:my|his|her|their) (?:desk|laptop|computer)\b"
        r"|\bopened (?:my|his|her|their) laptops?\b"
        r"|\bmet het onderzoek begonnen\b|\bbegon(?:nen)?\b[^.;]{0,30} (?:onderzoek\w*|te zoeken|te kijken)\b"
        r"|\b(?:begann(?:en)?|hat|haben|nahm(?:en)?) [^.;]{0,40}(?:suche|analyse|untersuch\w+|fehlersuche|arbeit)\b"
        r"|\b(?:a|ont|avons) commencé (?:à (?:chercher|travailler|analyser)|les? recherches?|l['’]analyse)\b"
        r"|\b(?:a|ont|avons) pris en charge\b|\bse (?:puso|pusieron) a (?:investigar|trabajar|revisar)\b"
        r"|\b(?:empe(?:zó|zamos|zaron)|comen(?:zó|zaron|çou|çaram|çamos)) a (?:investiga\w+|trabaja\w+|trabalha\w+"
        r"|revisar|analisar|analizar)\b|\bassumiu o (?:caso|atendimento|incidente)\b"
        r"|\bha(?:nno)? (?:preso in carico|iniziato (?:l['’]analisi|a (?:indagare|lavorare)))\b"
        r"|\b(?:började|begynte|begyndte|startade|startet) (?:att |å |at )?(?:felsök|undersök|feilsøk|undersøk)\w*",
        re.IGNORECASE,
    ),
    "identified": compile_late(
        r"\b(?:found|discovered|established|determined|identified|pinpointed) (?:the |its |an? )?(?:actual |real |true"
        r" |root |underlying )*(?:reason|cause|culprit)s?\b"
        r"|\bthe (?:actual |real |root )?(?:reason|cause|culprit) (?:was|had been) (?:found|known|clear|identified"
        r"|established|understood)\b"
        r"|\bhad found (?:that|out)\b"
        r"|\b(?:became|was) (?:\w+ )?clear (?:that|why)\b(?! (?:\w+ ){0,3}(?:would|will|need))"
        r"|\b(?:we|i|he|she|team|engineers?|and) (?:had )?(?:understood|established|worked out|figured out|determined)"
        r" (?:that|why|what)\b"
        r"|\b(?:oorzaak|ursache|orsaken|årsagen|årsaken|przyczyn[aęy]) (?:\w+ ){0,3}(?:gevonden|bekend|gefunden|bekannt"
        r"|klar|hittades|hittad|fundet|funnet|ustalon\w*)\b"
        r"|\b(?:fanden|vonden|hittade|fandt|fant|ustalono|ustaliliśmy) (?:\w+ ){0,3}(?:oorzaak|ursache|orsaken|årsagen"
        r"|årsaken|przyczynę)\b|\b(?:werd|wurde) (?:\w+ ){0,2}(?:oorzaak|ursache) (?:gevonden|gefunden)\b"
        r"|\bcause (?:\w+ ){0,2}(?:trouvée|identifiée|comprise)\b|\b(?:trouvé|identifié|compris) la cause\b"
        r"|\b(?:encontr|identific|descubr|descobr|localiz)(?:ó|amos|aron|ou|aram|ado|ada|imos|iu|ieron) (?:\w+ ){0,2}"
        r"(?:causa|motivo|origen|origem)\b|\bcausa (?:\w+ ){0,2}(?:encontrada|identificada|individuata|trovata)\b"
        r"|\b(?:trovato|individuato|identificato|capito) la causa\b",
        re.IGNORECASE,
    ),
    "mitigated": compile_late(
        r"\b(?:which|that|this) contained the (?:problem|incident|damage|issue)\b",
        re.IGNORECASE,
    ),
    "restored": compile_late(
        r"\b(?:work(?:ed|ing)?|ran|running|up|available|online|connected|reachable|usable|functioning|operational"
        r"|normal|fine|arrived|flowed|loaded|responded|answered|printed|possible|flowing|arriving|loading) again\b"
        r"|\b(?:everything|all|services?|systems?|site|it|operations?|traffic|trading|access) (?:was|were|had been|is)"
        r" (?:fully |all )?(?:back|restored|normal|up|resolved)\b(?! (?:to|in|from|on) (?!normal|service|line))"
        r"|\b(?:was|were) back (?:for (?:everybody|everyone|all)|to normal|online|in (?:service|operation))\b"
        r"|\b(?:mistake|error|fault|problem)s? (?:was|were) (?:put|set) right\b"
        r"|\b(?:services?|trading|operations?|access) (?:was |were )?(?:fully )?(?:resumed|restored)\b"
        r"|\bstoring (?:\w+ ){0,2}(?:verholpen|opgelost)\b|\b(?:weer|opnieuw) (?:\w+ )?(?:bereikbaar|beschikbaar"
        r"|normaal|online|gebruiken)\b"
        r"|\b(?:störung|problem|fehler) (?:\w+ ){0,2}behoben\b|\bwieder (?:\w+ )?(?:erreichbar|verfügbar|online|normal"
        r"|möglich|hergestellt|in betrieb|nutzbar)\b|\b(?:funktionierten?|liefen?|lief) (?:\w+ ){0,2}wieder\b"
        r"|\b(?:était|a été|sont|est|ont été) (?:\w+ )?(?:rétablie?s?|de nouveau (?:disponibles?|accessibles?))\b"
        r"|\brevenue?s? à la normale\b"
        r"|\bse restableci(?:ó|eron)\b|\bvolvi(?:ó|eron) a (?:funcionar|la normalidad)\b"
        r"|\b(?:quedó|fue|estaba) (?:\w+ )?restablecid[oa]\b"
        r"|\b(?:foi|foram|estava) (?:\w+ )?(?:restabelecid[oa]s?|normalizad[oa]s?)\b|\bvolt(?:ou|aram) (?:a funcionar"
        r"|ao normal)\b"
        r"|\b(?:è stat[oa]|è|era) (?:\w+ )?(?:ripristinat|risolt)[oa]\b|\btornat[oaie] (?:\w+ )?(?:a funzionare"
        r"|alla normalità|disponibil[ei]|online)\b"
        r"|\b(?:fungerade|fungerte|virkede|oppe|uppe) (?:\w+ )?(?:igen|igjen)\b|\b(?:tillbaka|åter) i drift\b"
        r"|\b(?:działał[aoy]?|działa) (?:ponownie|znowu)\b|\bprzywrócono (?:usług|działani)\w*",
        re.IGNORECASE,
    ),
}
"""By milestone the turns of phrase of sentences that say it."""


def says(milestone: str, words: str) -> bool:
    """Return whether a clause says by a turn of phrase that a milestone was then.

    Examples
    --------
    >>> says("responded", "Our storage team began work"), says("restored", "pushes worked again")
    (True, True)
    >>> says("restored", "pushes failed again"), says("started", "The migration began")
    (False, False)
    """
    turns = _SAYINGS.get(milestone)
    return turns is not None and turns.search(words) is not None
