// The words of French reports.
import type { Language } from '../vocabulary.ts'

export const FRENCH: Language = {
  code: 'fr',
  stopWords: 'le|la|les|des|et|est|pour|avec|une|du',
  months: 'janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre',
  words: {
    complete:
      'terminé|terminée|terminés|terminées|achevé|achevée|achevés|achevées|clos|clôturé|clôturée|résolu|résolue|résolus|livré|livrée|complété|complète|fini|fait|corrigé',
    whole: 'tous|toutes|tout|intégralité|entièrement|chaque',
    work: 'tâches|actions|travaux|étapes|points|exigences|jalons|objectifs|livrables|les tâches|les actions|les travaux|les étapes',
    ready:
      'prêt pour la production|prête pour la production|prêts pour la production|prêt pour la mise en production|prête pour la mise en production|prêt à déployer|prêt pour le déploiement|prêt à livrer|approuvé pour la production|audit clos|audit clôturé',
    negative: 'pas prêt|pas prête|non prêt|non approuvé|pas terminé|non terminé|refusé',
    open: 'en cours|en attente|à faire|pas encore|non commencé|incomplet|partiel|partiellement|restant|action requise|reste à faire|ouvert',
    demand:
      'action requise|actions requises|requis avant le lancement|requis avant la mise en production|obligatoire avant la mise en production',
    future: 'sera|seront|doit|doivent|devra|prévu|prévue|planifié|devrait|demain|pourrait',
    condition:
      "si|lorsque|quand|dès que|sous réserve|à condition|après|jusqu'à|sauf|hormis|excepté|en attente de",
    negation: 'ne|pas|non|aucun|aucune|jamais|sans|ni',
    expected: 'attendu|attendue|cible|objectif|estimé|prévu',
    exception:
      'ignoré|ignorés|ignorée|ignorées|échoué|échoués|échoue|reporté|reportée|reportés|partiel|partiellement|désactivé|exclu',
    approve: 'approuvé|approuvée|approuvé par|validé par|signé par',
    group: 'équipe|comité|groupe|service|tous|direction|département',
    author: 'auteur|auteure|rédigé par|préparé par',
    subjective: 'robuste|complet|excellent|exceptionnel',
    readying: 'prêt à|prêt pour|prête à',
    status: 'statut|état|résultat|résolution',
    next: 'prochaine étape|prochaines étapes|action requise|reste à faire',
    before: 'avant|cible|objectif|requis|attendu|prévu|initial',
    level0: 'prévu|planifié|proposé',
    level1: 'documenté|documentée|décrit|spécifié|rédigé|conçu',
    level2: 'implémenté|implémentée|créé|créée|créés|ajouté|ajoutée|développé',
    level3: 'configuré|configurée|installé',
    level4: 'déployé|déployée|activé|activée|appliqué|appliqués|migré|migrée|en production',
    level5: 'mesuré|observé|surveillé|en service',
    level6: 'testé|testée|testés|vérifié|vérifiée|validé|validée|prouvé|éprouvé|réussi|réussis',
    headWhole:
      "résumé|synthèse|conclusion|décision|recommandation|vue d'ensemble|statut|état|bilan|rapport|avis",
    headLater:
      'reporté|futur|feuille de route|hors périmètre|optionnel|améliorations|suite|après le lancement|après la mise en production|leçons|perspectives|prochaine version',
    headLimits:
      'limites|limites connues|limitations|problèmes connus|points ouverts|réserves|non fait',
    headRisks: 'risques résiduels|risques restants|risques ouverts',
    headDemand:
      'requis avant le lancement|requis avant la mise en production|bloquants|points bloquants|actions requises',
    headPast: 'contexte|avant|historique|chronologie|cause|risque initial|impact',
    headGuide: 'modèle|légende|exemple|exemples|attendu',
    product: 'plateforme|système|projet|produit|application|version|service|nous|logiciel',
  },
}
