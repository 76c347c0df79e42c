/** Writes the documents that are made from the code; a test (tests/docs.test.ts) says when they are out of date. */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { scoreboardDocument } from '../tests/faults/scoreboard.ts'
import { commandsDocument } from './commands-document.ts'
import { detectorsDocument } from './detectors-document.ts'
import { licencesDocument } from './licences-document.ts'
import { payloadsDocument } from './payloads-document.ts'

/** Path from the project's root, and what makes its text. */
export const GENERATED_DOCUMENTS: readonly (readonly [path: string, text: () => string])[] = [
  ['docs/commands.md', commandsDocument],
  ['docs/detectors.md', detectorsDocument],
  ['docs/payloads.md', payloadsDocument],
  ['docs/licences.md', licencesDocument],
  ['docs/scoreboard.md', scoreboardDocument],
]

export function pathOfDocument(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url))
}

if (import.meta.main) for (const [path, text] of GENERATED_DOCUMENTS) writeFileSync(pathOfDocument(path), text())
