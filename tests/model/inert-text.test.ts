import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isolatedText, unisolated, visibleJson, visibleText } from '../../model/inert-text.ts'
import { HOSTILE_NAMES, unseenIn } from '../hostile/hostile-names.ts'

/** Our own isolates, in pairs. */
const ISOLATES = /\u2068[^\u2068\u2069]*\u2069/gu

describe('text of others that is looked at', () => {
  test.each(HOSTILE_NAMES)('$what: nothing is unseen, and nothing moves its neighbours', ({ name }) => {
    expect(unseenIn(visibleText(name))).toEqual([])
    expect(isolatedText(name).replaceAll(ISOLATES, 'x')).not.toMatch(/[\u0590-\u08ff]/)
    expect(unseenIn(isolatedText(name).replaceAll(/[\u2068\u2069]/g, ''))).toEqual([])
    expect(JSON.parse(visibleJson(JSON.stringify(name)))).toBe(name)
    expect(unseenIn(visibleJson(JSON.stringify(name)))).toEqual([])
  })

  test('what was unseen is named', () => {
    expect(visibleText('河\u200b西\u001b[31m\u007f\u202e\u{e0041}')).toBe('河⟨U+200B⟩西␛[31m␡⟨U+202E⟩⟨U+E0041⟩')
    expect(isolatedText('מכרה 7')).toBe('\u2068מכרה 7\u2069')
    expect(visibleText(`${isolatedText('מכרה 7')} \u2068x`)).toBe('\u2068מכרה 7\u2069 ⟨U+2068⟩x')
  })

  test('a name that is isolated in a sentence stays so, and the sentence is not isolated as a whole', () => {
    const sentence = `0.4 km from ${isolatedText('מכרה 7')}, 3 km of line`
    expect(isolatedText(sentence)).toBe(sentence)
  })

  test('names as people have them stay as they are', () => {
    for (const name of ['河西金矿 3 号硐', '辻\u{e0100}口', 'ᥖᥭᥰ ᥘᥫᥴ', 'Nguyễn Văn Đức', 'N’Djamena – 7/2', '👍🏽', '葛\ufe00']) {
      expect(visibleText(name)).toBe(name)
      expect(isolatedText(name)).toBe(name)
    }
  })

  test('once is as good as twice, in any text', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.oneof(
            fc.constantFrom('\u2068', '\u2069', '\u202e', 'א', '\u0301', '矿'),
            fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
          ),
        }),
        (text) => {
          const once = isolatedText(text)
          expect(isolatedText(once)).toBe(once)
          expect(visibleText(once)).toBe(once)
          expect(unseenIn(unisolated(once))).toEqual([])
          expect(JSON.parse(visibleJson(JSON.stringify(text)))).toBe(text)
        },
      ),
      { numRuns: 2000 },
    )
  })
})
