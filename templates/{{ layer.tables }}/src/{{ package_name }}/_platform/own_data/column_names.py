"""What names of columns speak for, in the languages that tables come in; names are read as words."""

from typing import Final

KEY: Final = r"\b(id|nr|no|number|num|nummer|code|key|ref|uuid|guid|kennung)\b|nummer$|nr$|\w{3}id$"
CASE: Final = (
    r"\b(customer|client|account|kunden?\w*|member|user|buyer|cust|subscriber|machine|maschinen?\w*|device|asset|patient"
    r"|employee|policy|contract|vertrag\w*|vehicle|store|cliente?|e ?mail|household|supplier|vendor|plant|equipment)\b"
)
ORDER: Final = (
    r"\b(order|invoice|receipt|basket|beleg\w*|rechnungs?\w*|transaction|auftrags?\w*|facture|pedido|factura)\b"
)
AMOUNT: Final = r"\b(amount|total|value|revenue|sales|betrag|umsatz|sum|montant|importe|turnover|spend|spent|dollars)\b"
PRICE: Final = r"\b(price|preis|unit ?cost|unit ?price|prix|precio|stueckpreis|stückpreis|einzelpreis)\b"
QUANTITY: Final = r"\b(quantity|qty|menge|pieces|number of|stueck|stück|quantite|quantité|cantidad|anzahl)\b"
MONEY: Final = (
    r"\b(amount|total|value|revenue|sales|betrag|umsatz|cost|costs|price|balance|premium|loan|limit|income|charges|fee"
    r"|kosten|wert|beitrag|montant|importe|margin|spend|eur|usd|gbp|chf|schadenhöhe|exposure|monthlycharges)\b"
)
ALWAYS_MONEY: Final = (
    r"\b(amount|betrag|montant|importe|revenue|sales|umsatz|turnover|costs?|kosten|price|preis|balance|premium|charges"
    r"|fee|income|dollars|eur|usd|gbp|chf|sek)\b"
)
OUTCOME: Final = (
    r"\b(outcome|target|label|churn\w*|default\w*|fraud\w*|fail\w*|won|lost|lapsed|returned|cancel\w*|accepted"
    r"|convert\w*|conversion|bought|purchased|respon[sd]\w*|y|result|survived|died|readmitted|late|delay\w*"
    r"|days (late|until|to)\b.*|time (until|to)\b.*|breakdown|repaid|ausfall|ausgefallen|gekündigt|gekuendigt"
    r"|kündigung|kuendigung|storno|storniert|ergebnis|ziel\w*|zielwert|resultado|baja|impago|résultat|resultat"
    r"|defaut|défaut|yield|quality|needs repair|repair needed|is bad|bad|exited|attrition|deposit|subscribed"
    r"|liegezeit|verzug|tage bis.*)\b"
)
DECISION: Final = (
    r"\b(decision|action|treatment|contacted|called|selected|recommended|inspected|offered|entscheidung|maßnahme"
    r"|massnahme|decided|flagged|chosen|approved|angerufen|kontaktiert|decisión|décision)\b"
)
SCORE: Final = (
    r"\b(score|scoring|rating|risk|risiko|prob|probability|rank|priority|priorität|punkte|punktzahl|bonität)\b"
)
GROUP: Final = (
    r"\b(region|branch|plant|site|store|country|segment|group|department|filiale|werk|team|standort|gruppe|land"
    r"|area|district|category|channel|product line|abteilung|pays|país|zone|cluster|state)\b"
)
DAY: Final = (
    r"\b(\w*date|\w*datum|fecha|jour|data|day|time|tag|month|opened|created|start|snapshot|as of|stichtag|reported"
    r"|observed|application)\b"
)
# A day by its name, and yet not that on which a case was looked at: of a birth, of an end, or still to come.
OTHER_DAY: Final = (
    r"\b(birth\w*|born|dob|geburt\w*|naissance|nacimiento|urodz\w*"
    r"|due|deadline|faellig\w*|fällig\w*|frist|echeance|échéance|vencimiento|termin|płatności|platnosci"
    r"|expir\w*|ablauf\w*|until|till|bis|caduc\w*|ważn\w*|wygas\w*|maturity|warranty"
    r"|(?<!month )(?<!quarter )(?<!period )(?<!week )(?<!year )end|ends|ended|ende|fin|koniec"
    r"|clos(e|ed|ing)|completed|finished|resolved|solved|erledigt|abgeschlossen|zamkn\w*"
    r"|cancel\w*|kuendig\w*|kündig\w*|storn\w*|terminat\w*|churn\w*|left|exit\w*|died|death|decease\w*"
    r"|paid|payment|settled|repaid|bezahlt|zahlung|zapłac\w*|zaplac\w*|paiement|pago|delivered|returned|zwrot\w*"
    r"|planned|expected|scheduled|geplant|next|hired?|hiring|joined|eintritt|manufactured|built|commissioned|baujahr)\b"
)
