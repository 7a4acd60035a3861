// The words of German reports.
import type { Language } from '../vocabulary.ts'

export const GERMAN: Language = {
  code: 'de',
  stopWords: 'der|die|das|und|ist|für|mit|wurde|sind|den',
  months: 'januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember',
  words: {
    complete:
      'abgeschlossen|erledigt|fertig|vollständig|geschlossen|behoben|umgesetzt|fertiggestellt|bestanden|gelöst|grün',
    whole: 'alle|alles|sämtliche|jede|jeder|jedes|komplett',
    work: 'aufgaben|todos|punkte|maßnahmen|arbeiten|schritte|anforderungen|meilensteine|ziele|tickets|arbeitspakete',
    ready:
      'produktionsreif|bereit für die produktion|bereit für produktion|produktionsbereit|einsatzbereit|bereit zur auslieferung|auslieferungsbereit|bereit für den start|bereit für die freigabe|bereit zum release|releasebereit|freigegeben für die produktion|freigegeben für produktion|audit abgeschlossen',
    negative:
      'nicht bereit|nicht produktionsreif|nicht freigegeben|nicht abgeschlossen|nicht fertig|zurückgestellt|abgelehnt',
    open: 'offen|ausstehend|in arbeit|noch nicht|nicht begonnen|unvollständig|teilweise|steht aus|zu erledigen|handlungsbedarf|aktion erforderlich|laufend',
    demand:
      'aktion erforderlich|maßnahme erforderlich|handlungsbedarf|vor dem start erforderlich|vor dem golive erforderlich|vor der freigabe erforderlich|muss vor dem start',
    future: 'wird|werden|soll|sollte|sollen|muss|müssen|geplant|demnächst|morgen|würde|könnte',
    condition:
      'wenn|falls|sobald|sofern|vorbehaltlich|unter der bedingung|nachdem|außer|ausgenommen|unter vorbehalt|abhängig von',
    negation: 'nicht|kein|keine|keinen|keiner|keinem|nie|niemals|ohne|weder',
    expected: 'erwartet|ziel|ziele|zielwert|geschätzt|voraussichtlich|soll',
    exception:
      'übersprungen|fehlgeschlagen|verschoben|teilweise|deaktiviert|ausgeschlossen|zurückgestellt|instabil',
    approve: 'freigegeben|freigegeben von|genehmigt|genehmigt von|abgenommen',
    group: 'team|gruppe|abteilung|gremium|alle|leitung|betrieb|entwicklung',
    author: 'autor|autorin|verfasser|erstellt von|verfasst von',
    subjective: 'robust|umfassend|hervorragend|erstklassig|nahtlos|ausgezeichnet',
    readying: 'bereit zum|bereit für|bereit zur',
    status: 'status|stand|ergebnis|zustand',
    next: 'nächster schritt|nächste schritte|aktion erforderlich|noch zu tun|verbleibende schritte',
    before: 'vorher|ziel|soll|erforderlich|erwartet|geplant|bisher|ausgangswert',
    level0: 'geplant|vorgesehen',
    level1: 'dokumentiert|beschrieben|entworfen|spezifiziert|definiert',
    level2: 'implementiert|erstellt|hinzugefügt|entwickelt|umgesetzt|programmiert',
    level3: 'konfiguriert|eingerichtet|installiert',
    level4:
      'ausgerollt|bereitgestellt|aktiviert|eingespielt|migriert|live|in produktion|angewendet',
    level5: 'gemessen|beobachtet|überwacht|in betrieb',
    level6: 'getestet|geprüft|verifiziert|validiert|nachgewiesen|geübt|bestätigt|bestanden',
    headWhole:
      'zusammenfassung|fazit|ergebnis|entscheidung|empfehlung|überblick|status|gesamtstatus|freigabe|abschluss|bericht|abschlussbericht|stand',
    headLater:
      'ausblick|zurückgestellt|zukünftig|später|nicht im umfang|außerhalb des umfangs|optional|folgearbeiten|nach dem release|nach dem start|nächstes release|roadmap|erkenntnisse|verbesserungen',
    headLimits:
      'bekannte grenzen|grenzen|einschränkungen|bekannte probleme|bekannte einschränkungen|offene punkte|offene fragen|nicht erledigt',
    headRisks: 'restrisiken|verbleibende risiken|offene risiken',
    headDemand:
      'vor dem start erforderlich|vor der freigabe erforderlich|blocker|vor dem start zu erledigen|noch vor dem start',
    headPast:
      'ausgangslage|hintergrund|vorher|ursache|verlauf|zeitachse|auswirkung|ursprüngliches risiko',
    headGuide: 'vorlage|legende|anleitung|beispiel|beispiele|erwartet',
    product: 'plattform|system|release|projekt|produkt|anwendung|dienst|version|wir|alles|software',
  },
}
