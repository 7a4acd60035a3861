// Reads a controls file: which gates and risks show that a control of SOC 2, ASVS or another framework is met.
import { z } from 'zod'
import { messageOf, utf8Text } from '../kernel/index.ts'
import { frameOf, readYamlText } from '../document/index.ts'
import type { MappedControl } from '../register/index.ts'
import { releaseFault } from './errors.ts'

/** Larger files are refused unread. */
export const CONTROLS_LIMIT_BYTES = 2 * 1024 * 1024
/** Controls of one mapping, and gates or risks of one control. */
const CONTROL_LIMIT_COUNT = 1_000

const line = z
  .string()
  .min(1)
  .max(500)
  .regex(/^[^\p{Cc}]+$/u, 'expected one line')
const list = z.array(line).max(CONTROL_LIMIT_COUNT)

const controlSchema = z.strictObject({
  id: line.describe('The control as its framework numbers it, such as CC7.2 or V2.1.1'),
  title: line.describe('What it asks for, in one line'),
  gates: list.exactOptional().describe('Ids of the gates whose evidence shows it'),
  risks: list
    .exactOptional()
    .describe('Ids of the risks of the register that have to be closed or accepted for it'),
})

/** Keys of a controls file. The published JSON Schema is made from this. */
const controlsFileSchema = z.strictObject({
  format: z.literal('seaworthy-controls/1').describe('seaworthy-controls/1'),
  frameworks: z
    .array(
      z.strictObject({
        name: line.describe('Name of the framework, with its version'),
        controls: z
          .array(controlSchema)
          .min(1)
          .max(CONTROL_LIMIT_COUNT)
          .describe('Controls that the service answers for'),
      }),
    )
    .min(1)
    .max(100)
    .describe('Frameworks with their controls'),
})

const PLACES = {
  top: { keys: Object.keys(controlsFileSchema.shape) },
  framework: { keys: ['name', 'controls'] },
  control: { keys: Object.keys(controlSchema.shape) },
}

/** JSON Schema of a controls file, for editors. */
export function controlsJsonSchema(): object {
  return {
    ...z.toJSONSchema(controlsFileSchema, { io: 'input' }),
    description: 'Controls of frameworks, and the gates and risks whose evidence shows them.',
  }
}

/** @throws RELEASE_CONTROLS_REFUSED with line, column and the line itself */
export function readControlsFile(name: string, bytes: Uint8Array): readonly MappedControl[] {
  const text = decode(name, bytes)
  const read = readYamlText(text, {
    schema: controlsFileSchema,
    placeAt: (at) =>
      at.length === 0
        ? PLACES.top
        : at.length === 2
          ? PLACES.framework
          : at.length === 4
            ? PLACES.control
            : undefined,
  })
  if (!read.ok) {
    const { place, detail } = read
    throw releaseFault(
      'RELEASE_CONTROLS_REFUSED',
      `${name}: ${place === undefined ? detail : frameOf(text, place, detail)}`,
    )
  }
  return read.value.frameworks.flatMap((framework) =>
    framework.controls.map(({ id, title, gates = [], risks = [] }) => ({
      framework: framework.name,
      id,
      title,
      gates,
      risks,
    })),
  )
}

function decode(name: string, bytes: Uint8Array): string {
  try {
    return utf8Text(bytes)
  } catch (thrown) {
    throw releaseFault('RELEASE_CONTROLS_REFUSED', `${name}: ${messageOf(thrown)}`)
  }
}
