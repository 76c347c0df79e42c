import { visibleText } from '../model/inert-text.ts'

/** A cell of a spreadsheet: nothing in it is unseen, and what would be taken for a formula gets a quote in front; plain numbers stay as they are. */
export function harmlessCell(text: string): string {
  const visible = visibleText(text)
  return /^\s*[=+\-@＝＋－＠]/.test(visible) && !/^[+-]?[\d.]+$/.test(visible) ? `'${visible}` : visible
}
