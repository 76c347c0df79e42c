import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { GatewayDirectory } from '../../ingest/gateway-directory.ts'
import { scratchDirectory } from './scratch-directory.ts'

const NOW = new Date('2026-11-24T00:00:00Z')

function open(path = join(scratchDirectory(), 'gateways.db')): GatewayDirectory {
  const directory = new GatewayDirectory(path)
  onTestFinished(() => directory.close())
  return directory
}

describe('the gateway directory', () => {
  test('lets in the password it gave, and no other, and not under another name', () => {
    const directory = open()
    const [one, two] = [directory.add('gw-1', NOW), directory.add('gw-2', NOW)]
    expect(one.length).toBeGreaterThanOrEqual(24)
    expect(one).not.toBe(two)
    expect(directory.verify('gw-1', one)).toBe(true)
    expect(directory.verify('gw-1', Buffer.from(one))).toBe(true)
    for (const [name, password] of [
      ['gw-1', two],
      ['gw-1', ''],
      ['gw-1', `${one} `],
      ['gw-3', one],
      ['', ''],
      ['GW-1', one],
    ])
      expect(directory.verify(name, password)).toBe(false)
  })

  test('keeps no password that could be read from its file', () => {
    const path = join(scratchDirectory(), 'gateways.db')
    const directory = open(path)
    const password = directory.add('gw-1', NOW)
    expect(Buffer.concat([readFileSync(path), readFileSync(`${path}-wal`)]).includes(password)).toBe(false)
  })

  test('refuses a second gateway of the same name until the first is revoked', () => {
    const directory = open()
    const first = directory.add('gw-1', NOW)
    expect(() => directory.add('gw-1', NOW)).toThrow('registered already')
    expect(directory.verify('gw-1', first)).toBe(true)
    expect(directory.revoke('gw-1', NOW)).toBe(true)
    expect(directory.revoke('gw-1', NOW)).toBe(false)
    expect(directory.verify('gw-1', first)).toBe(false)
    const second = directory.add('gw-1', NOW)
    expect([directory.verify('gw-1', first), directory.verify('gw-1', second)]).toEqual([false, true])
  })

  test.each(['', 'a/b', '+', '#', '$SYS', 'a b', 'ü', 'x'.repeat(65), 'a\n'])(
    'refuses the name %j, which is no safe topic level',
    (name) => {
      expect(() => open().add(name, NOW)).toThrow('cannot name a gateway')
    },
  )

  test('lists gateways with when they were added, last seen and revoked', () => {
    const directory = open()
    directory.add('b', NOW)
    directory.add('a', NOW)
    directory.seen(
      new Map([
        ['a', 5_000],
        ['unknown', 1],
      ]),
    )
    directory.seen(new Map([['a', 4_000]]))
    directory.revoke('b', NOW)
    expect(directory.list()).toEqual([
      { name: 'a', addedAt: NOW.getTime(), lastSeenAt: 5_000, revokedAt: null },
      { name: 'b', addedAt: NOW.getTime(), lastSeenAt: null, revokedAt: NOW.getTime() },
    ])
  })

  test('is changed by another process at once', () => {
    const path = join(scratchDirectory(), 'gateways.db')
    const [service, command] = [open(path), open(path)]
    const version = service.version()
    const password = command.add('gw-1', NOW)
    expect(service.verify('gw-1', password)).toBe(true)
    expect(service.version()).not.toBe(version)
    command.revoke('gw-1', NOW)
    expect(service.verify('gw-1', password)).toBe(false)
  })
})
