import { describe, expect, test } from 'vitest'
import { Refusal } from '../../model/refusal.ts'
import { hashPassword, isPassword } from '../../src/users/password-hash.ts'
import { checkPassword } from '../../src/users/password-rules.ts'

describe('a password', () => {
  test.each([
    ['kurz', 'password-length'],
    ['neunzeich', 'password-length'],
    ['x'.repeat(201), 'password-length'],
    ['矿山矿山矿山矿山矿', 'password-length'],
    ['lin.wei-2026', 'password-name'],
    ['LIN.WEI-2026', 'password-name'],
    ['1234567890', 'password-common'],
    ['Password123', 'password-common'],
    ['woaini1314520', 'password-common'],
    ['aaaaaaaaaaaaaaa', 'password-common'],
    ['abababababcc', 'password-common'],
  ])('%s is refused', (password, code) => {
    expect(() => checkPassword(password, 'lin.wei')).toThrow(expect.objectContaining({ name: 'Refusal', code }))
  })

  test.each(['four plain words here', '高黎贡山的杜鹃花开了', 'x7#Kq!m2Zp'])('%s is taken', (password) => {
    expect(() => checkPassword(password, 'lin')).not.toThrow(Refusal)
  })

  test('is kept as argon2id with a salt of its own, and told from others', async () => {
    const kept = await hashPassword('four plain words')
    expect(kept).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
    expect(await hashPassword('four plain words')).not.toBe(kept)
    expect(await isPassword('four plain words', kept)).toBe(true)
    expect(await isPassword('four plain wordz', kept)).toBe(false)
  })

  test('of another program with other costs is told too', async () => {
    // Debian's argon2 says: echo -n 'four plain words' | argon2 saltysalt16bytes -id -t 3 -k 4096 -p 2 -l 32 -e
    const kept = '$argon2id$v=19$m=4096,t=3,p=2$c2FsdHlzYWx0MTZieXRlcw$11gANeTiPVVXnDPQ3tzjZ+ubZXy3aAETa+ctgYfD0f4'
    expect(await isPassword('four plain words', kept)).toBe(true)
    expect(await isPassword('four plain word', kept)).toBe(false)
  })

  test('is the same however its characters are composed', async () => {
    expect(await isPassword('Ame\u0301lie in Gr\u00fcn', await hashPassword('Am\u00e9lie in Gru\u0308n'))).toBe(true)
  })

  test('of nobody is none, not even the empty one', async () => {
    expect(await isPassword('', '')).toBe(false)
    expect(await isPassword('four plain words', '$2b$10$notargon')).toBe(false)
  })
})
