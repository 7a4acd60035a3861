// What a script is said to call, to change and to write, and that what is not understood says so.
import assert from 'node:assert/strict'
import test from 'node:test'
import { reachOfScript } from './reach.ts'

test('programs, their network, their changes and the files they write are told apart', () => {
  const reach = reachOfScript(
    [
      'set -e',
      'TAG=$(git ls-remote origin | head -1)',
      'curl -fsS https://api.example.org/health | jq -e .ok > /tmp/health.json',
      'if test -s /tmp/health.json; then kubectl -n prod patch deploy/web -p "$TAG"; fi',
      'rm -f /tmp/old.json 2>/dev/null',
      'git status',
    ].join('\n'),
  )
  assert.deepEqual(reach, {
    programs: ['git', 'head', 'curl', 'jq', 'kubectl', 'rm'],
    network: ['git', 'curl', 'kubectl'],
    changes: ['kubectl patch'],
    files: ['/tmp/health.json', 'rm /tmp/old.json'],
  })
})

test('git that stays on the machine uses no network, and a mere test calls no program', () => {
  assert.deepEqual(reachOfScript('git status && git log -1').network, [])
  assert.deepEqual(reachOfScript('test -d "$PLACE" && [ -n "$X" ]').programs, [])
})

test('what the parser does not understand is said to be unread, not to reach nothing', () => {
  const { unread, programs } = reachOfScript('case $X in a) rm -rf / ;; esac')
  assert.deepEqual(programs, [])
  assert.ok(unread !== undefined && unread !== '')
})
