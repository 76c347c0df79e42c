import { InvalidArgumentError, Option } from 'commander'
import type { Role } from '../../model/role.ts'

/** All of model/role.ts, which is not loaded just to print a help text. */
const ROLES = Object.keys({ operator: 0, bureau: 0, inspector: 0, integrator: 0, auditor: 0, admin: 0 } satisfies Record<Role, 0>)

export function roleOption(): Option {
  return new Option('--role <ROLE>', 'what they may do').choices(ROLES).makeOptionMandatory()
}

export function countyOption(): Option {
  const description =
    'binds to this county, as the ledgers write it, or to an administrative code: 411282, or 4112 for all of a prefecture'
  return new Option('--county <COUNTY…>', description).argParser(addCounty)
}

/** May be given again and again. */
function addCounty(county: string, before: readonly string[] = []): readonly string[] {
  if (county.trim() === '') throw new InvalidArgumentError('Name a county.')
  return [...before, county.trim()]
}
