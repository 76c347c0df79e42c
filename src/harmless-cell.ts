/** A text that a spreadsheet would take for a formula gets a quote in front; plain numbers stay as they are. */
export function harmlessCell(text: string): string {
  return /^[=+\-@\t\r\n＝＋－＠]/.test(text) && !/^[+-]?[\d.]+$/.test(text) ? `'${text}` : text
}
