/** A number with its unit, or a moment. */
const NUMBER = /(?<![\w.-])(?:\d\d-\d\d \d\d:\d\d|\d[\d.,–]*\s?(?:kWh|MWh|kW|km|m|%|夜|天|小时|倍|d|h|days|hours)(?!\w))/gu

/** Text with its numbers and their units in bold, so that the eye finds them. */
export function Emphasised({ text }: { readonly text: string }) {
  const parts: { from: number; text: string; bold: boolean }[] = []
  let at = 0
  for (const match of text.matchAll(NUMBER)) {
    if (match.index > at) parts.push({ from: at, text: text.slice(at, match.index), bold: false })
    parts.push({ from: match.index, text: match[0], bold: true })
    at = match.index + match[0].length
  }
  parts.push({ from: at, text: text.slice(at), bold: false })
  return parts.map((part) => (part.bold ? <b key={part.from}>{part.text}</b> : <span key={part.from}>{part.text}</span>))
}
