/**
 * Text of others that is to be looked at: nothing in it is invisible, moves the text around it or commands a terminal.
 * What does is shown by its name; IVS variants of Chinese characters, which names do have, stay.
 * Categories of the Unicode Character Database; isolates: Unicode Standard Annex #9 (Bidirectional Algorithm), 2.4.
 */

/** Controls, formats (bidi, zero-width, tags), line separators, halves of characters, what is ignored by default, blanks. */
const UNSEEN = '(?!\\p{Variation_Selector})[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}\\u2800]'
const FIRST_STRONG_ISOLATE = '\u2068'
const POP_ISOLATE = '\u2069'
const ANY_UNSEEN = new RegExp(UNSEEN, 'gu')
/** An isolate of our own making is kept: it holds nothing unseen. */
const ISOLATE_OR_UNSEEN = new RegExp(`${FIRST_STRONG_ISOLATE}(?:(?!${UNSEEN}).)*${POP_ISOLATE}|${UNSEEN}`, 'gu')
const ISOLATES = new RegExp(`${FIRST_STRONG_ISOLATE}[^${POP_ISOLATE}]*${POP_ISOLATE}`, 'gu')
/** Letters and digits that run from right to left: the blocks set aside for them. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u
/** Marks piled on one letter lie over the lines above and below. */
const PILE = /(\p{M}{3})\p{M}+/gu

/** The same text with everything unseen shown as ␛ or ⟨U+202E⟩. Twice does no more than once. */
export function visibleText(text: string): string {
  return text
    .replaceAll(ISOLATE_OR_UNSEEN, (found) =>
      found.length > 1 && found.startsWith(FIRST_STRONG_ISOLATE) ? found : nameOf(found),
    )
    .replaceAll(PILE, '$1')
}

/** Visible, and where it runs from right to left isolated, so that its neighbours stay in their order. */
export function isolatedText(text: string): string {
  const visible = visibleText(text)
  return RIGHT_TO_LEFT.test(visible.replaceAll(ISOLATES, ''))
    ? `${FIRST_STRONG_ISOLATE}${unisolated(visible)}${POP_ISOLATE}`
    : visible
}

/** As it was before `isolatedText`, for a text that held nothing unseen. */
export function unisolated(text: string): string {
  return text.replaceAll(FIRST_STRONG_ISOLATE, '').replaceAll(POP_ISOLATE, '')
}

/** JSON that means the same, with everything unseen in it escaped, its own line ends left: for terminals and logs. */
export function visibleJson(json: string): string {
  return json.replaceAll(ANY_UNSEEN, (found) =>
    found === '\n'
      ? found
      : Array.from({ length: found.length }, (_, at) => `\\u${found.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  )
}

function nameOf(unseen: string): string {
  const code = unseen.codePointAt(0) ?? 0
  if (code < 0x20) return String.fromCodePoint(0x2400 + code)
  if (code === 0x7f) return '␡'
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`
}
