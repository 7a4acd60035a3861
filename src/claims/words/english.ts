// The words of English reports.
import type { Language } from '../vocabulary.ts'

export const ENGLISH: Language = {
  code: 'en',
  stopWords: 'the|and|of|to|is|with|for|was',
  months:
    'january,jan|february,feb|march,mar|april,apr|may|june,jun|july,jul|august,aug|september,sep,sept|october,oct|november,nov|december,dec',
  words: {
    complete:
      'complete|completed|done|closed|finished|resolved|delivered|fixed|passed|passing|green|achieved|accomplished|satisfied',
    whole: 'all|every|everything|full|fully|entire|100%',
    work: 'todos|todo items|tasks|work|work items|action items|actions|items|steps|phases|requirements|milestones|objectives|deliverables|goals|checklist items',
    ready:
      'production ready|ready for production|ready for deployment|ready for production deployment|ready for immediate deployment|ready for launch|ready for production launch|ready for immediate launch|ready for release|ready for rollout|ready for production rollout|ready for go live|ready to ship|ready to launch|ready to release|ready to deploy|ready to go live|good to go|launch ready|release ready|approved for production|approved for production launch|approved for launch|approved for release|approved for deployment|cleared for production|cleared for launch|cleared for release|audit closed|go live approved|fully operational',
    negative:
      'not ready|no go|not production ready|not approved|not complete|not completed|not done|blocked|rejected|on hold|incomplete|not yet ready|do not ship|do not deploy',
    open: 'pending|outstanding|action required|todo|tbd|in progress|wip|work in progress|not started|not yet|incomplete|blocked|unresolved|partial|partially|still open|still to do|to be done|underway|ongoing',
    demand:
      'action required|actions required|required before launch|required before production|required before release|required before deployment|required before go live|must be done before|needed before launch|needed before release|launch blocker|release blocker|blocks launch|blocks release',
    future:
      'will|shall|should|must|needs to|need to|to be|is going to|plan to|plans to|would|could|might|upcoming|scheduled|planned|next sprint|tomorrow',
    condition:
      'if|once|when|pending|contingent|subject to|provided|unless|until|as soon as|assuming|conditional|conditionally|conditional on|after|except|excluding|apart from|other than|with the exception|awaiting|in scope',
    negation:
      "not|no|never|without|none|neither|nor|cannot|isn't|aren't|wasn't|weren't|hasn't|haven't|don't|doesn't|didn't|can't|won't",
    expected:
      'expected|expect|target|targets|goal|goals|projected|estimate|estimated|anticipated|criteria|threshold',
    exception:
      'skipped|failed|failing|deferred|partial|partially|flaky|disabled|quarantined|excluded|ignored|not run|xfail|postponed|unfinished|incomplete',
    approve: 'approved|approved by|signed off|signed off by|authorized|authorised|authorized by',
    group:
      'team|teams|guild|squad|board|committee|department|everyone|all|group|crew|stakeholders|leadership|management|engineering|devops|qa|security|ops|operations',
    author: 'author|authors|prepared by|written by|author of the change|implemented by|developer',
    subjective:
      'industrial strength|world class|robust|comprehensive|excellent|enterprise grade|operational excellence|seamless|best in class|very high|state of the art|rock solid|battle tested|bulletproof|flawless|cutting edge',
    measured: 'above|under|below|within|met|meets|exceeds|exceeded|well under|well within',
    readying:
      'ready to|ready for|infrastructure ready|architecture complete|design complete|procedures documented|checklist documented|awaiting|to be',
    status: 'status|state|resolution|result|outcome',
    next: 'next step|next steps|next action|next actions|remaining step|remaining steps|follow up|action required|production action required|remaining work|still to do|todo',
    before:
      'before|original|baseline|previous|target|goal|required|expected|planned|was|pre merge|prior|mandatory|needed',
    level0: 'planned|proposed|scheduled|considered|backlog',
    level1:
      'documented|described|scripted|specified|designed|defined|written|drafted|architecture|procedures',
    level2:
      'implemented|created|added|built|developed|coded|integrated|refactored|ready to import|ready to activate|ready to execute|ready to deploy|ready to open|ready to run|ready for import|ready for pr|infrastructure ready',
    level3: 'configured|merged to main|released|packaged|installed|set up|tuned',
    level4:
      'deployed|enabled|activated|active|live|rolled out|applied|migrated|rotated|shipped|in production|switched on',
    level5: 'operating|monitored|measured|observed|running|serving|in use',
    level6:
      'verified|validated|tested|drilled|proven|proved|rehearsed|restored|exercised|confirmed|passed|load tested|passing',
    headWhole:
      'summary|executive summary|conclusion|conclusions|verdict|decision|recommendation|overview|readiness|status|launch|launch authority|launch decision|sign off|go no go|overall|closing|outcome|final|report|assessment|result|results|completed|complete|at a glance|acceptance|acceptance criteria',
    headLater:
      'deferred|future|roadmap|backlog|planning|out of scope|optional|nice to have|follow up|follow ups|lessons learned|lessons|post launch|post release|post deployment|after launch|after release|after the release|post launch monitoring|post release monitoring|next release|next version|next sprint|next quarter|next iteration|later|ideas|enhancements|improvements|recommendations|v2|phase 2 plans|non goals|not in scope|stretch',
    headLimits:
      'known limits|known limitations|limitations|limits|known issues|known gaps|caveats|open points|open items|open questions|what is missing|what is not done|not done|not covered|does not do',
    headRisks:
      'remaining risks|residual risks|open risks|outstanding risks|remaining risk|unresolved risks',
    headDemand:
      'required before launch|required before release|required before production|required before deployment|required before go live|must do before launch|before go live|launch blockers|release blockers|blockers|blocking items|blocking|required actions|action required|required manual steps',
    headPast:
      'original risk|original risks|original issue|before|background|timeline|history|problem|previously|baseline|impact|root cause|what happened|what went wrong|symptoms',
    headGuide:
      'upgrade|upgrading|upgrade notes|migration guide|breaking changes|for users|for operators|template|legend|how to|instructions|expected|example|examples|definition of done|glossary|criteria for',
    product:
      'platform|system|release|project|product|sprint|phase|service|application|app|version|we|it|update|build|everything|audit|backend|frontend|software|stack|solution',
  },
}
