// The lint rules as data: the page for people, the SARIF rules and the findings all come from this table.

export interface LintRule {
  readonly id: string
  /** The highest level the rule gives; a finding may be lower where the message says why. */
  readonly level: 'error' | 'warning' | 'note'
  readonly title: string
  readonly why: string
  readonly fix: string
}

export const LINT_RULES = [
  {
    id: 'no-fail-curl',
    level: 'error',
    title: 'curl without a fail flag',
    why: 'Without --fail curl exits 0 for HTTP 404 and 500, so the step passes when the server says no. It is a warning where a later part of the same pipeline tests the answer.',
    fix: 'Use curl -fsS, or compare the status: [ "$(curl -s -o /dev/null -w \'%{http_code}\' URL)" = 200 ].',
  },
  {
    id: 'psql-no-stop',
    level: 'error',
    title: 'psql script without ON_ERROR_STOP',
    why: 'psql goes on after a failed statement of a file, of standard input or of several commands, and exits 0.',
    fix: 'Add -v ON_ERROR_STOP=1 (and -X, so that no personal settings apply).',
  },
  {
    id: 'last-command-only',
    level: 'error',
    title: 'A failure before the last command is lost',
    why: 'A plain shell reports only the last command. Seaworthy stops at the first failure, but anybody who pastes the block does not, hence a warning. It is an error where even strict mode ignores the failure: a negated command before the last, any but the last command of an && list, or what || true hides; there set -e helps nothing.',
    fix: 'Begin with set -euo pipefail, and give each check a line of its own.',
  },
  {
    id: 'negated-exit',
    level: 'error',
    title: 'A negation that takes a broken command for the answer no',
    why: '! makes every exit code but 0 a success. grep exits 1 for no match and 2 when the file or folder is missing, diff and cmp likewise, curl fails for a refusal and for a wrong name alike; so ! grep -rn FIXME scr/ passes because the folder is mistyped. if grep ...; then exit 1; fi has the same fault. Comparisons of quoted texts, command -v and grep over a printed text have only one way to fail and are left alone; ! test -f FILE is a warning, because it holds in a folder that does not exist.',
    fix: `Keep the exit code and compare it with the one that means no: code=0; grep ... || code=$?; test "$code" -eq 1`,
  },
  {
    id: 'always-true-tail',
    level: 'error',
    title: 'The deciding command cannot fail',
    why: 'The block ends with echo, export, ls, sleep or the like (or hides a failure behind ||), so its exit code says nothing about the claim.',
    fix: 'End with a command that fails when the claim is false, such as test, grep -q, jq -e or a test runner.',
  },
  {
    id: 'query-without-assertion',
    level: 'error',
    title: 'A query whose answer nobody tests',
    why: 'The deciding command prints something to look at and exits 0 whatever it prints; an empty answer passes too.',
    fix: 'Test the answer: pipe it into jq -e or grep -q, or write the expectation as an assertion of the gate.',
  },
  {
    id: 'select-without-test',
    level: 'error',
    title: 'A selection that succeeds when nothing or false is selected',
    why: 'SELECT check(...) that answers false is a statement that succeeded, and jq select(...) without a match exits 0.',
    fix: 'Compare the value: [ "$(psql -XtAc "SELECT ...")" = t ], or jq -e; for an sql block write an assertion on the cell.',
  },
  {
    id: 'wildcard-identity',
    level: 'error',
    title: 'A signature check that accepts any signer',
    why: 'An identity or issuer pattern that matches everything proves only that somebody signed. An unanchored pattern is a warning: it also matches addresses that merely contain the expected one.',
    fix: 'Name the signer: --certificate-identity https://github.com/OWNER/REPO/.github/workflows/release.yml@refs/tags/TAG, or an anchored pattern of it.',
  },
  {
    id: 'self-asserted-manifest',
    level: 'error',
    title: 'A manifest that claims results nobody computed',
    why: 'Lines such as "verified: true" typed into a heredoc are true whatever happened; signing them does not make them evidence.',
    fix: 'Let Seaworthy write results from evidence, or compute each value from the check that proves it.',
  },
  {
    id: 'quoted-heredoc-with-vars',
    level: 'error',
    title: 'Variables inside a quoted heredoc',
    why: 'With a quoted delimiter the shell writes $NAME and $(command) as they stand, so digests and dates are never filled in.',
    fix: 'Remove the quotes of the delimiter, or escape what must stay literal.',
  },
  {
    id: 'async-without-wait',
    level: 'error',
    title: 'Something is started and nobody waits for it',
    why: 'The command returns once the work is accepted; the block can pass before it fails, or read the result of an older run.',
    fix: 'Wait for the end and its result: gh run watch --exit-status, kubectl rollout status, helm --wait, argocd app wait.',
  },
  {
    id: 'comment-only-step',
    level: 'error',
    title: 'A step or expectation that is only a comment',
    why: 'A comment such as "Monitor for 60 minutes" or "Expected: healthy" does nothing; the block passes without it.',
    fix: 'Replace it with a command, or make it a manual gate of its own.',
  },
  {
    id: 'prod-mutation-in-check',
    level: 'error',
    title: 'The check changes what it checks',
    why: 'Running the block to gather evidence changes an environment. It is an error where the words name production, a warning where they name none.',
    fix: 'Separate the change from the check, so that the check can run again safely; Seaworthy asks for confirmation before it runs the change.',
  },
  {
    id: 'unpinned-image',
    level: 'warning',
    title: 'An image that can change under its name',
    why: 'Without a digest the image that was checked need not be the one that is deployed. A version tag gives a note, latest or no tag a warning.',
    fix: 'Name the image by digest: NAME@sha256:....',
  },
  {
    id: 'secret-in-text',
    level: 'error',
    title: 'A secret in the checklist',
    why: 'Whoever reads the document can use it, and it ends up in plans and evidence.',
    fix: 'Revoke it, then use a parameter such as $TOKEN.',
  },
  {
    id: 'sleep-as-soak',
    level: 'error',
    title: 'Waiting instead of watching',
    why: 'A long sleep observes nothing: an outage during the soak passes. A short one is a warning, because it guesses how long something takes.',
    fix: 'Query the whole window after the soak, or poll the condition with a deadline.',
  },
  {
    id: 'unreadable-shell',
    level: 'warning',
    title: 'Shell that the lint does not read',
    why: 'The block uses syntax that is not analysed, so no other rule looked at its commands.',
    fix: 'Move the block into a script that is tested, or write it with plain commands.',
  },
] as const satisfies readonly LintRule[]

export type LintRuleId = (typeof LINT_RULES)[number]['id']

export function lintRule(id: LintRuleId): LintRule {
  const rule = LINT_RULES.find((candidate) => candidate.id === id)
  if (rule === undefined) throw new TypeError(`no lint rule ${id}`)
  return rule
}
