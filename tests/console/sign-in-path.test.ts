import { expect, test } from 'vitest'
import { pathAfterSignIn, signInPath } from '../../console/session/sign-in-path.ts'

const comesBackTo = (path: string, search = '') => pathAfterSignIn(signInPath(path, search).replace(/^[^?]*\??/, ''))

test('who signs in comes back to the page they wanted, whatever it is called', () => {
  expect(comesBackTo('/alerts', 'q=矿&reach=1')).toBe('/alerts?q=矿&reach=1')
  expect(comesBackTo('/map')).toBe('/map')
  expect(comesBackTo('/')).toBe('/')
})

test.each(['//evil.example', '/\\evil.example', '/\t/evil.example', 'https://evil.example', '/a\u202eb', '/sign-in?to=/'])(
  'an address that is none of ours leads to the first page: %j',
  (wanted) => expect(pathAfterSignIn(`to=${encodeURIComponent(wanted)}`)).toBe('/'),
)
