import fc from 'fast-check'
import { expect, test } from 'vitest'
import { base32, codeOfStep, keyUri, stepAt, stepOfCode } from '../../src/users/one-time-code.ts'

const SECRET = Buffer.from('12345678901234567890')

test.each([
  [59, '94287082'],
  [1_111_111_109, '07081804'],
  [1_111_111_111, '14050471'],
  [1_234_567_890, '89005924'],
  [2_000_000_000, '69279037'],
  [20_000_000_000, '65353130'],
])('at %d s the code is that of RFC 6238, appendix B', (seconds, code) => {
  expect(codeOfStep(SECRET, stepAt(seconds * 1000), 8)).toBe(code)
})

const COUNTED = ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871', '520489']

test.each(COUNTED.map((code, count): [number, string] => [count, code]))(
  'the code of count %d is that of RFC 4226, appendix D',
  (count, code) => {
    expect(codeOfStep(SECRET, count)).toBe(code)
  },
)

test.each([
  ['f', 'MY'],
  ['fo', 'MZXQ'],
  ['foo', 'MZXW6'],
  ['foob', 'MZXW6YQ'],
  ['fooba', 'MZXW6YTB'],
  ['foobar', 'MZXW6YTBOI'],
])('%s in base 32 is that of RFC 4648, §10', (text, expected) => {
  expect(base32(Buffer.from(text))).toBe(expected)
})

test('a code holds in its step and in those beside it, and names the step it is of', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), fc.integer({ min: 3, max: 1e8 }), (secret, step) => {
      const code = codeOfStep(secret, step)
      const now = (step * 30 + 29) * 1000
      const codes = [-2, -1, 0, 1, 2].map((apart) => codeOfStep(secret, step + apart))
      fc.pre(new Set(codes).size === codes.length)
      expect([-1, 0, 1].map((apart) => stepOfCode(secret, code, now + apart * 30_000))).toEqual([step, step, step])
      expect([-2, 2].map((apart) => stepOfCode(secret, code, now + apart * 30_000))).toEqual([undefined, undefined])
    }),
    { numRuns: 50 },
  )
})

test('what is no code of six digits is none', () => {
  for (const code of ['', '12345', '1234567', 'abcdef', '１２３４５６'])
    expect(stepOfCode(SECRET, code, 59_000), code).toBeUndefined()
})

test('an authenticator app gets the key with the name of the service', () => {
  expect(keyUri('林 a', SECRET)).toBe('otpauth://totp/Adit:%E6%9E%97%20a?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Adit')
})
