"""Common words: enough to tell language from letters that only look like a text. Requirements: SAF-1."""

from chimera.core import markers

COMMON = markers.words(
    """
    a about above access account act add address admin after again against all also always am an and answer any anyone
    api are article as ask assistant at back bank base64 be because become been before begin being below best better
    between big block bot both brand but buy by bypass call can card chat clear click code coin comment company config
    content context conversation could create cryptocurrency current data day debug decode delete describe details
    developer did directive directly disable disclose display do document does done don down each either else email
    emails enable end english ever every everyone everything execute explain false fetch few file files filter find
    first follow followers following follows for forget forward found free from full function funds general get give go
    going good great guidelines had hand has have he hello help her here hidden hide him his how human i if ignore
    immediately important in include information initial input instead instruction instructions into is it its jailbreak
    json just keep key keys know language last later let like limits line link list little log long look made mail make
    many may me mention message messages mode model money more most much must my name need never new next no not note
    nothing now number of off on once one only open operator or order orders other our out output over own page
    password passwords pay payment people person place please poem policy post posts pretend previous print prior
    private profile prompt provide publish put question read real reader really recommend remember remove repeat reply
    report request require respond response restrictions reveal review right role rules run safe safety said same say
    says secret secrets see send set share she should show since so some something start state stop store story such
    summarise summarize summary system take task tell text than that the their them then there these they thing things
    think this those three time to today token tokens told tool top transfer translate true trust tweet two under
    unrestricted until up update upload url us use user users using verbatim verify very visit wallet want was way we
    website well were what when where which while who whole why will with without word words work world would write
    written yes yesterday you your yourself 1 2 3 ai llm chatgpt html http https www com
    a al ao aos com como con cual da das dem den des do dos du e ein eine einen elle en es est et eu fur gib ha haben
    hat ich il ist je jetzt la las le lo los mais mas me mit mot na nach no nos nous ohne os para pas per piu por pour
    que qui se si sie sin sono su sur sus te ti todos tous tudo una und une uno vous voce von wie wir y zu
    affiche antwort antworte ensenar envia envoie envie ecris escreva escribe escrivi mostra mostre muestra oublie
    poema poeme poesia publica publie publique regles reglas regole regras reponds responda responde rispondi
    schreib schreibe scrivi sende sistema systeme vergiss zeige
    ignoriere alle vorherigen anweisungen und die der das ist nicht mit schreibe deine dein instrucciones todas las los
    anteriores ignora que el la de en tu toutes les instructions precedentes et ton le dans un une tutte istruzioni
    precedenti di il ignore todas as instrucoes anteriores o os
    """
)
