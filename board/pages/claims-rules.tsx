// The contradiction rules in plain words: what trips each, what it leaves alone on purpose, what mends it.
import type { ReactNode } from 'react'
import { CLAIM_RULE_WORDS } from '../../src/claims/browser.ts'

export function titleOfRule(rule: string): string {
  return CLAIM_RULE_WORDS.find(({ id }) => id === rule)?.title ?? rule
}

/** Leads to the rule and opens it. */
export function RuleLink({ rule }: { readonly rule: string }): ReactNode {
  const open = (): void => {
    document.querySelector(`#rule-${rule} > details`)?.setAttribute('open', '')
  }
  return (
    <a href={`#rule-${rule}`} onClick={open}>
      Rule {rule}
    </a>
  )
}

export function ClaimRules(): ReactNode {
  return (
    <section aria-labelledby="rules">
      <h2 id="rules">The rules</h2>
      <p className="soft">
        Rules only, no model and no score: the same bytes give the same findings. Each leaves alone
        what honest reports do.
      </p>
      <ul className="rules">
        {CLAIM_RULE_WORDS.map(({ id, title, why, silent, fix }) => (
          <li key={id} id={`rule-${id}`}>
            <details>
              <summary>
                <span className="figure soft">{id}</span> {title}
              </summary>
              <dl className="facts">
                <dt>Trips when</dt>
                <dd>{why}</dd>
                <dt>Leaves alone</dt>
                <dd>{silent}</dd>
                <dt>To mend it</dt>
                <dd>{fix}</dd>
              </dl>
            </details>
          </li>
        ))}
      </ul>
    </section>
  )
}
