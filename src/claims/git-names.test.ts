// Branches, tags and commits of a report: which sentences name one, what resolves them, and what is never called missing.
import assert from 'node:assert/strict'
import test from 'node:test'
import { readDocumentBytes } from '../document/index.ts'
import { auditScene } from './audit.ts'
import { allGitNames, keyOf } from './git-names.ts'
import type { GitFact } from './git-names.ts'
import { readScene } from './scene.ts'

function sceneOf(line: string) {
  return readScene(readDocumentBytes(new TextEncoder().encode(`# R\n\n${line}\n`)))
}

function namesIn(line: string): string[] {
  return allGitNames(sceneOf(line).outline).map(({ kind, name }) => `${kind} ${name}`)
}

/** Support, verdict and rules, where git says the same of every name. */
function worthOf(line: string, fact: GitFact): string {
  const scene = sceneOf(line)
  const git = new Map(allGitNames(scene.outline).map((each) => [keyOf(each), fact]))
  const { claims, findings } = auditScene(scene, { git })
  const claim = claims.find((each) => each.line === 3)
  return [claim?.support, claim?.verdict, ...findings.map(({ rule }) => rule)].join(' ')
}

test('targets of merges, tags, commits and branches in code are names', () => {
  assert.deepEqual(namesIn('- ✅ Merged into main.'), ['target main'])
  assert.deepEqual(namesIn('- ✅ Merged `fix/a` to `release/1.2`'), ['target release/1.2'])
  assert.deepEqual(namesIn('- ✅ Tagged v1.2.0.'), ['tag v1.2.0'])
  assert.deepEqual(namesIn('- ✅ Created the branch `sprint/3`'), ['branch sprint/3'])
  assert.deepEqual(namesIn('- ✅ Fixed in commit abcdef1'), ['commit abcdef1'])
})

test('plans, deletions, plain words and names that leave the folder are none', () => {
  for (const line of [
    'It will be merged into main on Friday.',
    '- [ ] Merged into main',
    'It was not merged into main.',
    'The two teams were merged into operations.',
    '- ✅ Deleted the branch `fix/a`',
    '- ✅ Removed the tag v1.2.0',
    '- ✅ Created the branch `../../etc/passwd`',
    '- ✅ Created the branch `a/../b`',
    'A new branch office opened.',
  ])
    assert.deepEqual(namesIn(line), [], line)
})

test('a tag, branch or commit that is there resolves the sentence, and a branch alone shows no merge', () => {
  assert.equal(worthOf('- ✅ Tagged v1.2.0', 'there'), 'S3 SUPPORTED')
  assert.equal(worthOf('- ✅ Created the branch `sprint/3`', 'there'), 'S3 SUPPORTED')
  assert.equal(worthOf('- ✅ Fixed in commit abcdef1', 'there'), 'S3 SUPPORTED')
  assert.doesNotMatch(worthOf('- ✅ Merged into main', 'there'), /S3|R14/)
  assert.doesNotMatch(worthOf('- ✅ Tagged v1.2.0 and deployed', 'there'), /S3|R14/)
})

test('a merge target or tag that is absent is a finding; other branches, commits and the unknown are not', () => {
  assert.match(worthOf('- ✅ Merged into main', 'absent'), /CONTRADICTED R14$/)
  assert.match(worthOf('- ✅ Tagged v1.2.0', 'absent'), /CONTRADICTED R14$/)
  assert.doesNotMatch(worthOf('- ✅ Created the branch `sprint/3`', 'absent'), /S3|R14/)
  for (const line of [
    '- ✅ Merged into main',
    '- ✅ Tagged v1.2.0',
    '- ✅ Fixed in commit abcdef1',
  ])
    assert.doesNotMatch(worthOf(line, 'unknown'), /S3|R14/, line)
})
