// A board with a captain and two pilots who sign in, a checklist that waits for both roles, and how they come to a page of it.
import type { Reader } from '../board-tab.ts'
import type { TestPerson } from '../issuer.ts'
import { openIssuerBoard, signInAtIssuer } from './issuer-board.ts'
import type { IssuerBoard } from './issuer-board.ts'

const CHECKLIST = `# SERVICE 1.0.0

- [ ] **The clock speaks UTC**
  \`\`\`bash
  test "$(date +%z)" = "+0000"
  \`\`\`

## Sign-Off

| Role | Name | Status |
| --- | --- | --- |
| **Captain** | _[Name]_ | ✅❌ |
| **Pilot** | _[Name]_ | ✅❌ |
`

export const ANN: TestPerson = { subject: 'ann', email: 'ann@example.com', name: 'Ann' }
export const BEN: TestPerson = { subject: 'ben', email: 'ben@example.com', name: 'Ben' }
export const CY: TestPerson = { subject: 'cy', email: 'cy@example.com', name: 'Cy' }
/** Where a person is told to prove again who they are. */
export const AGAIN = `[...document.querySelectorAll('.refusal a')].find((it) => it.innerText.startsWith('Sign in again'))`

/** The checklist of a service of its own. */
export function checklistOf(service: string): string {
  return CHECKLIST.replaceAll('SERVICE', service)
}

export async function openCrewBoard(): Promise<IssuerBoard> {
  const board = await openIssuerBoard()
  const rights = ['--role', 'developer', '--signs-as']
  for (const [{ email = '' }, role] of [
    [ANN, 'Captain'],
    [BEN, 'Pilot'],
    [CY, 'Pilot'],
  ] as const)
    await board.run('account', 'invite', email, ...rights, role)
  return board
}

/** Signs in and waits for the form of a sign-off. */
export async function enterAs(
  { corp }: IssuerBoard,
  person: TestPerson,
  reader: Reader,
  address: string,
): Promise<void> {
  corp.person = person
  await reader.open(address)
  await reader.shows('Sign in with Example Corp')
  await signInAtIssuer(reader, 'What you sign')
}
