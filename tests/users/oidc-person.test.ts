import { expect, test } from 'vitest'
import { OidcConfig } from '../../src/users/oidc-config.ts'
import { personOf } from '../../src/users/oidc-person.ts'

const ISSUER = { issuer: 'https://login.county.example/realms/adit', clientId: 'adit', clientSecret: 'x' }

function person(claims: object, config: object = {}) {
  return personOf(OidcConfig.parse({ ...ISSUER, ...config }), { sub: 'u-1', ...claims })
}

test.each([
  [{ preferred_username: 'Lin.Wei' }, 'lin.wei'],
  [{ preferred_username: '林 伟', email: 'lin@county.example' }, '林-伟'],
  [{ preferred_username: '!', email: 'Lin@County.example' }, 'lin@county.example'],
  [{ preferred_username: '<script>alert(1)</script>' }, 'script-alert-1-script-'],
  [{ preferred_username: '\u202e-lin' }, 'lin'],
  [{ preferred_username: ['lin'] }, 'u-1'],
  [{}, 'u-1'],
])('of %j comes the name %s', (claims, name) => {
  expect(person(claims)?.names[0]).toBe(name)
})

test('one person of one issuer is known by issuer, claim and value, whatever they are called', () => {
  const key = 'https://login.county.example/realms/adit sub u-1'
  expect([person({})?.key, person({ preferred_username: 'a new name' })?.key]).toEqual([key, key])
  expect(person({ email: 'u-1' }, { issuer: 'https://other.example' })?.key).not.toBe(key)
})

test.each([[undefined], [''], [7], [['u-1']], ['x'.repeat(256)]])('a claim that is %j names nobody', (employee) => {
  expect(person({ employee }, { userClaim: 'employee' })).toBeUndefined()
})

test('grants are looked up in lists and in what lies within a claim, the first that fits', () => {
  const grants = [
    { value: 'boss', role: 'admin', counties: 'all' },
    { value: 'field', role: 'inspector', counties: ['533103', '4112'] },
  ]
  const mapping = { claim: 'realm_access.roles', grants }
  expect(person({ realm_access: { roles: ['field', 'boss'] } }, { mapping })?.grant).toEqual({ role: 'admin', counties: null })
  expect(person({ realm_access: { roles: 'field' } }, { mapping })?.grant).toEqual({
    role: 'inspector',
    counties: ['533103', '4112'],
  })
  for (const roles of [['fields'], 'fieldboss', [['field']], { field: true }, null]) {
    expect(person({ realm_access: { roles } }, { mapping })?.grant, JSON.stringify(roles)).toBeUndefined()
  }
  expect(person({ roles: ['boss'], 'realm_access.roles': ['field'] }, { mapping })?.grant).toMatchObject({ role: 'inspector' })
})

test('a second factor counts as the configuration says, and not at all when it says nothing', () => {
  const claims = { acr: 'gold', amr: ['pwd', 'otp'] }
  expect(person(claims)?.secondFactor).toBe(false)
  expect(person(claims, { secondFactor: { acr: ['gold'] } })?.secondFactor).toBe(true)
  expect(person(claims, { secondFactor: { amr: ['otp'] } })?.secondFactor).toBe(true)
  expect(person({ amr: 'otp' }, { secondFactor: { amr: ['otp'] } })?.secondFactor).toBe(true)
  expect(person({ acr: ['gold'], amr: ['pwd'] }, { secondFactor: { acr: ['gold'], amr: ['otp'] } })?.secondFactor).toBe(false)
})
