// Front door of document.
export { readBlocks } from './block-reader.ts'
export type { Block } from './block-tree.ts'
export { readDocumentBytes } from './encoding.ts'
export type { ReadingText } from './encoding.ts'
export { readFrontMatter } from './front-matter.ts'
export type { FrontMatter } from './front-matter.ts'
export { findCodeHoles, findHoles } from './holes.ts'
export type { Hole, HoleKind } from './holes.ts'
export { plainText, singleLine, spansOf } from './inline.ts'
export type { Span } from './inline.ts'
export { readMarkdown } from './markdown.ts'
export type {
  Content,
  Fence,
  Heading,
  MarkdownDocument,
  PlacedTable,
  ReadingOptions,
  RowContent,
  Task,
} from './markdown-model.ts'
export { findSlots } from './slots.ts'
export type { Slot, SlotBound } from './slots.ts'
export { signOffSpotsOf } from './spots.ts'
export type { SignOffSpot } from './spots.ts'
export { saysDone } from './table-words.ts'
export { readTable } from './tables.ts'
export { findToggles } from './toggles.ts'
export type { Toggle } from './toggles.ts'
export { fillDocument } from './write-back.ts'
export type { DocumentFills, SignOffFill } from './write-back.ts'
export { readYamlText } from './yaml-file.ts'
export type { YamlRead, YamlRefusal, YamlShape } from './yaml-file.ts'
export { frameOf } from './yaml-frame.ts'
export type { PlaceAt, YamlPlace } from './yaml-mistake.ts'
